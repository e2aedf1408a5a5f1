import { existsSync } from 'node:fs';
import { AppError } from '../../../src-core/base/errors.ts';
import { HostFolder } from './host-folder.ts';
import { LinuxGround } from './linux-ground.ts';
import { PortableGround } from './portable-ground.ts';

/**
 * Opens a folder of this computer for a guest.
 * @param directory its path, without symbolic links, as it was when it was shared
 * @throws AppError when it is not there any more, or a link leads elsewhere now
 */
export function openSharedFolder(directory: string, readOnly: boolean, doing: string): HostFolder {
  const hasDescriptors = process.platform === 'linux' && existsSync('/proc/self/fd');
  try {
    return new HostFolder(
      (confirm) => (hasDescriptors ? new LinuxGround(directory, confirm) : new PortableGround(directory, confirm)),
      readOnly,
    );
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new AppError({
      code: what === 'ENOENT' || what === 'ENOTDIR' ? 'not-found' : 'unavailable',
      doing,
      because:
        what === 'ESTALE'
          ? `a link has taken the place of its shared folder ${directory}`
          : `its shared folder ${directory} cannot be opened (${what})`,
      hint: 'Put the folder back in its place, or take it from the machine.',
      data: { directory },
      cause,
    });
  }
}
