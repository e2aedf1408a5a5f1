import { programFile, type Room } from './program-file.ts';

/**
 * A program that carries out lists of system calls: what mounts, network namespaces and quotas take, a few programs of a
 * system could do too, for some million instructions each. It reads a list on its standard input, carries it out, and
 * answers with the beginning of the list as it is then, on its standard output; then it waits for the next.
 *
 * A list, little endian: calls u64, bytes u64 (all of it), answer u64 (bytes of it to be sent back), 0 u64; the calls;
 * data. A call, 64 bytes: number u16, 0 u16, references u8, optional u8, 0 u16; six arguments u64; result u64.
 * Where bit N of `references` is set, argument N is the address of the value: the result of an earlier call for
 * example. A call that fails ends the list, unless it is `optional`. The list lies at SYSCALL_ROOM.address.
 *
 *   start: lui s0,0x100
 *   next:  li s2,0
 *   more:  li a0,0; add a1,s0,s2; lui a2,0x100; sub a2,a2,s2; li a7,READ; ecall; blez a0,exit
 *          add s2,s2,a0; li t0,32; bltu s2,t0,more; ld t1,8(s0); bltu s2,t1,more
 *          ld s3,0(s0); addi s4,s0,32
 *   each:  beqz s3,reply; lhu a7,0(s4); lbu t1,4(s4)
 *          for each argument N: ld aN,8+8N(s4); andi t0,t1,1; srli t1,t1,1; beqz t0,+8; ld aN,0(aN)
 *          ecall; sd a0,56(s4); lbu t0,5(s4); addi s4,s4,64; addi s3,s3,-1; bgez a0,each; bnez t0,each
 *   reply: ld s5,16(s0); mv s6,s0
 *   write: blez s5,next; li a0,1; mv a1,s6; mv a2,s5; li a7,WRITE; ecall; blez a0,exit
 *          add s6,s6,a0; sub s5,s5,a0; j write
 *   exit:  li a0,0; li a7,EXIT; ecall
 */
export const SYSCALL_WORDS: readonly number[] = [
  0x00100437, 0x00000913, 0x00000513, 0x012405b3, 0x00100637, 0x41260633, 0x03f00893, 0x00000073, 0x0ea05863,
  0x00a90933, 0x02000293, 0xfc596ee3, 0x00843303, 0xfc696ae3, 0x00043983, 0x02040a13, 0x0a098063, 0x000a5883,
  0x004a4303, 0x008a3503, 0x00137293, 0x00135313, 0x00028463, 0x00053503, 0x010a3583, 0x00137293, 0x00135313,
  0x00028463, 0x0005b583, 0x018a3603, 0x00137293, 0x00135313, 0x00028463, 0x00063603, 0x020a3683, 0x00137293,
  0x00135313, 0x00028463, 0x0006b683, 0x028a3703, 0x00137293, 0x00135313, 0x00028463, 0x00073703, 0x030a3783,
  0x00137293, 0x00135313, 0x00028463, 0x0007b783, 0x00000073, 0x02aa3c23, 0x005a4283, 0x040a0a13, 0xfff98993,
  0xf60554e3, 0xf60292e3, 0x01043a83, 0x00040b13, 0xf1505ee3, 0x00100513, 0x000b0593, 0x000a8613, 0x04000893,
  0x00000073, 0x00a05863, 0x00ab0b33, 0x40aa8ab3, 0xfddff06f, 0x00000513, 0x05d00893, 0x00000073,
];

/** Where lists lie, and the longest. */
export const SYSCALL_ROOM: Room = { address: 0x10_0000, bytes: 0x10_0000 };
export const LIST_HEADER_BYTES = 32;
export const CALL_BYTES = 64;

/** Where a node has it. */
export const SYSCALL_PROGRAM_PATH = '/usr/lib/innkeeper/syscalls';

export function syscallProgram(): Uint8Array {
  return programFile(SYSCALL_WORDS, SYSCALL_ROOM);
}
