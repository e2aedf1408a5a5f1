import { beforeEach, expect, it } from 'vitest';
import { emptyQcow2 } from '../../disks/qcow2/create.ts';
import { PowerFailure } from '../../host/testing/memory-files.ts';
import { Workbench, memoryLayer } from '../testing/workbench.ts';

const MIB = 1024 * 1024;
const id = '00000000000000aa';
const folder = `/data/machines/${id}`;
const disk = emptyQcow2({ sizeBytes: 8 * MIB }, 'old');

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
  const definition = {
    version: 1,
    id,
    name: 'old',
    createdAt: 1,
    source: { kind: 'image', image: 'tiny' },
    processors: 1,
    memoryBytes: 256 * MIB,
    disks: [{ slot: 0, path: 'disks/0.qcow2', readOnly: false, format: 'qcow2', own: true }],
  };
  bench.files.put(`${folder}/machine.json`, JSON.stringify(definition));
  bench.files.put(`${folder}/disks/0.qcow2`, disk);
  bench.files.put(`${folder}/suspended/state`, memoryLayer());
});

function isWhole(): void {
  const view = bench.hypervisor.inspect('old');
  expect(view).toMatchObject({ state: 'suspended', disks: [{ own: true, sizeBytes: 8 * MIB }] });
  expect(bench.files.entries.get(view.disks[0]?.path ?? '')?.bytes).toEqual(disk);
  const saved = [...bench.files.entries.keys()].filter((path) => path.startsWith('/data/memory/'));
  expect(saved.map((path) => bench.files.entries.get(path)?.bytes)).toEqual([memoryLayer()]);
}

it('a machine of version 1 has its disks and its saved state in the pools, and nothing in its folder', async () => {
  await bench.restart();
  isWhole();
  await bench.layers.sweep();
  isWhole();
  expect([...bench.files.entries.keys()].filter((path) => path.startsWith(folder))).toEqual([`${folder}/machine.json`]);
});

it('a power failure at any moment of it changes nothing about that', async () => {
  let failures = 0;
  for (let changes = 0; ; changes++) {
    bench.files.losePowerAfter(changes);
    try {
      await bench.restart({ keepPower: true });
      break;
    } catch (error) {
      expect(error).toBeInstanceOf(PowerFailure);
      failures++;
    }
  }
  expect(failures).toBeGreaterThan(4);
  await bench.restart();
  await bench.layers.sweep();
  isWhole();
});

it('one in the bin keeps its own there, and is migrated when it comes back', async () => {
  const binned = '/data/machines/.bin/00000000000000bb';
  bench.files.put(`${binned}/machine.json`, bench.files.text(`${folder}/machine.json`).replaceAll('aa"', 'bb"'));
  bench.files.put(`${binned}/disks/0.qcow2`, disk);
  await bench.restart();
  await bench.layers.sweep();
  const { disks } = await bench.hypervisor.restore('00000000000000bb');
  expect(bench.state('old-2')).toBe('stopped');
  await bench.layers.sweep();
  expect(bench.files.entries.get(disks[0]?.path ?? '')?.bytes).toEqual(disk);
});
