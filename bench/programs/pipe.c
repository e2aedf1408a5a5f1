/* One byte to another process and back. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 20000 };

int main(void) {
  int to[2], back[2];
  char byte = 'x';
  if (pipe(to) || pipe(back)) return 1;
  if (fork() == 0) {
    for (int n = 0; n < ROUNDS; n++)
      if (read(to[0], &byte, 1) != 1 || write(back[1], &byte, 1) != 1) _exit(1);
    _exit(0);
  }
  for (int n = 0; n < ROUNDS; n++)
    if (write(to[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1) return 1;
  int status;
  wait(&status);
  printf("%d\n", status);
}
