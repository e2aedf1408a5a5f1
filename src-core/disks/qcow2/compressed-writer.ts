import type { BlockImage } from '../block-image.ts';
import type { Qcow2Image } from './qcow2-image.ts';

/** RFC 1951, without a header, and with a window of at most 4 KiB: others do not read it otherwise. */
export type DeflateBlock = (plain: Uint8Array) => Uint8Array;

/**
 * Copies everything into an empty image, each cluster compressed: qcow2, "Compressed clusters". Packed clusters lie one
 * behind the other; each cluster of the file is counted once for every packed one that has a part in it. Yields
 * the bytes that are done.
 */
export function* packSteps(from: BlockImage, to: Qcow2Image, deflate: DeflateBlock): Generator<number, void, void> {
  const { clusterBytes } = to.header;
  const packer = new Packer(to);
  const plain = new Uint8Array(clusterBytes);
  for (let at = 0; at < from.sizeBytes; at += clusterBytes) {
    const length = Math.min(clusterBytes, from.sizeBytes - at);
    const { kind, bytes } = from.extent(at, from.sizeBytes - at);
    if (kind !== 'data' && bytes >= length) {
      at += Math.max(0, Math.floor(bytes / clusterBytes) - 1) * clusterBytes;
      yield at;
      continue;
    }
    from.read(plain.subarray(0, length), at);
    plain.fill(0, length);
    if (plain.some((byte) => byte !== 0)) {
      const packed = deflate(plain);
      if (packed.length < clusterBytes) packer.put(at / clusterBytes, packed);
      else to.write(plain.subarray(0, length), at);
    }
    yield at + length;
  }
  to.flush();
}

/** Where the next packed cluster goes. */
class Packer {
  readonly #image: Qcow2Image;
  /** The next free byte, in a cluster of the file that has one part at least; 0 for none. */
  #at = 0;

  constructor(image: Qcow2Image) {
    this.#image = image;
  }

  put(cluster: number, packed: Uint8Array): void {
    const { metadata, file, header } = this.#image;
    metadata.makeRoom();
    const room = this.#at === 0 ? 0 : header.clusterBytes - (this.#at % header.clusterBytes);
    let offset = this.#at;
    if (packed.length > room) {
      const next = metadata.refcounts.allocate();
      // Only where it comes right behind can one begin before and end in it.
      const isBehind = room > 0 && room < header.clusterBytes && next === this.#at + room;
      if (isBehind) this.#count(this.#at);
      else offset = next;
    } else this.#count(this.#at);
    file.write(packed, offset);
    metadata.mapping.setCompressed(cluster, offset, packed.length);
    const end = offset + packed.length;
    this.#at = end % header.clusterBytes === 0 ? 0 : end;
  }

  #count(offset: number): void {
    const { refcounts } = this.#image.metadata;
    const cluster = Math.floor(offset / this.#image.header.clusterBytes);
    refcounts.set(cluster, refcounts.get(cluster) + 1);
  }
}
