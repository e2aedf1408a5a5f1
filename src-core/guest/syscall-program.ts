import { programFile, type Room } from './program-file.ts';

/**
 * A program that carries out lists of system calls: what mounts, network namespaces and quotas take, a few programs of a
 * system could do too, for some million instructions each. It reads a list on its standard input, carries it out, and
 * answers with the beginning of the list as it is then, on its standard output; then it waits for the next. With an
 * argument it carries out the one list that is in that file: one that makes a process something, and executes another
 * program. Where that fails, the answer stands in the file, and it ends with SYSCALL_FAILED.
 *
 * A list, little endian: calls u64, bytes u64 (all of it), answer u64 (bytes of it to be sent back), 0 u64; the calls;
 * data. A call, 64 bytes: number u16, 0 u16, references u8, optional u8, skip u16; six arguments u64; result u64.
 * Where bit N of `references` is set, argument N is the address of the value: the result of an earlier call for
 * example. A call that fails ends the list, unless it is `optional`; after one that returns more than 0, the next `skip`
 * calls are not made: they are the child's that was made just now. The list lies at SYSCALL_ROOM.address.
 * A call with number WAIT_AND_END is none: it waits for the process in its first argument, and ends as that did.
 *
 *   start: li s7,0; ld t0,0(sp); li t1,2; bltu t0,t1,begin
 *          li a0,AT_FDCWD; ld a1,16(sp); li a2,O_RDWR|O_CLOEXEC; li a3,0; li a7,OPENAT; ecall; blez a0,fail; mv s7,a0
 *   begin: lui s0,0x100
 *   next:  li s2,0
 *   more:  mv a0,s7; add a1,s0,s2; lui a2,0x100; sub a2,a2,s2; li a7,READ; ecall; blez a0,exit
 *          add s2,s2,a0; li t0,32; bltu s2,t0,more; ld t1,8(s0); bltu s2,t1,more
 *          ld s3,0(s0); addi s4,s0,32
 *   each:  beqz s3,reply; lhu a7,0(s4); lbu t1,4(s4)
 *          for each argument N: ld aN,8+8N(s4); andi t0,t1,1; srli t1,t1,1; beqz t0,+8; ld aN,0(aN)
 *          lui t0,1; bgeu a7,t0,wait; ecall; sd a0,56(s4); lbu t0,5(s4); lhu t1,6(s4); addi s4,s4,64; addi s3,s3,-1
 *          bltz a0,failed; beqz a0,each; slli t2,t1,6; add s4,s4,t2; sub s3,s3,t1; j each
 *   failed: bnez t0,each
 *   reply: ld s5,16(s0); mv s6,s0; bnez s7,report
 *   write: blez s5,next; li a0,1; mv a1,s6; mv a2,s5; li a7,WRITE; ecall; blez a0,exit
 *          add s6,s6,a0; sub s5,s5,a0; j write
 *   exit:  li a0,0; beqz s7,end; j fail
 *   report: mv a0,s7; mv a1,s6; mv a2,s5; li a3,0; li a7,PWRITE64; ecall
 *   fail:  li a0,SYSCALL_FAILED
 *   end:   li a7,EXIT_GROUP; ecall
 *   wait:  mv s5,a0
 *   again: mv a0,s5; addi a1,s4,56; li a2,0; li a3,0; li a7,WAIT4; ecall; li t0,-EINTR; beq a0,t0,again; bltz a0,fail
 *          lw t0,56(s4); andi a0,t0,127; addi a0,a0,128; andi t1,t0,127; bnez t1,end; srli a0,t0,8; andi a0,a0,255; j end
 */
export const SYSCALL_WORDS: readonly number[] = [
  0x00000b93, 0x00013283, 0x00200313, 0x0262e463, 0xf9c00513, 0x01013583, 0x00080637, 0x0026061b, 0x00000693,
  0x03800893, 0x00000073, 0x16a05063, 0x00050b93, 0x00100437, 0x00000913, 0x000b8513, 0x012405b3, 0x00100637,
  0x41260633, 0x03f00893, 0x00000073, 0x10a05a63, 0x00a90933, 0x02000293, 0xfc596ee3, 0x00843303, 0xfc696ae3,
  0x00043983, 0x02040a13, 0x0c098063, 0x000a5883, 0x004a4303, 0x008a3503, 0x00137293, 0x00135313, 0x00028463,
  0x00053503, 0x010a3583, 0x00137293, 0x00135313, 0x00028463, 0x0005b583, 0x018a3603, 0x00137293, 0x00135313,
  0x00028463, 0x00063603, 0x020a3683, 0x00137293, 0x00135313, 0x00028463, 0x0006b683, 0x028a3703, 0x00137293,
  0x00135313, 0x00028463, 0x00073703, 0x030a3783, 0x00137293, 0x00135313, 0x00028463, 0x0007b783, 0x000012b7,
  0x0858fe63, 0x00000073, 0x02aa3c23, 0x005a4283, 0x006a5303, 0x040a0a13, 0xfff98993, 0x00054c63, 0xf4050ce3,
  0x00631393, 0x007a0a33, 0x406989b3, 0xf49ff06f, 0xf40292e3, 0x01043a83, 0x00040b13, 0x020b9c63, 0xef505ce3,
  0x00100513, 0x000b0593, 0x000a8613, 0x04000893, 0x00000073, 0x00a05863, 0x00ab0b33, 0x40aa8ab3, 0xfddff06f,
  0x00000513, 0x020b8263, 0x01c0006f, 0x000b8513, 0x000b0593, 0x000a8613, 0x00000693, 0x04400893, 0x00000073,
  0x07d00513, 0x05e00893, 0x00000073, 0x00050a93, 0x000a8513, 0x038a0593, 0x00000613, 0x00000693, 0x10400893,
  0x00000073, 0xffc00293, 0xfe5502e3, 0xfc0548e3, 0x038a2283, 0x07f2f513, 0x08050513, 0x07f2f313, 0xfc0310e3,
  0x0082d513, 0x0ff57513, 0xfb5ff06f,
];

/** Where lists lie, and the longest. */
export const SYSCALL_ROOM: Room = { address: 0x10_0000, bytes: 0x10_0000 };
export const LIST_HEADER_BYTES = 32;
export const CALL_BYTES = 64;

/** In place of a system call's number. */
export const WAIT_AND_END = 0x1000;
/** What it ends with when a list in a file fails. */
export const SYSCALL_FAILED = 125;

/** Where a node has it. */
export const SYSCALL_PROGRAM_PATH = '/usr/lib/innkeeper/syscalls';
/** The same, by the name for lists in files: where it is not there, the program is an older one that knows none. */
export const LAUNCH_PROGRAM_PATH = '/usr/lib/innkeeper/launch';

export function syscallProgram(): Uint8Array {
  return programFile(SYSCALL_WORDS, SYSCALL_ROOM);
}
