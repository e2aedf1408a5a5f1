/* New processes that end at once. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 400 };

int main(int count, char **arguments) {
  if (count > 1 && strcmp(arguments[1], "child") == 0) return 7;
  int sum = 0;
  for (int n = 0; n < ROUNDS; n++) {
    if (fork() == 0) {
      execl("/proc/self/exe", arguments[0], "child", (char *)0);
      _exit(1);
    }
    int status;
    wait(&status);
    sum += WEXITSTATUS(status);
  }
  printf("%d\n", sum);
}
