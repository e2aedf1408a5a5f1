import { existsSync, lstatSync } from 'node:fs';
import { AppError, type AppErrorFields } from '../../../src-core/base/errors.ts';
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
    throw new AppError({
      ...whyNot(directory, cause instanceof Error ? cause.message : String(cause)),
      doing,
      hint: 'Put the folder back in its place, or take it from the machine.',
      data: { directory },
      cause,
    });
  }
}

/** @param errno "ENOTDIR" */
function whyNot(directory: string, errno: string): Pick<AppErrorFields, 'code' | 'because'> {
  const there = lstatSync(directory, { throwIfNoEntry: false });
  if (!there) return { code: 'not-found', because: `its shared folder ${directory} is not there any more` };
  if (errno === 'ESTALE' || there.isSymbolicLink())
    return { code: 'denied', because: `a link has taken the place of its shared folder ${directory}` };
  return { code: 'unavailable', because: `its shared folder ${directory} cannot be opened (${errno})` };
}
