import { sourceOf } from '../../../images/formats/byte-source.ts';
import { hexOf } from '../blob-store.ts';
import type { KeptImage } from '../kept-image.ts';
import type { ExchangeFile } from '../outside.ts';

/** An image with the names that it is saved under. */
export interface SavedImage {
  readonly image: KeptImage;
  readonly names: readonly string[];
}

/** The digests of what is the same are the same files. */
export function uniqueFile(seen: Set<string>, path: string): boolean {
  if (seen.has(path)) return false;
  seen.add(path);
  return true;
}

/** A small file. */
export function textFile(path: string, value: unknown): ExchangeFile {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return { path, sizeBytes: bytes.length, bytes: sourceOf(bytes) };
}

export function blobPath(digest: string): string {
  return `blobs/sha256/${hexOf(digest)}`;
}
