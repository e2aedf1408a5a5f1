/* CRC-32 by a table: loads that depend on what was just computed. */
#include <stdint.h>
#include <stdio.h>

enum { BYTES = 1 << 20, ROUNDS = 160 };
static uint32_t table[256];
static uint8_t data[BYTES];

int main(void) {
  for (uint32_t n = 0; n < 256; n++) {
    uint32_t value = n;
    for (int bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320u ^ (value >> 1) : value >> 1;
    table[n] = value;
  }
  for (int n = 0; n < BYTES; n++) data[n] = (uint8_t)(n * 31 + (n >> 8));
  uint32_t crc = ~0u;
  for (int round = 0; round < ROUNDS; round++)
    for (int n = 0; n < BYTES; n++) crc = table[(crc ^ data[n]) & 0xff] ^ (crc >> 8);
  printf("%08x\n", ~crc);
}
