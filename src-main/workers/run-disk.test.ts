import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { emptyQcow2 } from '../../src-core/disks/qcow2/create.ts';
import { isLayer, RunDisk } from './run-disk.ts';

const SIZE = 1 << 20;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'innkeeper-run-disk-'));
  mkdirSync(join(folder, 'disks'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function layer(name: string, backing?: string, sizeBytes = SIZE): string {
  const path = join(folder, 'disks', name);
  const below = backing === undefined ? {} : { backing: { path: backing, format: 'qcow2' as const } };
  writeFileSync(path, emptyQcow2({ sizeBytes, ...below }, path));
  return path;
}

function open(path: string): RunDisk {
  return new RunDisk({ slot: 0, path, format: 'qcow2', readOnly: false, own: true });
}

const bytes = (value: number) => new Uint8Array(4096).fill(value);

function read(disk: RunDisk, offset: number): number {
  const into = new Uint8Array(1);
  disk.read(into, offset);
  return into[0] ?? -1;
}

test('from a new top on nothing is written below it, and all of it shows through', () => {
  const below = layer('a.qcow2');
  const disk = open(below);
  disk.write(bytes(1), 0);
  disk.write(bytes(1), 65_536);
  disk.flush();
  const before = readFileSync(below);
  disk.goOnIn(disk.openTop(layer('b.qcow2', 'a.qcow2')));
  disk.write(bytes(2), 65_536);
  expect([read(disk, 0), read(disk, 65_536), read(disk, 131_072)]).toEqual([1, 2, 0]);
  disk.goOnIn(disk.openTop(layer('c.qcow2', 'b.qcow2')));
  disk.write(bytes(3), 131_072);
  disk.close();
  expect(readFileSync(below)).toEqual(before);
  const again = open(join(folder, 'disks/c.qcow2'));
  expect([read(again, 0), read(again, 65_536), read(again, 131_072)]).toEqual([1, 2, 3]);
  again.close();
});

test('a top that is missing, of another size or no disk is refused, and the disk goes on as it was', () => {
  const disk = open(layer('a.qcow2'));
  expect(() => disk.openTop(join(folder, 'disks/none.qcow2'))).toThrow(expect.objectContaining({ code: 'not-found' }));
  expect(() => disk.openTop(layer('b.qcow2', 'a.qcow2', SIZE * 2))).toThrow('not of the same size');
  writeFileSync(join(folder, 'disks/c.qcow2'), 'no disk');
  expect(() => disk.openTop(join(folder, 'disks/c.qcow2'))).toThrow();
  disk.write(bytes(7), 0);
  expect(read(disk, 0)).toBe(7);
  disk.close();
});

test('a disk of ours is built on layers beside it and on images, and on nothing else', () => {
  const top = '/data/disks/0123456789abcdef.qcow2';
  expect(isLayer(top, '/data/disks/fedcba9876543210.qcow2')).toBe(true);
  expect(isLayer(top, '/data/images/debian-13/disk.qcow2')).toBe(true);
  for (const other of [
    '/etc/passwd',
    '/data/secret',
    '/data/images/disk.qcow2',
    '/data/images/a/b/disk.qcow2',
    '/data',
  ])
    expect([other, isLayer(top, other)]).toEqual([other, false]);
  const brought = layer('d.qcow2', '/etc/hostname');
  expect(() => open(brought)).toThrow(expect.objectContaining({ code: 'denied' }));
});
