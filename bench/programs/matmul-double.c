/* Products of matrices of doubles. As many digits as are the same whether a processor rounds between product and sum or not. */
#include <stdio.h>

enum { SIZE = 160, ROUNDS = 24 };
static double a[SIZE][SIZE], b[SIZE][SIZE], c[SIZE][SIZE];

int main(void) {
  for (int i = 0; i < SIZE; i++)
    for (int j = 0; j < SIZE; j++) a[i][j] = (i + 1) / (j + 3.0), b[i][j] = (i - j) / 7.0;
  for (int round = 0; round < ROUNDS; round++)
    for (int i = 0; i < SIZE; i++)
      for (int j = 0; j < SIZE; j++) {
        double sum = c[i][j];
        for (int k = 0; k < SIZE; k++) sum += a[i][k] * b[k][j];
        c[i][j] = sum;
      }
  double check = 0;
  for (int i = 0; i < SIZE; i++)
    for (int j = 0; j < SIZE; j++) check += c[i][j];
  printf("%.3f\n", check);
}
