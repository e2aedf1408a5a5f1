/* An interpreter of a small bytecode: one indirect jump for each instruction. */
#include <stdint.h>
#include <stdio.h>

enum { ADD, SUB, XOR, SHIFT, STORE, LOAD, DECREMENT, LOOP };

int main(void) {
  static const uint8_t program[] = { ADD, XOR, SHIFT, STORE, SUB, LOAD, ADD, XOR, DECREMENT, LOOP };
  uint32_t accumulator = 1, memory = 7, left = 5000000;
  unsigned at = 0;
  for (;;) {
    switch (program[at++]) {
      case ADD: accumulator += 0x9e3779b9u + left; break;
      case SUB: accumulator -= memory; break;
      case XOR: accumulator ^= accumulator >> 13; break;
      case SHIFT: accumulator = accumulator << 5 | accumulator >> 27; break;
      case STORE: memory = accumulator ^ left; break;
      case LOAD: accumulator += memory; break;
      case DECREMENT: left--; break;
      case LOOP:
        if (left == 0) return printf("%08x\n", accumulator), 0;
        at = 0;
        break;
    }
  }
}
