import { realpath, stat } from 'node:fs/promises';
import { relative, isAbsolute, sep } from 'node:path';
import type { HostFolders } from '../../../src-core/hypervisor/shares/shares.ts';
import { hasCode } from '../os/file-problem.ts';

/** What a kernel shows as files: writing there is not writing to a disk. */
const KERNEL_FOLDERS = ['/proc', '/sys', '/dev'];

/**
 * @param dataDirectory of Innkeeper: who can write there decides what is shared with whom, so no guest ever sees it
 */
export function hostFolders(dataDirectory: string): HostFolders {
  return {
    resolve: async (path) => {
      try {
        const resolved = await realpath(path);
        return (await stat(resolved)).isDirectory() ? resolved : null;
      } catch (error) {
        if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return null;
        throw error;
      }
    },
    refused: async (path) => {
      const data = await realpath(dataDirectory);
      if (contains(path, data)) return `Innkeeper keeps its own data within ${path}`;
      if (contains(data, path)) return `${path} belongs to Innkeeper itself`;
      const kernel = process.platform === 'win32' ? undefined : KERNEL_FOLDERS.find((folder) => contains(folder, path));
      return kernel === undefined ? null : `${kernel} is not on a disk`;
    },
  };
}

/** Whether `inner` is `outer` or within it. */
function contains(outer: string, inner: string): boolean {
  const way = relative(outer, inner);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}
