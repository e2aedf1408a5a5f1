import { expect } from 'vitest';
import type { BlockImage } from '../block-image.ts';
import { Random } from './random.ts';

/**
 * What a disk must hold, byte for byte. After a discard a range may hold what it held or zeros; as everything that is
 * discarded is written or compared at once, the model takes over what the image says, if it is one of both.
 */
export class DiskModel {
  bytes: Uint8Array;

  constructor(sizeBytes: number) {
    this.bytes = new Uint8Array(sizeBytes);
  }

  /** One random operation on the image and on the model. @returns its name */
  step(image: BlockImage, random: Random, mostBytes: number): string {
    const offset = random.below(this.bytes.length / 512) * 512;
    const most = Math.min(mostBytes, this.bytes.length - offset);
    const length = Math.max(512, Math.floor(random.below(most) / 512) * 512);
    const kind = random.pick(['write', 'write', 'write', 'discard', 'zero', 'zero-keep', 'flush', 'read'] as const);
    if (kind === 'write') {
      const content = new Uint8Array(length).fill(1 + random.below(255));
      content.set(random.bytes(Math.min(64, length)));
      image.write(content, offset);
      this.bytes.set(content, offset);
    } else if (kind === 'discard') {
      image.discard(offset, length);
      this.#adopt(image, offset, length);
    } else if (kind === 'zero' || kind === 'zero-keep') {
      image.writeZeroes(offset, length, { keepAllocated: kind === 'zero-keep' });
      this.bytes.fill(0, offset, offset + length);
    } else if (kind === 'flush') image.flush();
    else this.compareRange(image, offset, length);
    return `${kind} ${offset}+${length}`;
  }

  grow(image: BlockImage, bytes: number): void {
    image.grow(this.bytes.length + bytes);
    const larger = new Uint8Array(this.bytes.length + bytes);
    larger.set(this.bytes);
    this.bytes = larger;
  }

  compare(image: BlockImage): void {
    expect(image.sizeBytes).toBe(this.bytes.length);
    this.compareRange(image, 0, this.bytes.length);
  }

  compareRange(image: BlockImage, offset: number, length: number): void {
    const found = new Uint8Array(length).fill(0xaa);
    image.read(found, offset);
    expect(differs(found, this.bytes.subarray(offset, offset + length))).toBe(-1);
  }

  #adopt(image: BlockImage, offset: number, length: number): void {
    const found = new Uint8Array(length);
    image.read(found, offset);
    for (let at = 0; at < length; at++) {
      if (found[at] !== 0 && found[at] !== this.bytes[offset + at])
        expect.unreachable(`byte ${offset + at} after a discard`);
    }
    this.bytes.set(found, offset);
  }
}

/** Where two are not the same; -1 when they are. */
function differs(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return at;
  return -1;
}
