import type { ChangedFile } from '../../contract/containers.ts';
import type { ExecSession } from '../../guest/exec-session.ts';
import { readTar } from '../../images/formats/tar.ts';
import type { TarEntry } from '../../images/formats/tar.ts';
import { isMountPoint } from '../build/overlay-archive.ts';
import type { ContainerImages } from '../oci/container-images.ts';
import { sessionBytes } from './session-bytes.ts';

const PAGE = 5000;

type Written = Pick<TarEntry, 'path' | 'type'>;

/** What overlayfs keeps of a container's changes. @throws AppError */
export async function writtenEntries(written: ExecSession, doing: string): Promise<Written[]> {
  const entries: Written[] = [];
  for await (const entry of readTar(sessionBytes(written, doing), 'what the container wrote')) {
    const { path, type } = entry;
    if (path !== '' && path !== '.' && !isMountPoint(entry)) entries.push({ path, type });
  }
  return entries;
}

/** All paths that some layer has, without those that a higher one removes. */
export async function pathsOf(diffIds: readonly string[], images: ContainerImages): Promise<ReadonlySet<string>> {
  const paths = new Set<string>();
  for (const diffId of diffIds) {
    for (let from = 0, total = 1; from < total; from += PAGE) {
      const page = await images.files(diffId, from, '');
      total = page.total;
      if (page.files.length === 0) break;
      for (const { path, kind } of page.files) {
        if (kind === 'removed') paths.delete(plain(path));
        else paths.add(plain(path));
      }
      from += page.files.length - PAGE;
    }
  }
  return paths;
}

/** As docker tells it: a directory in which something was changed was changed itself. Devices stand for what was removed. */
export function changesOf(entries: readonly Written[], before: ReadonlySet<string>): ChangedFile[] {
  const changes = entries.map(({ path, type }): ChangedFile => {
    const kind = type === 'other' && before.has(path) ? 'removed' : before.has(path) ? 'changed' : 'added';
    return { kind, path: `/${path}` };
  });
  return changes.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function plain(path: string): string {
  return path.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
}
