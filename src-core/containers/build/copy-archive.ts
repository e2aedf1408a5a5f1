import { tarHeader, tarPadding } from '../../images/formats/tar-writer.ts';
import type { Hasher } from '../../images/workshop.ts';
import type { CopyItem } from './copy-items.ts';

/** Of the layer of a COPY: the entries of its items in a tar archive, in their order, without its end. OCI image-spec, layer.md. */
export async function* copyArchive(items: readonly CopyItem[]): AsyncGenerator<Uint8Array, void, void> {
  for (const item of items) {
    const sizeBytes = item.kind === 'file' ? item.sizeBytes : 0;
    yield tarHeader({
      ...{ path: item.path, type: item.kind, mode: item.mode, sizeBytes, target: item.target },
      ...{ owner: item.owner.user, group: item.owner.group, modifiedAt: Math.max(0, Math.floor(item.modifiedAt)) },
    });
    if (item.kind !== 'file') continue;
    yield* exactly(item);
    if (sizeBytes % 512 !== 0) yield tarPadding(sizeBytes);
  }
}

/** A file that changes while it is read is cut or filled up: the archive stays whole. */
async function* exactly({ content, sizeBytes }: CopyItem): AsyncGenerator<Uint8Array, void, void> {
  let left = sizeBytes;
  for await (const bytes of content()) {
    const piece = bytes.subarray(0, left);
    left -= piece.length;
    if (piece.length > 0) yield piece;
    if (left === 0) return;
  }
  for (; left > 0; left -= ZEROS.length) yield ZEROS.subarray(0, left);
}

const ZEROS = new Uint8Array(64 * 1024);

/**
 * What tells whether a COPY made before is the same: names, owners, permissions and contents, not times.
 * @returns hexadecimal digits
 */
export async function digestOfItems(items: readonly CopyItem[], sha256: () => Hasher): Promise<string> {
  const all = sha256();
  for (const item of items) {
    const content = sha256();
    if (item.kind === 'file') for await (const bytes of item.content()) content.update(bytes);
    const { path, kind, mode, owner, target } = item;
    all.update(new TextEncoder().encode(JSON.stringify([path, kind, mode, owner, target, content.digest()])));
  }
  return all.digest();
}
