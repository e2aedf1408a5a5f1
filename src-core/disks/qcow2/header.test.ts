import { expect, test } from 'vitest';
import { AppError } from '../../base/errors.ts';
import { MemoryFile } from '../testing/memory-file.ts';
import { check } from './check.ts';
import { createQcow2 } from './create.ts';
import { AT } from './header.ts';
import { readHeader } from './header-file.ts';
import { Qcow2Image } from './qcow2-image.ts';

const SIZE_BYTES = 1 << 20;

function image(change: (view: DataView) => void): MemoryFile {
  const file = new MemoryFile('disk.qcow2');
  createQcow2(file, { sizeBytes: SIZE_BYTES });
  const bytes = file.content();
  change(new DataView(bytes.buffer));
  return new MemoryFile('disk.qcow2', bytes);
}

function failure(file: MemoryFile): AppError {
  try {
    new Qcow2Image(file);
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  return expect.unreachable('it was opened');
}

test('what was made is what is read', () => {
  const file = new MemoryFile();
  createQcow2(file, { sizeBytes: 12_345_856, clusterBits: 14, backing: { path: 'ünder.raw', format: 'raw' } });
  expect(readHeader(file)).toMatchObject({
    ...{ version: 3, clusterBits: 14, sizeBytes: 12_345_856, refcountOrder: 4, dirty: false, snapshotCount: 0 },
    backing: { path: 'ünder.raw', format: 'raw' },
  });
});

test('an unknown feature is refused by its name, or its number', () => {
  const unknown = image((view) => view.setBigUint64(AT.incompatible, 1n << 40n));
  expect(failure(unknown)).toMatchObject({
    code: 'not-supported',
    because: expect.stringContaining('number 40') as string,
  });
  const named = image((view) => {
    view.setBigUint64(AT.incompatible, 1n << 9n);
    // The table of names begins behind the header; its first name becomes that of bit 9.
    view.setUint8(112 + 8 + 1, 9);
  });
  expect(failure(named).because).toContain('dirty bit');
});

test.each([
  ['encryption', AT.encryption, 1, 'encrypted'],
  ['data elsewhere', AT.incompatible + 4, 4, 'another file'],
  ['extended L2 entries', AT.incompatible + 4, 16, 'extended L2'],
  ['a later version', AT.version, 4, 'version 4'],
])('%s is refused clearly', (_what, at, value, because) => {
  const error = failure(image((view) => view.setUint32(at, value)));
  expect(error).toMatchObject({ code: 'not-supported' });
  expect(error.because).toContain(because);
});

test.each([
  ['clusters of 2^8 bytes', AT.clusterBits, 8],
  ['clusters of 2^22 bytes', AT.clusterBits, 22],
  ['an L1 table of 4 GiB', AT.l1Size, 1 << 29],
  ['no L1 table', AT.l1Size, 0],
  ['a refcount table of 2^32 clusters', AT.refcountTableClusters, 0xffff_ffff],
  ['refcounts of 2^7 bits', AT.refcountOrder, 7],
  ['a header of 4 GiB', AT.headerLength, 0xffff_ffff],
  ['a size of 2^63 bytes', AT.size, 0x8000_0000],
])('%s is taken for damage', (_what, at, value) => {
  expect(failure(image((view) => view.setUint32(at, value))).code).toBe('corrupt');
});

test('an image that is marked as corrupt is read, and not written', () => {
  const file = image((view) => view.setUint32(AT.incompatible + 4, 2));
  expect(failure(file).code).toBe('corrupt');
  file.readOnly = true;
  expect(new Qcow2Image(file).sizeBytes).toBe(SIZE_BYTES);
});

test('an image with refcounts that were put off is counted again before it is written', () => {
  const file = new MemoryFile();
  createQcow2(file, { sizeBytes: SIZE_BYTES });
  const first = new Qcow2Image(file);
  first.write(new Uint8Array(100_000).fill(3), 0);
  first.close();
  // As a program with lazy refcounts leaves it when it is killed: the bit is set, and only the tables are counted.
  const bytes = file.content();
  const view = new DataView(bytes.buffer);
  view.setUint32(AT.incompatible + 4, 1);
  bytes.fill(0, 2 * 65_536 + 4 * 2, 3 * 65_536);
  const dirty = new MemoryFile('dirty', bytes);
  const again = new Qcow2Image(dirty);
  expect(check(again.metadata)).toMatchObject({ corruptions: 0, leaks: 0 });
  again.write(new Uint8Array(100_000).fill(4), 500_000);
  again.close();
  const last = new Qcow2Image(dirty);
  expect(last.header.dirty).toBe(false);
  const found = new Uint8Array(100_000);
  last.read(found, 0);
  expect(found.every((byte) => byte === 3)).toBe(true);
});

test('features that a change makes untrue are cleared when the image is opened for writing', () => {
  const file = image((view) => view.setBigUint64(AT.autoclear, 1n << 5n));
  expect(new Qcow2Image(file).header.autoclear).toBe(0n);
  expect(readHeader(file).autoclear).toBe(0n);
});
