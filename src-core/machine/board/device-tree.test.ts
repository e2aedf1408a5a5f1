import { expect, test } from 'vitest';
import { describeMachine, type MachineDescription } from './device-tree.ts';
import { cells64, writeFdt } from './fdt.ts';
import { cellsOf, nodeAt, readFdt, stringsOf } from './testing/read-fdt.ts';

const machine: MachineDescription = {
  harts: 2,
  memoryBytes: 5 * 2 ** 30,
  commandLine: 'console=hvc0 panic=-1',
  initrd: { start: 0x8700_0000, end: 0x8700_1234 },
  rngSeed: Uint8Array.from({ length: 32 }, (_, at) => at),
};

const tree = (changes: Partial<MachineDescription> = {}) =>
  readFdt(writeFdt(describeMachine({ ...machine, ...changes })));

test('a blob reads back as what was written', () => {
  const root = readFdt(
    writeFdt({
      properties: {
        empty: true,
        cell: [0xffff_ffff],
        text: 'a',
        list: ['one', 'three'],
        bytes: Uint8Array.of(1, 2, 3),
      },
      children: { first: { properties: { text: 'b' } }, 'second@1': { children: { deep: {} } } },
    }),
  );
  expect(root.properties.get('empty')).toEqual(new Uint8Array());
  expect(cellsOf(root, 'cell')).toEqual([0xffff_ffff]);
  expect(stringsOf(root, 'list')).toEqual(['one', 'three']);
  expect(root.properties.get('bytes')).toEqual(Uint8Array.of(1, 2, 3));
  expect(stringsOf(nodeAt(root, '/first'), 'text')).toEqual(['b']);
  expect([...nodeAt(root, '/second@1').children.keys()]).toEqual(['deep']);
});

test('a blob may be larger than the first guess', () => {
  const text = 'x'.repeat(100_000);
  expect(stringsOf(readFdt(writeFdt({ properties: { text } })), 'text')).toEqual([text]);
});

test('a string with a NUL in it is refused', () => {
  expect(() => writeFdt({ properties: { text: 'a\0b' } })).toThrow('NUL');
});

test('64-bit numbers are two cells', () => {
  expect(cells64(0x1_8000_0000)).toEqual([1, 0x8000_0000]);
});

test('memory, command line, initrd and seed stand where a kernel looks', () => {
  const root = tree();
  expect(cellsOf(nodeAt(root, '/memory@80000000'), 'reg')).toEqual([0, 0x8000_0000, 1, 0x4000_0000]);
  const chosen = nodeAt(root, '/chosen');
  expect(stringsOf(chosen, 'bootargs')).toEqual(['console=hvc0 panic=-1']);
  expect(cellsOf(chosen, 'linux,initrd-start')).toEqual([0, 0x8700_0000]);
  expect(cellsOf(chosen, 'linux,initrd-end')).toEqual([0, 0x8700_1234]);
  expect(chosen.properties.get('rng-seed')).toEqual(machine.rngSeed);
  expect(stringsOf(chosen, 'stdout-path')).toEqual(['/soc/serial@10000000']);
  expect(nodeAt(tree({ initrd: null }), '/chosen').properties.has('linux,initrd-start')).toBe(false);
});

test('each hart has its node, and the interrupt controllers reach each of them', () => {
  const root = tree({ harts: 3 });
  const phandles = [0, 1, 2].map(
    (hart) => cellsOf(nodeAt(root, `/cpus/cpu@${hart.toString()}/interrupt-controller`), 'phandle')[0],
  );
  expect(new Set(phandles).size).toBe(3);
  const [a, b, c] = phandles;
  expect(cellsOf(nodeAt(root, '/soc/plic@c000000'), 'interrupts-extended')).toEqual([
    a,
    11,
    a,
    9,
    b,
    11,
    b,
    9,
    c,
    11,
    c,
    9,
  ]);
  expect(cellsOf(nodeAt(root, '/soc/clint@2000000'), 'interrupts-extended')).toEqual([
    a,
    3,
    a,
    7,
    b,
    3,
    b,
    7,
    c,
    3,
    c,
    7,
  ]);
  expect(cellsOf(nodeAt(root, '/cpus'), 'timebase-frequency')).toEqual([10_000_000]);
  expect(stringsOf(nodeAt(root, '/cpus/cpu@0'), 'riscv,isa')[0]).toMatch(/^rv64imafdc_/);
});

test('slots reach the interrupt controller in turn', () => {
  const pci = nodeAt(tree(), '/soc/pci@30000000');
  const map = cellsOf(pci, 'interrupt-map');
  const rows = Array.from({ length: 16 }, (_, row) => map.slice(row * 6, row * 6 + 6));
  expect(rows[0]).toEqual([0, 0, 0, 1, 1, 32]);
  expect(rows[4]).toEqual([0x800, 0, 0, 1, 1, 33]);
  expect(rows[15]).toEqual([0x1800, 0, 0, 4, 1, 34]);
  expect(cellsOf(pci, 'interrupt-map-mask')).toEqual([0x1800, 0, 0, 7]);
});

test('every phandle that is referred to exists once', () => {
  const phandles: number[] = [];
  const references: number[] = [];
  const visit = (node: ReturnType<typeof readFdt>) => {
    phandles.push(...cellsOf(node, 'phandle'));
    references.push(...cellsOf(node, 'interrupt-parent'), ...cellsOf(node, 'regmap'));
    for (const child of node.children.values()) visit(child);
  };
  visit(tree());
  expect(new Set(phandles).size).toBe(phandles.length);
  for (const reference of references) expect(phandles).toContain(reference);
});
