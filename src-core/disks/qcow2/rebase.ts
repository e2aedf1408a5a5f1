import { AppError } from '../../base/errors.ts';
import { mustBeWritable } from '../problems.ts';
import { AT } from './header.ts';
import type { Qcow2Image } from './qcow2-image.ts';

/**
 * Builds an image on another one, which must show the same wherever this one holds nothing. The new path comes beside the
 * old one, and then counts by one write within the first sector: a crash leaves either.
 * @param path as it is to stand in the header; null to stand alone
 * @throws AppError 'not-supported' when there is no room for the path
 */
export function rebase({ file, header }: Pick<Qcow2Image, 'file' | 'header'>, path: string | null): void {
  mustBeWritable(file.name, file.readOnly);
  const reference = new Uint8Array(12);
  const view = new DataView(reference.buffer);
  if (path !== null) {
    const bytes = new TextEncoder().encode(path);
    const at = freePlace(file, header.clusterBytes, bytes.length);
    file.write(bytes, at);
    file.flush();
    view.setBigUint64(0, BigInt(at));
    view.setUint32(8, bytes.length);
  }
  file.write(reference, AT.backingOffset);
  file.flush();
}

/** Behind the path that stands there now: whatever else is in the header's cluster comes before it. */
function freePlace(file: Qcow2Image['file'], clusterBytes: number, length: number): number {
  const reference = new Uint8Array(12);
  file.read(reference, AT.backingOffset);
  const view = new DataView(reference.buffer);
  const behind = Number(view.getBigUint64(0)) + view.getUint32(8);
  if (behind > 0 && behind + length <= clusterBytes) return behind;
  const because = 'there is no room in its header for another path';
  throw new AppError({ code: 'not-supported', doing: `build the disk image ${file.name} on another`, because });
}
