import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDisk, openSource } from './host-files.ts';
import { ResidentMemory } from './resident-memory.ts';
import { threadProcessorTime } from './thread-processor-time.ts';

const MIB = 1024 * 1024;
const compare = (a: Uint8Array, b: Uint8Array): number => Buffer.compare(a, b);

describe('the estimate of used memory', () => {
  it('is nothing for zeros, everything for none, and near the truth between', () => {
    const ram = new Uint8Array(64 * MIB);
    const resident = new ResidentMemory(ram, compare);
    expect(resident.measure()).toBe(0);
    for (let page = 0; page < 16384; page += 3) ram[page * 4096 + (page % 4096)] = 1;
    const third = resident.measure();
    expect(third).toBeGreaterThan(18 * MIB);
    expect(third).toBeLessThan(25 * MIB);
    ram.fill(1);
    expect(resident.measure()).toBe(64 * MIB);
  });

  it('does not fall when a guest clears its memory: the host holds it all the same', () => {
    const ram = new Uint8Array(MIB).fill(1);
    const resident = new ResidentMemory(ram, compare);
    expect(resident.measure()).toBe(MIB);
    ram.fill(0);
    expect(resident.measure()).toBe(MIB);
  });

  it('counts every page of a small memory', () => {
    const ram = new Uint8Array(8 * 4096);
    ram[5 * 4096] = 1;
    expect(new ResidentMemory(ram, compare).measure()).toBe(4096);
  });
});

describe('files of a machine', () => {
  it('are read and written where they should be, and nowhere beyond their end', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'innkeeper-disk-'));
    const path = join(directory, 'disk');
    await writeFile(path, new Uint8Array(4096));
    const disk = openDisk(path, false);
    disk.write(Uint8Array.of(1, 2, 3), 1000);
    disk.flush();
    const read = new Uint8Array(5);
    openDisk(path, true).read(read, 999);
    expect([...read]).toEqual([0, 1, 2, 3, 0]);
    expect(() => openSource(path).read(new Uint8Array(10), 4090)).toThrow('the file ends at 4096');
    expect(() => openDisk(path, true).write(Uint8Array.of(1), 0)).toThrow();
    await rm(directory, { recursive: true });
  });
});

describe('the processor time of a thread', () => {
  it('grows while it works', () => {
    const time = threadProcessorTime();
    if (!time) return;
    const before = time();
    let sum = 0;
    while (time() - before < 5) for (let n = 0; n < 1e5; n++) sum += n;
    expect(sum).toBeGreaterThan(0);
  });
});
