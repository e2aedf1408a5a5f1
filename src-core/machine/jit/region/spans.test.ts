import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../isa/generator/operations.ts';
import type { Operation } from './operation.ts';
import { findSpans } from './spans.ts';

type Registers = Partial<Pick<Operation, 'rd' | 'rs1' | 'imm' | 'at'>>;

const NOTHING = { address: 0, rd: 0, rs1: 0, rs2: 0, imm: 0, rounding: 0, rs3: 0, at: 0, retiredBefore: 0 };
const [SP, A0, A1] = [16, 80, 88];
/** Offset in the page of an operation whose address is looked up alone. */
const ALONE = 40;

function operation(name: string, registers: Registers): Operation {
  return { ...NOTHING, number: OPERATIONS.indexOf(name), ...registers };
}

/** What is looked up together: of each span, its first operation's number in the list, where it begins, and its length. */
function spansOf(...operations: readonly Operation[]): unknown[] {
  const spans = new Set(findSpans(operations, ({ at }) => at === ALONE).values());
  return [...spans].map(({ kind, first, low, bytes }) => [kind, operations.indexOf(first), low, bytes]);
}

describe('accesses of a block', () => {
  it('through one register are looked up together', () => {
    expect(
      spansOf(
        operation('sd', { rs1: SP, imm: 24 }),
        operation('sw', { rs1: SP, imm: 12 }),
        operation('sd', { rs1: SP, imm: 16 }),
      ),
    ).toEqual([['store', 0, 12, 20]]);
  });

  it('that load and that store are looked up apart', () => {
    expect(
      spansOf(
        operation('ld', { rs1: SP, rd: A0 }),
        operation('sd', { rs1: SP, imm: 8 }),
        operation('ld', { rs1: SP, rd: A1, imm: -8 }),
        operation('sd', { rs1: SP, imm: 16 }),
      ),
    ).toEqual([
      ['load', 0, -8, 16],
      ['store', 1, 8, 16],
    ]);
  });

  it('are not when the register changes in between, even by a load through it', () => {
    expect(
      spansOf(
        operation('ld', { rs1: A0, rd: A1 }),
        operation('ld', { rs1: A0, rd: A0, imm: 8 }),
        operation('ld', { rs1: A0, rd: A1 }),
        operation('addi', { rs1: A0, rd: A0 }),
        operation('ld', { rs1: A0, rd: A1, imm: 8 }),
      ),
    ).toEqual([['load', 0, 0, 16]]);
  });

  it('are not when they lie far apart', () => {
    expect(
      spansOf(
        operation('ld', { rs1: A0, rd: A1 }),
        operation('ld', { rs1: A0, rd: A1, imm: 249 }),
        operation('lbu', { rs1: A0, rd: A1, imm: 300 }),
      ),
    ).toEqual([['load', 1, 249, 52]]);
  });

  it('are not when one of them was so often in another page', () => {
    const load = (imm: number, at: number) => operation('ld', { rs1: A0, rd: A1, imm, at });
    expect(spansOf(load(0, ALONE), load(8, ALONE + 4), load(16, ALONE + 8))).toEqual([['load', 1, 8, 16]]);
  });

  it('end with what a region leaves to the interpreter', () => {
    expect(
      spansOf(
        operation('ld', { rs1: A0, rd: A1 }),
        operation('csrrs', { rd: SP }),
        operation('ld', { rs1: A0, rd: A1, imm: 8 }),
      ),
    ).toEqual([]);
  });

  it('are in as many spans as there are places for them at a time', () => {
    const registers = [1, 2, 3, 4, 5].map((register) => 8 * register);
    const operations = [0, 8].flatMap((imm) => registers.map((rs1) => operation('ld', { rs1, rd: 240, imm })));
    const places = new Set([...findSpans(operations, () => false).values()].map(({ place }) => place));
    expect(spansOf(...operations)).toHaveLength(4);
    expect([...places].sort()).toEqual([0, 1, 2, 3]);
  });
});
