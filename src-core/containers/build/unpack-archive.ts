import { readTar, type TarEntry } from '../../images/formats/tar.ts';
import { tarHeader, tarPadding } from '../../images/formats/tar-writer.ts';
import type { ByteSource } from '../../images/formats/byte-source.ts';

/**
 * What ADD makes of an archive: its entries, in a tar archive without its end, below a directory. Entries that lead out
 * of it, devices and pipes are left out.
 * @param archive uncompressed @param directory without a leading "/"; '' for the root @throws AppError 'corrupt'
 */
export async function* unpackArchive(
  archive: ByteSource,
  directory: string,
  what: string,
): AsyncGenerator<Uint8Array, void, void> {
  const below = (path: string): string => (directory === '' ? path : `${directory}/${path}`);
  for await (const entry of readTar(archive, what)) {
    const path = insideOf(entry.path);
    if (path === null || entry.type === 'other') continue;
    const target = targetOf(entry, below);
    if (target === null) continue;
    const { type, mode, owner, group, modifiedAt } = entry;
    const sizeBytes = type === 'file' ? entry.sizeBytes : 0;
    yield tarHeader({ ...{ path: below(path), type, mode, owner, group, modifiedAt, sizeBytes, target } });
    if (type !== 'file') continue;
    yield* entry.content;
    if (sizeBytes % 512 !== 0) yield tarPadding(sizeBytes);
  }
}

function targetOf(entry: TarEntry, below: (path: string) => string): string | null {
  if (entry.type !== 'hard-link') return entry.target;
  const path = insideOf(entry.target);
  return path === null ? null : below(path);
}

/** @returns null for a path that leads out, or to nothing */
function insideOf(path: string): string | null {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.length === 0 || parts.includes('..') ? null : parts.join('/');
}
