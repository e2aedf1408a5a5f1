import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as fields from './core-fields.ts';
import { HART_FIELDS_32, HART_FIELDS_64, HART_FIELDS_REBUILT, PLIC_FIELDS } from './core-fields.ts';

const layout = readFileSync(new URL('../core/layout.ts', import.meta.url), 'utf8');
const constants = new Map(
  [...layout.matchAll(/^export const (\w+): \w+ = (0x[0-9a-f_]+|\d+);/gm)].map(([, name = '', value = '']) => [
    name,
    Number(value.replaceAll('_', '')),
  ]),
);

test('every saved field stands where the core has it', () => {
  for (const { constant, offset } of [...HART_FIELDS_64, ...HART_FIELDS_32]) {
    expect([constant, constants.get(constant)]).toEqual([constant, offset]);
  }
  const places = ['HART_STATES', 'HART_STATE_BYTES', 'REGISTER_FILES', 'REGISTER_FILE_BYTES', 'F_REGISTERS'] as const;
  for (const name of [...places, 'MACHINE', 'PLIC', 'PMPCFG', 'PMPADDR'] as const) {
    expect([name, constants.get(name)]).toEqual([name, fields[name]]);
  }
});

/** Constants of layout.ts that are offsets in a hart's state. */
function namesOfHart(): string[] {
  const [, ofHart = ''] =
    /\/\/ Fields of a hart's state[^\n]*\n(.*)\/\/ Fields of the machine's state/s.exec(layout) ?? [];
  return [...ofHart.matchAll(/^export const (\w+)/gm)].map(([, name = '']) => name);
}

test('no field of a hart begins where another one lies', () => {
  const wide = new Set([...HART_FIELDS_64.map(({ constant }) => constant), 'REGION_PAGE', 'EXIT_PC', 'TRAP_VALUE']);
  const at = namesOfHart().map((name) => ({ name, from: constants.get(name) ?? 0, bytes: wide.has(name) ? 8 : 4 }));
  const sorted = at.sort((one, other) => one.from - other.from);
  const over = sorted.filter(({ from }, index) => {
    const before = sorted[index - 1];
    return before !== undefined && from < before.from + before.bytes;
  });
  expect(over.map(({ name }) => name)).toEqual([]);
});

test('every field of a hart is saved, or there is a reason', () => {
  const names = namesOfHart();
  expect(names.length).toBeGreaterThan(60);
  const saved = new Set([...HART_FIELDS_64, ...HART_FIELDS_32].map(({ constant }) => constant));
  saved.add('PMPCFG').add('PMPADDR');
  expect(names.filter((name) => !saved.has(name) && !(name in HART_FIELDS_REBUILT))).toEqual([]);
});

test('the PLIC is saved whole, word by word in its order', () => {
  const plic = readFileSync(new URL('../core/interrupts/plic.ts', import.meta.url), 'utf8');
  expect(plic).toContain('96 * 4 + 3 * WORDS * 4 + 16 * WORDS * 4 + 16 * 4');
  const order = [...plic.matchAll(/^const (PRIORITIES|LEVELS|PENDING|CLAIMED|ENABLES|THRESHOLDS): usize/gm)];
  expect(order.map(([, name = '']) => name.toLowerCase())).toEqual(PLIC_FIELDS.map(([name]) => name));
  expect(PLIC_FIELDS.reduce((sum, [, words]) => sum + words, 0)).toBe(96 + 9 + 48 + 16);
});
