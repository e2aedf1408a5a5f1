/* Small functions through a table of pointers. */
#include <stdint.h>
#include <stdio.h>

typedef uint32_t (*function)(uint32_t);
static uint32_t one(uint32_t x) { return x * 3 + 1; }
static uint32_t two(uint32_t x) { return x ^ x >> 3; }
static uint32_t three(uint32_t x) { return x - (x << 2); }
static uint32_t four(uint32_t x) { return x << 7 | x >> 25; }
static const volatile function functions[] = { one, two, three, four };

int main(void) {
  uint32_t value = 1;
  for (uint32_t n = 0; n < 40000000; n++) value = functions[(n ^ value) & 3](value);
  printf("%08x\n", value);
}
