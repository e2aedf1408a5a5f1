import { ERRNO, FileError, type ErrnoName } from '../../../src-core/machine/devices/virtio/fs/shared-folder.ts';

/** What other systems call it, or what would tell the guest too much or too little. */
const OTHER_NAMES: Readonly<Record<string, ErrnoName>> = {
  ENOTSUP: 'EOPNOTSUPP',
  EAGAIN: 'EIO',
  // A link where there was none a moment ago: what the guest knew is out of date.
  ELOOP: 'ESTALE',
};

/** What the host's system says of a file, as the guest is told it. */
export function fileError(error: unknown): FileError {
  if (error instanceof FileError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const name = OTHER_NAMES[code] ?? (Object.hasOwn(ERRNO, code) ? (code as ErrnoName) : 'EIO');
  return new FileError(name);
}

/** Carries out what the host's system may refuse. @throws FileError */
export function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw fileError(error);
  }
}
