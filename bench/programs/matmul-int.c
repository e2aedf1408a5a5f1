/* Products of matrices of integers. */
#include <stdint.h>
#include <stdio.h>

enum { SIZE = 200, ROUNDS = 48 };
static int32_t a[SIZE][SIZE], b[SIZE][SIZE], c[SIZE][SIZE];

int main(void) {
  for (int i = 0; i < SIZE; i++)
    for (int j = 0; j < SIZE; j++) a[i][j] = i ^ j, b[i][j] = i - j;
  for (int round = 0; round < ROUNDS; round++)
    for (int i = 0; i < SIZE; i++)
      for (int j = 0; j < SIZE; j++) {
        int32_t sum = c[i][j];
        for (int k = 0; k < SIZE; k++) sum += a[i][k] * b[k][j];
        c[i][j] = sum;
      }
  uint32_t check = 0;
  for (int i = 0; i < SIZE; i++)
    for (int j = 0; j < SIZE; j++) check = check * 31 + (uint32_t)c[i][j];
  printf("%08x\n", check);
}
