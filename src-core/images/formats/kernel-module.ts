import { corrupt } from './byte-source.ts';
import { elfSection } from './elf.ts';

/** What a kernel module says about itself in its `.modinfo` section. */
export interface KernelModuleInfo {
  /** Names of the modules that must be there before, with "_" for "-". */
  readonly depends: readonly string[];
  /** Patterns by which the kernel asks for it: "virtio:d00000002v*", "fs-ext4". */
  readonly aliases: readonly string[];
  /** "pre: a b post: c": what modprobe loads along, where it is there. */
  readonly softDependencies: readonly string[];
}

/** `virtio-rng` and `virtio_rng` are the same module. */
export function moduleName(fileName: string): string {
  return fileName
    .replace(/^.*\//, '')
    .replace(/\.ko(?:\.[a-z0-9]+)?$/, '')
    .replaceAll('-', '_');
}

/**
 * Reads an uncompressed `.ko`: its `.modinfo` holds "key=value" strings, each ended by NUL.
 * @throws AppError 'corrupt'
 */
export function readKernelModule(bytes: Uint8Array, what: string): KernelModuleInfo {
  const section = elfSection(bytes, '.modinfo', what);
  if (section === undefined) throw corrupt(what, 'it is not a kernel module');
  const entries = new TextDecoder().decode(section).split('\0');
  const values = (key: string): string[] =>
    entries.filter((entry) => entry.startsWith(`${key}=`)).map((entry) => entry.slice(key.length + 1));
  return {
    depends: values('depends')
      .flatMap((list) => list.split(','))
      .filter((name) => name !== '')
      .map(moduleName),
    aliases: values('alias'),
    softDependencies: values('softdep'),
  };
}
