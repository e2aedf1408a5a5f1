import { AppError } from '../../../base/errors.ts';
import type { ByteSource } from '../../../images/formats/byte-source.ts';
import { detectCompression, type Decompress } from '../../../images/formats/compression.ts';
import { readTar, type TarEntry } from '../../../images/formats/tar.ts';
import type { LocalImages } from '../local-images.ts';
import { damaged } from '../manifest.ts';
import { blobPath } from './saved-files.ts';

/** The files of an archive or a folder with images. */
export interface Contents {
  /** Undefined when there is no such file. */
  open(path: string): Promise<{ readonly sizeBytes: number; readonly bytes: ByteSource } | undefined>;
}

const MOST_ENTRIES = 100_000;
const MOST_LINKS_FOLLOWED = 5;
/** Of the longest mark of a compression. */
const MARK_BYTES = 6;

type Place = { readonly digest: string; readonly sizeBytes: number } | { readonly target: string };

/**
 * The files of an archive, each by its path, kept as blobs: an archive tells last what belongs together.
 * @param about hears the digest of each
 * @throws AppError 'corrupt', 'disk-full'
 */
export async function archiveContents(
  local: LocalImages,
  archive: ByteSource,
  about: (digests: readonly string[]) => void,
  doing: string,
): Promise<Contents> {
  const places = new Map<string, Place>();
  for await (const entry of readTar(archive, 'the archive')) {
    if (places.size >= MOST_ENTRIES) throw damaged(doing, `the archive has more than ${MOST_ENTRIES} entries`);
    const place = await placeOf(local, entry, about, doing);
    if (place !== undefined) places.set(plainPath('', entry.path), place);
  }
  return {
    open: (path) => {
      const place = resolved(places, path);
      return Promise.resolve(place && { sizeBytes: place.sizeBytes, bytes: local.blobs.read(place.digest) });
    },
  };
}

async function placeOf(
  local: LocalImages,
  entry: TarEntry,
  about: (digests: readonly string[]) => void,
  doing: string,
): Promise<Place | undefined> {
  if (entry.type === 'symlink') return { target: plainPath(entry.path.replace(/[^/]*$/, ''), entry.target) };
  if (entry.type === 'hard-link') return { target: plainPath('', entry.target) };
  if (entry.type !== 'file') return undefined;
  const kept = await local.blobs.keep(entry.content, (digest) => about([digest]));
  const path = plainPath('', entry.path);
  if (path.startsWith('blobs/sha256/') && path !== blobPath(kept.digest)) {
    throw damaged(doing, `${path} of the archive is not what its digest says`);
  }
  return kept;
}

function resolved(places: ReadonlyMap<string, Place>, path: string): Exclude<Place, { target: string }> | undefined {
  let place = places.get(plainPath('', path));
  for (let followed = 0; place !== undefined && 'target' in place; followed++) {
    if (followed === MOST_LINKS_FOLLOWED) return undefined;
    place = places.get(place.target);
  }
  return place;
}

/** Within the archive, without "." and "..": it is a key, and never a path of this computer. */
function plainPath(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of `${folder}/${path}`.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** Unpacks what is packed, by its first bytes. */
export async function* unpacked(
  source: ByteSource,
  decompress: Decompress,
  what: string,
): AsyncGenerator<Uint8Array, void, void> {
  const chunks = source[Symbol.asyncIterator]();
  const begun: Uint8Array[] = [];
  let length = 0;
  try {
    while (length < MARK_BYTES) {
      const next = await chunks.next();
      if (next.done) break;
      begun.push(next.value);
      length += next.value.length;
    }
    const mark = new Uint8Array(begun.flatMap((chunk) => [...chunk.subarray(0, MARK_BYTES)]).slice(0, MARK_BYTES));
    const rest = { [Symbol.asyncIterator]: () => ({ next: () => chunks.next() }) };
    yield* decompress(detectCompression(mark), after(begun, rest), what);
  } finally {
    await chunks.return?.();
  }
}

async function* after(begun: readonly Uint8Array[], rest: ByteSource): AsyncGenerator<Uint8Array, void, void> {
  yield* begun;
  yield* rest;
}

/** The bytes of a file that must be there. @throws AppError 'corrupt' */
export async function opened(
  contents: Contents,
  path: string,
  doing: string,
): Promise<{ readonly sizeBytes: number; readonly bytes: ByteSource }> {
  const file = await contents.open(path);
  if (file !== undefined) return file;
  throw new AppError({ code: 'corrupt', doing, because: `${path} is missing in it`, hint: 'Save the images again.' });
}
