import { readTar, type TarEntry } from '../../images/formats/tar.ts';
import { tarEnd, tarHeader, tarPadding, type TarItem } from '../../images/formats/tar-writer.ts';

const OPAQUE = 'trusted.overlay.opaque';
/** What overlayfs notes for itself. */
const OVERLAY_ATTRIBUTE = /^(?:trusted|user)\.overlay\./;
const WHITEOUT = '.wh.';
const OPAQUE_MARK = '.wh..wh..opq';
/** Places that the runtime makes to mount something on, where the image has none. */
const MOUNT_POINTS = new Set([
  'etc/hosts',
  'etc/hostname',
  'etc/resolv.conf',
  'dev',
  'proc',
  'sys',
  'run/.containerenv',
]);

/**
 * Makes a layer of what overlayfs kept of a container's changes: its devices 0:0 and opaque directories become the
 * whiteout files of the OCI image-spec (layer.md §whiteouts). The entries stay in their order.
 * @param written a tar archive of the upper directory
 * @throws AppError 'corrupt'
 */
export async function* overlayArchive(written: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  for await (const entry of readTar(written, 'what the container wrote')) {
    if (entry.path === '' || entry.path === '.' || isMountPoint(entry)) continue;
    if (isWhiteout(entry)) {
      yield tarHeader({ ...mark(entry), path: besides(entry.path, (name) => `${WHITEOUT}${name}`) });
      continue;
    }
    const item = itemOf(entry);
    if (item === null) continue;
    yield tarHeader(item);
    if (entry.type === 'file') {
      yield* entry.content;
      if (entry.sizeBytes % 512 !== 0) yield tarPadding(entry.sizeBytes);
    }
    if (isOpaque(entry)) yield tarHeader({ ...mark(entry), path: `${entry.path}/${OPAQUE_MARK}` });
  }
  yield tarEnd();
}

/** Whether it is nothing but a place that something was mounted on. */
export function isMountPoint({ path, type, sizeBytes }: Pick<TarEntry, 'path' | 'type' | 'sizeBytes'>): boolean {
  return MOUNT_POINTS.has(path) && (type === 'directory' || (type === 'file' && sizeBytes === 0));
}

function isWhiteout({ special }: TarEntry): boolean {
  return special?.kind === 'character' && special.major === 0 && special.minor === 0;
}

function isOpaque({ attributes }: TarEntry): boolean {
  return attributes.get(OPAQUE)?.[0] === 'y'.charCodeAt(0);
}

function mark({ modifiedAt }: TarEntry): Omit<TarItem, 'path'> {
  return { type: 'file', mode: 0, owner: 0, group: 0, modifiedAt, sizeBytes: 0, target: '' };
}

function besides(path: string, name: (last: string) => string): string {
  const at = path.lastIndexOf('/') + 1;
  return path.slice(0, at) + name(path.slice(at));
}

/** @returns null for what cannot be in a layer: a socket */
function itemOf(entry: TarEntry): TarItem | null {
  const { path, mode, owner, group, modifiedAt, target, special } = entry;
  const type = entry.type === 'other' ? special?.kind : entry.type;
  if (type === undefined) return null;
  const attributes = new Map([...entry.attributes].filter(([name]) => !OVERLAY_ATTRIBUTE.test(name)));
  return {
    ...{ path, type, mode, owner, group, modifiedAt, target, attributes },
    sizeBytes: type === 'file' ? entry.sizeBytes : 0,
    ...(special === null ? {} : { device: special }),
  };
}
