import { AppError } from '../../base/errors.ts';
import { collect, corrupt, sourceOf } from '../formats/byte-source.ts';
import { compressionByName, type Decompress } from '../formats/compression.ts';
import { moduleName, readKernelModule, type KernelModuleInfo } from '../formats/kernel-module.ts';
import { extractRiscvImage } from '../formats/riscv-image.ts';
import type { TarEntry } from '../formats/tar.ts';

const KERNEL = /^boot\/vmlinu[xz]-(.+)$/;
const MODULE = /^(?:usr\/)?lib\/modules\/[^/]+\/(kernel\/.+\.ko(?:\.(?:xz|zst|gz))?)$/;
const BUILT_IN = /^(?:usr\/)?lib\/modules\/[^/]+\/modules\.builtin$/;
const MAX_KERNEL_BYTES = 256 * 1024 * 1024;
const MAX_MODULE_BYTES = 64 * 1024 * 1024;

/** A module as the package has it, and as the kernel loads it. */
export interface KernelModule {
  readonly name: string;
  /** Below /usr/lib/modules/VERSION, "kernel/fs/ext4/ext4.ko.xz". */
  readonly path: string;
  readonly packed: Uint8Array;
  readonly plain: Uint8Array;
  readonly info: KernelModuleInfo;
}

export interface KernelPackage {
  /** "6.12.48+deb13-riscv64", as `uname -r` says it. */
  readonly version: string;
  /** The plain `Image`. */
  readonly image: Uint8Array;
  /** The modules asked for and all that they need, by name. */
  readonly modules: ReadonlyMap<string, KernelModule>;
}

/** What one reading of the package brought. */
interface Found {
  kernel: { readonly version: string; readonly file: Uint8Array } | undefined;
  readonly modules: { readonly path: string; readonly packed: Uint8Array }[];
  readonly builtIn: Set<string>;
}

/**
 * Takes the kernel and some modules out of a kernel package. Debian's packages hold no modules.dep (depmod writes it
 * when they are installed), so the dependencies are read from the modules themselves: the package is read again for
 * those that were not foreseen. A module that this kernel has built in is left out.
 * @param entries opens the package's files from the start
 * @param wanted module names, best with their dependencies: then one reading is enough
 * @throws AppError 'corrupt' | 'unavailable', and what `entries` throws
 */
export async function unpackKernel(
  entries: () => AsyncIterable<TarEntry>,
  wanted: readonly string[],
  decompress: Decompress,
  what: string,
): Promise<KernelPackage> {
  const modules = new Map<string, KernelModule>();
  let missing = new Set(wanted);
  const first = await readPackage(entries(), missing, true, what);
  for (let found = first; ; found = await readPackage(entries(), missing, false, what)) {
    for (const packed of found.modules) {
      const module = await openModule(packed, decompress);
      modules.set(module.name, module);
    }
    const absent = [...missing].filter((name) => !modules.has(name) && !first.builtIn.has(name));
    if (absent.length > 0) throw lacking(absent, what);
    const needed = [...modules.values()].flatMap((module) => module.info.depends);
    missing = new Set(needed.filter((name) => !modules.has(name) && !first.builtIn.has(name)));
    if (missing.size === 0) break;
  }
  if (first.kernel === undefined) throw corrupt(what, 'it holds no kernel');
  const { version, file } = first.kernel;
  return { version, image: await extractRiscvImage(file, decompress, `the kernel ${version}`), modules };
}

async function readPackage(
  entries: AsyncIterable<TarEntry>,
  wanted: ReadonlySet<string>,
  withKernel: boolean,
  what: string,
): Promise<Found> {
  const found: Found = { kernel: undefined, modules: [], builtIn: new Set() };
  for await (const entry of entries) {
    if (entry.type !== 'file') continue;
    const path = MODULE.exec(entry.path)?.[1];
    const version = KERNEL.exec(entry.path)?.[1];
    if (path !== undefined && wanted.has(moduleName(path))) {
      found.modules.push({ path, packed: await collect(entry.content, MAX_MODULE_BYTES, path) });
    } else if (withKernel && version !== undefined) {
      found.kernel = { version, file: await collect(entry.content, MAX_KERNEL_BYTES, what) };
    } else if (BUILT_IN.test(entry.path)) {
      const lines = new TextDecoder().decode(await collect(entry.content, MAX_MODULE_BYTES, what)).split('\n');
      for (const line of lines.filter((text) => text !== '')) found.builtIn.add(moduleName(line));
    }
  }
  return found;
}

async function openModule(
  { path, packed }: { path: string; packed: Uint8Array },
  decompress: Decompress,
): Promise<KernelModule> {
  const { compression } = compressionByName(path);
  const plain = await collect(decompress(compression, sourceOf(packed), path), MAX_MODULE_BYTES, path);
  return { name: moduleName(path), path, packed, plain, info: readKernelModule(plain, path) };
}

function lacking(names: readonly string[], what: string): AppError {
  return new AppError({
    code: 'unavailable',
    doing: `read ${what}`,
    because: `${what} has no module ${names.join(', ')}`,
    hint: 'This version of Innkeeper does not know the kernel that Debian ships now; look for a newer one.',
  });
}
