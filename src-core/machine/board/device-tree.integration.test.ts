import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeMachine } from './device-tree.ts';
import { writeFdt } from './fdt.ts';
import { cellsOf, nodeAt, readFdt, stringsOf, type ReadNode } from './testing/read-fdt.ts';

const MEMORY_MIB = 512;
const HARTS = 2;

const has = (program: string, argument: string) => spawnSync(program, [argument]).status === 0;

const blob = writeFdt(
  describeMachine({
    harts: HARTS,
    memoryBytes: MEMORY_MIB * 2 ** 20,
    commandLine: 'console=hvc0',
    initrd: null,
    rngSeed: new Uint8Array(32),
  }),
);

test.skipIf(!has('dtc', '--version'))('the device tree compiler finds nothing to complain about', () => {
  const { status, stdout, stderr } = spawnSync('dtc', ['-I', 'dtb', '-O', 'dts'], { input: blob, encoding: 'utf8' });
  expect(status).toBe(0);
  expect(stdout).toContain('pci@30000000');
  // The bindings give a hart's interrupt controller no #address-cells either; QEMU's tree draws the same remark.
  const complaints = stderr
    .split('\n')
    .filter((line) => line.includes('Warning') && !line.includes('interrupt_provider'));
  expect(complaints).toEqual([]);
});

function qemuTree(): ReadNode {
  const folder = mkdtempSync(join(tmpdir(), 'innkeeper-dtb-'));
  try {
    const file = join(folder, 'virt.dtb');
    const machine = `virt,dumpdtb=${file}`;
    execFileSync('qemu-system-riscv64', ['-machine', machine, '-m', MEMORY_MIB.toString(), '-smp', HARTS.toString()], {
      stdio: 'ignore',
    });
    return readFdt(new Uint8Array(readFileSync(file)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.skipIf(!has('qemu-system-riscv64', '--version'))(
  "where QEMU's board has the same device, both trees say the same",
  () => {
    const [ours, theirs] = [readFdt(blob), qemuTree()];
    const devices = ['test@100000', 'rtc@101000', 'serial@10000000', 'clint@2000000', 'plic@c000000', 'pci@30000000'];
    for (const device of devices) {
      const [mine, other] = [nodeAt(ours, `/soc/${device}`), nodeAt(theirs, `/soc/${device}`)];
      expect(cellsOf(mine, 'reg'), device).toEqual(cellsOf(other, 'reg'));
      expect(cellsOf(mine, 'interrupts'), device).toEqual(cellsOf(other, 'interrupts'));
      expect(stringsOf(mine, 'compatible'), device).toEqual(stringsOf(other, 'compatible'));
    }
    const [pci, otherPci] = [nodeAt(ours, '/soc/pci@30000000'), nodeAt(theirs, '/soc/pci@30000000')];
    const anyParent = (map: number[]) => map.map((cell, index) => (index % 6 === 4 ? 0 : cell));
    expect(anyParent(cellsOf(pci, 'interrupt-map'))).toEqual(anyParent(cellsOf(otherPci, 'interrupt-map')));
    expect(cellsOf(pci, 'interrupt-map-mask')).toEqual(cellsOf(otherPci, 'interrupt-map-mask'));
    expect(cellsOf(otherPci, 'ranges').slice(0, 14)).toEqual(cellsOf(pci, 'ranges'));
    for (const path of ['/memory@80000000', '/cpus', '/poweroff', '/reboot'])
      for (const property of ['reg', 'value', 'offset', 'timebase-frequency'])
        expect(cellsOf(nodeAt(ours, path), property), path).toEqual(cellsOf(nodeAt(theirs, path), property));
  },
);
