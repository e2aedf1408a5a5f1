/* Copies between two buffers that fit no cache of the first level. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { BYTES = 1 << 20, ROUNDS = 1200 };
static uint8_t from[BYTES], to[BYTES];

int main(void) {
  for (int n = 0; n < BYTES; n++) from[n] = (uint8_t)(n * 7);
  uint32_t check = 0;
  for (int round = 0; round < ROUNDS; round++) {
    from[round] ^= (uint8_t)round;
    memcpy(to, from, sizeof to);
    check += to[round * 3];
  }
  printf("%u\n", check);
}
