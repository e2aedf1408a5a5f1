import { describe, expect, test } from 'vitest';
import { AppError } from '../base/errors.ts';
import { openImage } from './open-image.ts';
import type { ImageFiles, OpenOptions } from './open-image.ts';
import { createQcow2 } from './qcow2/create.ts';
import type { CreateOptions } from './qcow2/create.ts';
import { MemoryFile } from './testing/memory-file.ts';

const SIZE_BYTES = 1 << 20;

/** Files in memory; a path that is relative is beside the image. */
class MemoryImages implements ImageFiles {
  readonly files = new Map<string, MemoryFile>();
  readonly opened: string[] = [];

  open(path: string, readOnly: boolean): MemoryFile {
    this.opened.push(`${path}${readOnly ? ' ro' : ''}`);
    const file = this.files.get(path);
    if (!file) throw new AppError({ code: 'not-found', doing: `open ${path}`, because: 'there is no such file' });
    file.readOnly = readOnly;
    return file;
  }

  resolve(imagePath: string, backingPath: string): string {
    if (backingPath.startsWith('/')) return backingPath;
    return imagePath.slice(0, imagePath.lastIndexOf('/') + 1) + backingPath;
  }

  add(path: string, options: Partial<CreateOptions> = {}): void {
    const file = new MemoryFile(path);
    createQcow2(file, { sizeBytes: SIZE_BYTES, ...options });
    this.files.set(path, file);
  }
}

const ANY: OpenOptions = { format: 'qcow2', readOnly: true, allowBacking: () => true };

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
  return 'fine';
}

describe('an image that is built on another', () => {
  test('is opened with all below, each only for reading, and closed with them', () => {
    const images = new MemoryImages();
    images.files.set('/d/base.raw', new MemoryFile('/d/base.raw', new Uint8Array(SIZE_BYTES).fill(7)));
    images.add('/d/one', { backing: { path: 'base.raw', format: 'raw' } });
    images.add('/d/two', { backing: { path: '/d/one', format: 'qcow2' } });
    const image = openImage(images, '/d/two', { ...ANY, readOnly: false });
    expect(images.opened).toEqual(['/d/two', '/d/one ro', '/d/base.raw ro']);
    const bytes = new Uint8Array(4);
    image.read(bytes, 5000);
    expect([...bytes]).toEqual([7, 7, 7, 7]);
    image.close();
    expect([...images.files.values()].every(({ closed }) => closed)).toBe(true);
  });

  test('opens no file that the caller has not allowed', () => {
    const images = new MemoryImages();
    images.add('/d/bad', { backing: { path: '/etc/shadow', format: 'raw' } });
    images.files.set('/etc/shadow', new MemoryFile('/etc/shadow'));
    expect(codeOf(() => openImage(images, '/d/bad', { format: 'qcow2', readOnly: true }))).toBe('denied');
    const allowBacking = (path: string) => path.startsWith('/d/');
    expect(codeOf(() => openImage(images, '/d/bad', { ...ANY, allowBacking }))).toBe('denied');
    expect(images.opened).toEqual(['/d/bad ro', '/d/bad ro']);
  });

  test('is refused when it is built on itself, or on too many', () => {
    const images = new MemoryImages();
    images.add('/d/a', { backing: { path: 'b', format: 'qcow2' } });
    images.add('/d/b', { backing: { path: 'a', format: 'qcow2' } });
    expect(codeOf(() => openImage(images, '/d/a', ANY))).toBe('corrupt');
    for (let level = 0; level < 140; level++) {
      images.add(`/d/${level}`, { backing: { path: `${level + 1}`, format: 'qcow2' } });
    }
    expect(codeOf(() => openImage(images, '/d/0', ANY))).toBe('not-supported');
    expect(images.opened.length).toBeLessThan(140);
  });

  test.each(['nbd://host/disk', 'json:{"driver":"file"}', 'fat:rw:/etc'])(
    'is refused when that is no file: %s',
    (path) => {
      const images = new MemoryImages();
      images.add('/d/a', { backing: { path, format: 'raw' } });
      expect(codeOf(() => openImage(images, '/d/a', ANY))).toBe('not-supported');
    },
  );
});

test('a raw disk stays raw, whatever its guest writes to its beginning', () => {
  const images = new MemoryImages();
  images.add('/d/guest', { backing: { path: '/etc/shadow', format: 'raw' } });
  const image = openImage(images, '/d/guest', { format: 'raw', readOnly: false, allowBacking: () => true });
  expect(image.format).toBe('raw');
  expect(images.opened).toEqual(['/d/guest']);
});
