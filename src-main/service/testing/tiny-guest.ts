/**
 * A guest of 78 instructions, a Linux `Image` by its header, for tests of what is around a guest. It writes "R" when
 * it is ready, and then echoes what is typed, except: p powers off, r resets, f reports a failure, u executes an
 * undefined instruction with no handler, x writes "y" for ever, s spins. Assembled from:
 *
 *   start:    auipc s0,8; li s1,'R'; jal put
 *   loop:     li a7,DBCN; li a6,READ; li a0,1; mv a1,s0; li a2,0; ecall; beqz a1,idle; lbu s1,0(s0)
 *             (a comparison and a branch for each letter) jal put; j loop
 *   flood:    li s1,'y'; jal put; j flood
 *   spin:     j spin
 *   idle:     rdtime a0; li t0,100000; add a0,a0,t0; li a7,TIME; li a6,SET_TIMER; ecall; li t0,STIE; csrw sie,t0
 *             wfi; j loop
 *   put:      li a7,DBCN; li a6,WRITE_BYTE; mv a0,s1; ecall; ret
 *   poweroff: li a0,SHUTDOWN; li a1,NO_REASON; j srst
 *   reset:    li a0,COLD_REBOOT; li a1,NO_REASON; j srst
 *   failure:  li a0,SHUTDOWN; li a1,SYSTEM_FAILURE
 *   srst:     li a7,SRST; li a6,RESET; ecall
 *   illegal:  csrw stvec,zero; .word 0
 */
const WORDS = [
  0x0400006f, 0x00000013, 0x00200000, 0x00000000, 0x00010000, 0x00000000, 0x00000000, 0x00000000, 0x00000002,
  0x00000000, 0x00000000, 0x00000000, 0x43534952, 0x00000056, 0x05435352, 0x00000000, 0x00008417, 0x05200493,
  0x0a0000ef, 0x444248b7, 0x34e8889b, 0x00100813, 0x00100513, 0x00040593, 0x00000613, 0x00000073, 0x04058863,
  0x00044483, 0x07000293, 0x08548663, 0x07200293, 0x08548863, 0x06600293, 0x08548a63, 0x07500293, 0x0a548263,
  0x07800293, 0x00548a63, 0x07300293, 0x00548c63, 0x048000ef, 0xfa9ff06f, 0x07900493, 0x03c000ef, 0xff9ff06f,
  0x0000006f, 0xc0102573, 0x000182b7, 0x6a02829b, 0x00550533, 0x544958b7, 0xd458889b, 0x00000813, 0x00000073,
  0x02000293, 0x10429073, 0x10500073, 0xf69ff06f, 0x444248b7, 0x34e8889b, 0x00200813, 0x00048513, 0x00000073,
  0x00008067, 0x00000513, 0x00000593, 0x0180006f, 0x00100513, 0x00000593, 0x00c0006f, 0x00000513, 0x00100593,
  0x535258b7, 0x3548889b, 0x00000813, 0x00000073, 0x10501073, 0x00000000,
];

export const TINY_GUEST: Uint8Array = new Uint8Array(Uint32Array.from(WORDS).buffer);
