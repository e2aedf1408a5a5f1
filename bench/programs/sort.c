/* The C library's qsort of random numbers: a call through a pointer for each comparison. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { COUNT = 400000, ROUNDS = 4 };
static uint32_t numbers[COUNT];

static int compare(const void *one, const void *other) {
  uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;
  return (a > b) - (a < b);
}

int main(void) {
  uint32_t seed = 1, check = 0;
  for (int round = 0; round < ROUNDS; round++) {
    for (int n = 0; n < COUNT; n++) numbers[n] = seed = seed * 1664525u + 1013904223u;
    qsort(numbers, COUNT, sizeof *numbers, compare);
    check ^= numbers[COUNT / 3];
  }
  printf("%08x\n", check);
}
