import { expect, test } from 'vitest';
import { FakeClock } from '../../host/testing/fake-clock.ts';
import { MemoryFiles } from '../../host/testing/memory-files.ts';
import { LayerPool, type LayerNames } from './layer-pool.ts';

const SIZE = 1024 * 1024;
const LOWER = '1'.repeat(16);
const UPPER = '2'.repeat(16);

test('what is let go of during a sweep stays, for it may be named since, with all that is below it', async () => {
  const files = new MemoryFiles();
  let named: LayerNames = { disks: [], memory: [] };
  const pool = new LayerPool(
    { files, clock: new FakeClock(), random: () => undefined },
    { disks: '/disks', memory: '/memory' },
    (error) => expect.unreachable(String(error)),
  );
  await pool.makeFolders();
  const pin = pool.pin([UPPER]);
  await pool.createDisk(LOWER, SIZE, null);
  await pool.createDisk(UPPER, SIZE, { layer: LOWER });
  pool.open({
    owned: () => {
      const before = named;
      // The documents have just been read: now one of them names the layer, and its maker lets go.
      named = { disks: [UPPER], memory: [] };
      pin.dispose();
      return Promise.resolve(before);
    },
  });
  expect(await pool.sweep()).toBe(0);
  expect(await files.list('/disks')).toEqual([`${LOWER}.qcow2`, `${UPPER}.qcow2`]);
  named = { disks: [], memory: [] };
  pool.open({ owned: () => Promise.resolve(named) });
  expect(await pool.sweep()).toBe(2);
});
