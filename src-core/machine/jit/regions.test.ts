import { describe, expect, it } from 'vitest';
import { encode } from '../isa/encode.ts';
import { RAM_BASE, TestMachine } from '../core/testing/test-machine.ts';
import { assemble, type Step } from '../core/testing/program.ts';
import { csrNumber } from '../isa/registers.ts';
import { HART_FIELDS_64 } from '../state/core-fields.ts';
import { HART_STATES } from './core-layout.ts';
import type { RegionExports, RegionOptions } from './regions.ts';

type Translating = TestMachine['core'] & RegionExports & { readonly table: { get(place: number): unknown } };

/** A loop at the start of RAM, which runs for ever. */
function looping(steps: readonly Step[], regions: RegionOptions | null): TestMachine {
  const machine = new TestMachine({ regions });
  machine.write32(RAM_BASE, ...assemble(...steps));
  machine.core.startHart(0, RAM_BASE, 0n, 0n, 0n);
  return machine;
}

/** Functions of regions that the core could call. */
function functionsOf({ core }: TestMachine): unknown[] {
  const { table } = core as Translating;
  return Array.from({ length: table.length }, (_, place) => table.get(place)).filter((each) => each !== null);
}

function regionsOf(machine: TestMachine): number {
  return functionsOf(machine).length;
}

const counting: Step[] = [
  ['addi', { rd: 10, rs1: 10, imm: 1 }],
  ['jal', { rd: 0, imm: -4 }],
];

const LOAD_ACCESS_FAULT = 5n;
const HANDLER = RAM_BASE + 0x100n;
const A_HUNDRED_CHUNKS = 100 * 16_384;

describe('a loop', () => {
  it('is translated when it has been met often enough, and not before', () => {
    const machine = looping(counting, { meetings: 200 });
    machine.core.run(0, A_HUNDRED_CHUNKS);
    expect(regionsOf(machine)).toBe(0);
    machine.core.run(0, A_HUNDRED_CHUNKS);
    expect(regionsOf(machine)).toBe(1);
  });

  it('is translated later by a hart that is young, and so again by one that begins anew', () => {
    const machine = looping(counting, {});
    const half = A_HUNDRED_CHUNKS / 2;
    machine.core.run(0, half);
    expect(regionsOf(machine)).toBe(0);
    const retired = HART_FIELDS_64.find(({ constant }) => constant === 'RETIRED')?.offset ?? 0;
    new DataView(machine.ram.buffer).setBigUint64(HART_STATES + retired, 300_000_000n, true);
    machine.core.run(0, half);
    machine.core.run(0, half);
    const [region] = functionsOf(machine);
    expect(region).toBeDefined();
    machine.core.initialize(4 << 20, 1, 0);
    machine.write32(RAM_BASE, ...assemble(...counting));
    machine.core.startHart(0, RAM_BASE, 0n, 0n, 0n);
    machine.core.run(0, half);
    machine.core.run(0, half / 2);
    expect(functionsOf(machine)[0]).toBe(region);
    machine.core.run(0, 4 * A_HUNDRED_CHUNKS);
    expect(functionsOf(machine)[0]).not.toBe(region);
  });

  it('counts every instruction once it is translated', () => {
    const machine = looping(counting, { meetings: 1 });
    machine.core.run(0, A_HUNDRED_CHUNKS);
    machine.core.run(0, A_HUNDRED_CHUNKS);
    expect(machine.core.retired(0)).toBe(BigInt(2 * A_HUNDRED_CHUNKS));
    expect(machine.x(10)).toBe(BigInt(A_HUNDRED_CHUNKS));
  });

  it('that changes itself is followed as the interpreter does: from the next block on', () => {
    const changing: Step[] = [
      ['addi', { rd: 10, rs1: 10, imm: 1 }],
      ['sw', { rs1: 11, rs2: 12, imm: 0 }],
      ['add', { rd: 12, rs1: 12, rs2: 13 }],
      ['bne', { rs1: 0, rs2: 11, imm: -12 }],
    ];
    const both = [null, { meetings: 1 }].map((regions) => {
      const machine = looping(changing, regions);
      const set = [RAM_BASE, BigInt(encode('addi', { rd: 10, rs1: 10, imm: 2 })), 1n << 20n];
      set.forEach((value, index) => machine.core.writeRegister(0, 11 + index, value));
      const seen: bigint[] = [];
      for (let round = 0; round < 50; round++) {
        if (regions) (machine.core as Translating).listNextBlock(0);
        machine.core.run(0, 1 + (round % 20));
        seen.push(machine.x(10), machine.core.retired(0));
      }
      return seen;
    });
    expect(both[1]).toEqual(both[0]);
  });
});

describe('a stack frame', () => {
  const STACK = RAM_BASE + 0x2000n;
  const calling: Step[] = [
    ['sd', { rs1: 2, rs2: 1, imm: 8 }],
    ['sd', { rs1: 2, rs2: 10, imm: 0 }],
    ['ld', { rd: 11, rs1: 2, imm: 0 }],
    ['ld', { rd: 1, rs1: 2, imm: 8 }],
    ...counting.slice(0, 1),
    ['bne', { rs1: 2, rs2: 0, imm: -20 }],
  ];

  /** Regions that were made for a loop that has a frame there, after a while and after a longer one. */
  function made(stackPointer: bigint): number[] {
    const machine = looping(calling, { meetings: 20 });
    machine.core.writeRegister(0, 2, stackPointer);
    return [100, 200].map((slices) => {
      for (let slice = 0; slice < slices; slice++) machine.core.run(0, A_HUNDRED_CHUNKS / 5);
      // It stops somewhere in a round.
      expect([0n, 1n]).toContain(machine.x(10) - machine.x(11));
      return regionsOf(machine);
    });
  }

  it('is looked up once for all that is stored or loaded in it', () => {
    expect(made(STACK)).toEqual([1, 1]);
  });

  it('that lies in two pages is no more, after a while: once for what is stored, and once for what is loaded', () => {
    expect(made(STACK - 8n)).toEqual([3, 3]);
  });
});

describe('the last page of the address space', () => {
  it('is not in a TLB that holds nothing', () => {
    const steps: Step[] = [
      ['ld', { rd: 10, rs1: 0, imm: -16 }],
      ['ld', { rd: 11, rs1: 0, imm: -8 }],
    ];
    const machine = looping([...steps, ...counting], { meetings: 1 });
    machine.write32(HANDLER, encode('jal', { rd: 0, imm: 0 }));
    machine.core.writeCsr(0, csrNumber('mtvec'), HANDLER);
    for (const how of ['interpreted', 'translated']) {
      machine.core.writeRegister(0, 64, RAM_BASE);
      machine.core.writeCsr(0, csrNumber('mcause'), 0n);
      (machine.core as Translating).listNextBlock(0);
      machine.core.run(0, 1);
      expect([how, machine.core.readCsr(0, csrNumber('mcause'))]).toEqual([how, LOAD_ACCESS_FAULT]);
      expect(machine.core.readCsr(0, csrNumber('mepc'))).toBe(RAM_BASE);
    }
    expect(regionsOf(machine)).toBeGreaterThan(0);
  });
});

describe('a page that was often written', () => {
  it('is translated once it is left alone', () => {
    // The store hits what is decoded with it, each time.
    const machine = looping(
      [
        ['sw', { rs1: 11, rs2: 12, imm: 60 }],
        ['addi', { rd: 13, rs1: 13, imm: -1 }],
        ['bne', { rs1: 13, rs2: 0, imm: -8 }],
        ...counting,
      ],
      { meetings: 1 },
    );
    machine.core.writeRegister(0, 11, RAM_BASE);
    machine.core.writeRegister(0, 13, 1000n);
    machine.core.run(0, 4 * 16_384);
    expect(regionsOf(machine)).toBe(0);
    machine.core.run(0, A_HUNDRED_CHUNKS);
    expect(regionsOf(machine)).toBe(1);
  });
});

describe('code that is thrown away', () => {
  it('takes its regions with it', () => {
    const machine = looping(counting, { meetings: 1 });
    machine.core.run(0, A_HUNDRED_CHUNKS);
    expect(regionsOf(machine)).toBe(1);
    (machine.core as Translating).dropCode(0);
    const before = machine.x(10);
    machine.core.run(0, A_HUNDRED_CHUNKS);
    expect(machine.x(10) - before).toBe(BigInt(A_HUNDRED_CHUNKS / 2));
    expect(regionsOf(machine)).toBe(1);
  });

  it('is all of it when there are too many regions', () => {
    const machine = new TestMachine({ regions: { meetings: 0, most: 8 } });
    // A chain of pages, each with a block that counts and jumps to the next; the last one begins anew.
    for (let page = 0; page < 20; page++) {
      const imm = page === 19 ? -19 * 4096 - 4 : 4096 - 4;
      machine.write32(
        RAM_BASE + BigInt(4096 * page),
        ...assemble(['addi', { rd: 10, rs1: 10, imm: 1 }], ['jal', { rd: 0, imm }]),
      );
    }
    machine.core.startHart(0, RAM_BASE, 0n, 0n, 0n);
    machine.core.run(0, 1000);
    expect(machine.x(10)).toBe(500n);
    expect(regionsOf(machine)).toBeLessThanOrEqual(8);
  });

  it('by a machine that begins anew, which translates again', () => {
    const machine = looping(counting, { meetings: 1 });
    machine.core.run(0, A_HUNDRED_CHUNKS);
    machine.core.initialize(4 << 20, 1, 0);
    machine.write32(RAM_BASE, ...assemble(['addi', { rd: 10, rs1: 10, imm: 3 }], ['jal', { rd: 0, imm: -4 }]));
    machine.core.startHart(0, RAM_BASE, 0n, 0n, 0n);
    machine.core.run(0, A_HUNDRED_CHUNKS);
    machine.core.run(0, A_HUNDRED_CHUNKS);
    expect(machine.x(10)).toBe(3n * BigInt(A_HUNDRED_CHUNKS));
    expect(regionsOf(machine)).toBe(1);
  });
});
