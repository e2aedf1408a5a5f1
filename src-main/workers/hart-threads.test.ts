import { afterEach, describe, expect, it } from 'vitest';
import type { Line } from '../../src-core/machine/core/testing/assembler.ts';
import { encode } from '../../src-core/machine/isa/encode.ts';
import { csrNumber } from '../../src-core/machine/isa/registers.ts';
import type { SavedMachine } from '../../src-core/machine/state/machine-state.ts';
import { BareMachine, DATA } from './testing/bare-machine.ts';
import { FENCE, POWER_OFF, WFI, a0, a1, a2, a3, a6, a7, add, auipc, bne, data, jump, ld } from './testing/lines.ts';
import { li, lui, ra, s0, s1, sd, t0, zero } from './testing/lines.ts';

const machines: BareMachine[] = [];

afterEach(() => {
  for (const each of machines.splice(0)) each.end();
});

function machine(program: readonly Line[], harts: number, sbi = false, saved?: SavedMachine): BareMachine {
  const bare = new BareMachine(program, harts, sbi, saved);
  machines.push(bare);
  return bare;
}

/** Must be the first instruction: it stands at the beginning of RAM. */
const DATA_ADDRESS = auipc(data, DATA);

/** Each hart counts with LR/SC, with an AMO, and behind a lock; the first one waits for all and switches off. */
function counting(times: number, harts: number): Line[] {
  return [
    DATA_ADDRESS,
    li(s0, times),
    li(s1, 1),
    add(a2, data, 64),
    add(a3, data, 128),
    'again',
    'retry',
    ['lr.d', { rd: a1, rs1: data }],
    add(a1, a1, 1),
    ['sc.d', { rd: t0, rs1: data, rs2: a1 }],
    bne(t0, zero, 'retry'),
    ['amoadd.d', { rs1: a2, rs2: s1 }],
    'locked',
    ['amoswap.w', { rd: t0, rs1: a3, rs2: s1 }],
    bne(t0, zero, 'locked'),
    FENCE,
    ld(t0, data, 192),
    add(t0, t0, 1),
    sd(t0, data, 192),
    FENCE,
    ['amoswap.w', { rd: zero, rs1: a3, rs2: zero }],
    add(s0, s0, -1),
    bne(s0, zero, 'again'),
    add(a2, data, 256),
    ['amoadd.d', { rs1: a2, rs2: s1 }],
    'sleep',
    bne(a0, zero, 'sleep'),
    li(s1, harts),
    'all',
    ld(t0, data, 256),
    bne(t0, s1, 'all'),
    ...POWER_OFF,
    jump('sleep'),
  ];
}

describe('harts with threads of their own', () => {
  it.each([2, 4])('count together without losing anything: %i of them', (harts) => {
    const guest = machine(counting(2000, harts), harts);
    expect(guest.run()).toEqual({ kind: 'powered-off' });
    for (const offset of [0, 64, 192]) expect(guest.counter(offset)).toBe(2000 * harts);
    expect(guest.board.counters().instructions).toBeGreaterThan(2000 * harts * 15);
  });

  it('see what another one wrote into code once they have fenced, every time', () => {
    const rounds = 400;
    const guest = machine(
      [
        DATA_ADDRESS,
        auipc(s1, 0x2_0000),
        li(a2, 0),
        li(a3, rounds),
        bne(a0, zero, 'reader'),
        'writer',
        add(a2, a2, 1),
        ['slli', { rd: t0, rs1: a2, imm: 20 }],
        add(t0, t0, encode('addi', { rd: a1 })),
        ['sw', { rs1: s1, rs2: t0, imm: 0 }],
        lui(t0, 0x8000),
        add(t0, t0, 0x67),
        ['sw', { rs1: s1, rs2: t0, imm: 4 }],
        FENCE,
        sd(a2, data, 0),
        'acknowledged',
        ld(t0, data, 64),
        bne(t0, a2, 'acknowledged'),
        bne(a2, a3, 'writer'),
        ...POWER_OFF,
        'over',
        jump('over'),
        'reader',
        add(a2, a2, 1),
        'written',
        ld(t0, data, 0),
        bne(t0, a2, 'written'),
        FENCE,
        ['fence.i'],
        ['jalr', { rd: ra, rs1: s1, imm: 0 }],
        ['sub', { rd: a1, rs1: a1, rs2: a2 }],
        ['sltu', { rd: a1, rs1: zero, rs2: a1 }],
        ld(t0, data, 128),
        ['add', { rd: t0, rs1: t0, rs2: a1 }],
        sd(t0, data, 128),
        FENCE,
        sd(a2, data, 64),
        jump('reader'),
      ],
      2,
    );
    expect(guest.run()).toEqual({ kind: 'powered-off' });
    expect(guest.counter(64)).toBe(rounds);
    expect(guest.counter(128)).toBe(0);
  });

  it('wake each other out of WFI, and use devices of the machine', () => {
    const rounds = 500;
    const guest = machine(
      [
        DATA_ADDRESS,
        lui(s1, 0x200_0000),
        ['slli', { rd: t0, rs1: a0, imm: 2 }],
        ['add', { rd: s0, rs1: s1, rs2: t0 }],
        ['xori', { rd: t0, rs1: t0, imm: 4 }],
        ['add', { rd: s1, rs1: s1, rs2: t0 }],
        li(a1, 8),
        ['csrrw', { rs1: a1, csr: csrNumber('mie') }],
        li(a1, 1),
        li(a3, rounds),
        bne(a0, zero, 'wait'),
        'send',
        ['sw', { rs1: s1, rs2: a1, imm: 0 }],
        'wait',
        WFI,
        ['lw', { rd: t0, rs1: s0, imm: 0 }],
        bne(t0, a1, 'wait'),
        ['sw', { rs1: s0, rs2: zero, imm: 0 }],
        add(a3, a3, -1),
        bne(a3, zero, 'send'),
        'over',
        // The first one has waited for the last message; the other one has just answered it.
        ['beq', { rs1: a0, rs2: zero }, 'asleep'],
        ['sw', { rs1: s1, rs2: a1, imm: 0 }],
        lui(t0, 0x1000_0000),
        li(a1, 'h'.charCodeAt(0)),
        ['sb', { rs1: t0, rs2: a1, imm: 0 }],
        ...POWER_OFF,
        'asleep',
        WFI,
        jump('asleep'),
      ],
      2,
    );
    expect(guest.run()).toEqual({ kind: 'powered-off' });
    expect(guest.console.output).toBe('h');
  });

  it('start and stop by SBI, and fence each other at the same time without waiting for ever', () => {
    const rounds = 2000;
    const sbi = (extension: number, called: number): Line[] => [
      lui(a7, (extension + 0x800) & ~0xfff),
      ['addiw', { rd: a7, rs1: a7, imm: (extension << 20) >> 20 }],
      li(a6, called),
      ['ecall'],
    ];
    const HSM = 0x48_534d;
    const guest = machine(
      [
        auipc(s1, 0),
        li(a3, 0),
        bne(a0, zero, 'fences'),
        li(a0, 1),
        add(a1, s1, 0),
        li(a2, 7),
        ...sbi(HSM, 0),
        li(a0, 0),
        'fences',
        add(s0, a0, 0),
        lui(data, 0x4000_0000),
        ['slli', { rd: data, rs1: data, imm: 1 }],
        lui(t0, DATA),
        ['add', { rd: data, rs1: data, rs2: t0 }],
        li(s1, rounds),
        'again',
        li(a0, 0),
        li(a1, -1),
        li(a2, 0),
        li(a3, 0),
        ...sbi(0x5246_4e43, 1),
        ...sbi(0x5246_4e43, 0),
        add(s1, s1, -1),
        bne(s1, zero, 'again'),
        bne(s0, zero, 'stop'),
        'stopped',
        li(a0, 1),
        ...sbi(HSM, 2),
        li(t0, 1),
        bne(a1, t0, 'stopped'),
        li(a0, 0),
        li(a1, 0),
        ...sbi(0x5352_5354, 0),
        'stop',
        li(t0, 1),
        sd(t0, data, 0),
        ...sbi(HSM, 1),
      ],
      2,
      true,
    );
    expect(guest.run()).toEqual({ kind: 'powered-off' });
    expect(guest.counter(0)).toBe(1);
  });

  it('stand still while the machine is paused, and go on in a copy that was saved meanwhile', () => {
    const endless: Line[] = [
      DATA_ADDRESS,
      ['slli', { rd: t0, rs1: a0, imm: 6 }],
      ['add', { rd: data, rs1: data, rs2: t0 }],
      'again',
      ['csrrs', { rd: t0, csr: csrNumber('time') }],
      sd(t0, data, 8),
      ld(t0, data, 0),
      add(t0, t0, 1),
      sd(t0, data, 0),
      jump('again'),
    ];
    const guest = machine(endless, 3);
    const offsets = [0, 64, 128];
    const counters = (of: BareMachine): number[] => offsets.map((offset) => of.counter(offset));
    const grown = (of: BareMachine, by: readonly number[]) => (): boolean =>
      counters(of).every((count, index) => count > (by[index] ?? 0));
    guest.run(grown(guest, [0, 0, 0]));
    for (let time = 0; time < 20; time++) {
      guest.board.setPaused(true);
      const before = counters(guest);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      expect(counters(guest)).toEqual(before);
      guest.board.setPaused(false);
      guest.run(grown(guest, before));
    }
    guest.board.setPaused(true);
    const state = guest.board.save();
    const { ram, written } = guest.board;
    const at = counters(guest);
    const copy = machine(endless, 3, false, {
      state,
      loadMemory: (into, notes) => {
        into.set(ram.bytes);
        notes.set(written);
      },
    });
    expect(counters(copy)).toEqual(at);
    copy.run(grown(copy, at));
    for (const offset of offsets) {
      expect(copy.counter(offset + 8)).toBeGreaterThanOrEqual(state.ticks);
      expect(copy.counter(offset + 8)).toBeLessThanOrEqual(copy.board.now());
    }
    expect(counters(guest)).toEqual(at);
  });

  it('end the machine when one of them cannot go on', () => {
    const guest = machine(
      [
        ['beq', { rs1: a0, rs2: zero }, 'here'],
        ['csrrw', { rs1: zero, csr: csrNumber('mtvec') }],
        ['ecall'],
        'here',
        jump('here'),
      ],
      2,
    );
    const exit = guest.run();
    expect(exit.kind === 'failed' && exit.cause).toMatch(/^processor 1 stopped/);
  });

  it('end the machine when all of them wait for nothing', () => {
    const exit = machine(['here', WFI, jump('here')], 2).run();
    expect(exit.kind === 'failed' && exit.cause).toMatch(/halted/);
  });
});
