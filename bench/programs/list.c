/* A linked list in random order: each load waits for the one before. */
#include <stdint.h>
#include <stdio.h>

enum { COUNT = 1 << 16, ROUNDS = 1200 };
/* As large where pointers have 32 bits: the same caches hold as many. */
static struct node { _Alignas(16) struct node *next; uint64_t value; } nodes[COUNT];

int main(void) {
  uint32_t at = 0;
  for (int n = 0; n < COUNT; n++) {
    /* A full period of a linear congruential generator visits each once. */
    uint32_t next = (at * 5u + 12345u) % COUNT;
    nodes[at].next = &nodes[next], nodes[at].value = n;
    at = next;
  }
  uint64_t sum = 0;
  const struct node *node = nodes;
  for (long n = 0; n < (long)COUNT * ROUNDS; n++) sum += node->value, node = node->next;
  printf("%llu\n", (unsigned long long)sum);
}
