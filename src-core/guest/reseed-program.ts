import { programFile } from './program-file.ts';

/**
 * QuickJS has no ioctl, and no program of a small system has the two that make the kernel take new random bits at
 * once: RNDADDENTROPY and RNDRESEEDCRNG (random(4)). Bytes that are only written to /dev/urandom count a minute later,
 * and until then two forks would draw the same numbers. So the agent brings these instructions:
 *
 *   start: addi sp,sp,-1024; li a7,READ; li a0,0; mv a1,sp; li a2,1024; ecall
 *          li a7,OPENAT; li a0,AT_FDCWD; auipc a1,0; addi a1,a1,path; li a2,O_WRONLY; ecall; mv s0,a0; bltz a0,end
 *          li a7,IOCTL; lui a1,0x40085; addi a1,a1,0x203; mv a2,sp; ecall; bnez a0,end
 *          mv a0,s0; lui a1,5; addi a1,a1,0x207; ecall
 *   end:   neg a0,a0; li a7,EXIT; ecall
 *   path:  "/dev/random"
 */
export const RESEED_WORDS: readonly number[] = [
  0xc0010113, 0x03f00893, 0x00000513, 0x00010593, 0x40000613, 0x00000073, 0x03800893, 0xf9c00513, 0x00000597,
  0x04c58593, 0x00100613, 0x00000073, 0x00050413, 0x02054663, 0x01d00893, 0x400855b7, 0x20358593, 0x00010613,
  0x00000073, 0x00051a63, 0x00040513, 0x000055b7, 0x20758593, 0x00000073, 0x40a00533, 0x05d00893, 0x00000073,
  0x7665642f, 0x6e61722f, 0x006d6f64,
];

/** @returns the executable, which reads a struct rand_pool_info and ends with 0 or an errno */
export function reseedProgram(): Uint8Array {
  return programFile(RESEED_WORDS);
}
