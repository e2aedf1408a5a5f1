import { expect, test } from 'vitest';
import { GenerationId } from './generation-id.ts';

const ONE = Uint8Array.from({ length: 16 }, (_, at) => at + 1);
const OTHER = Uint8Array.from({ length: 16 }, (_, at) => 0xf0 + at);

function device() {
  const wire = { level: false, rises: 0 };
  const generation = new GenerationId((level) => {
    if (level && !wire.level) wire.rises++;
    wire.level = level;
  });
  generation.reset(ONE);
  return { generation, wire };
}

const readAll = (generation: GenerationId, size: number) =>
  Array.from({ length: 16 / size }, (_, index) => generation.read(index * size, size));

test('the number is read in pieces of any size, and cannot be written', () => {
  const { generation, wire } = device();
  expect(readAll(generation, 1)).toEqual([...ONE]);
  expect(readAll(generation, 2)[0]).toBe(0x0201);
  generation.write();
  expect(readAll(generation, 4)).toEqual([0x0403_0201, 0x0807_0605, 0x0c0b_0a09, 0x100f_0e0d]);
  expect(generation.read(16, 4)).toBe(0);
  expect(generation.read(0xffc, 4)).toBe(0);
  expect(wire.rises).toBe(0);
});

test('the guest is told of another number until it has read all of it', () => {
  const { generation, wire } = device();
  generation.renew(OTHER);
  expect(wire.level).toBe(true);
  expect(generation.read(0, 4)).toBe(0xf3f2_f1f0);
  expect(wire.level).toBe(true);
  expect(generation.read(12, 4)).toBe(0xfffe_fdfc);
  expect(wire).toEqual({ level: false, rises: 1 });
});

test('power-on takes back what was not read', () => {
  const { generation, wire } = device();
  generation.renew(OTHER);
  generation.reset(ONE);
  expect(wire.level).toBe(false);
  expect(generation.save()).toEqual({ id: '0102030405060708090a0b0c0d0e0f10', changed: false });
});
