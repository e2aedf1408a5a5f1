/* The sieve of Eratosthenes: stores at regular distances. */
#include <stdio.h>
#include <string.h>

enum { LIMIT = 2000000, ROUNDS = 12 };
static unsigned char composite[LIMIT];

int main(void) {
  int primes = 0;
  for (int round = 0; round < ROUNDS; round++) {
    memset(composite, 0, sizeof composite);
    primes = 0;
    for (int n = 2; n < LIMIT; n++) {
      if (composite[n]) continue;
      primes++;
      for (int multiple = 2 * n; multiple < LIMIT; multiple += n) composite[multiple] = 1;
    }
  }
  printf("%d\n", primes);
}
