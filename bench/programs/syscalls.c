/* The smallest system call. */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void) {
  long sum = 0;
  for (int n = 0; n < 1000000; n++) sum += syscall(SYS_getppid);
  printf("%d\n", sum >= 0);
}
