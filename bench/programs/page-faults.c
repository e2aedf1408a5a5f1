/* Fresh pages, touched once and given back. */
#include <stdio.h>
#include <sys/mman.h>

enum { PAGES = 4096, ROUNDS = 24 };

int main(void) {
  for (int round = 0; round < ROUNDS; round++) {
    char *memory = mmap(0, PAGES * 4096L, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int page = 0; page < PAGES; page++) memory[page * 4096L] = 1;
    munmap(memory, PAGES * 4096L);
  }
  printf("%d\n", PAGES * ROUNDS);
}
