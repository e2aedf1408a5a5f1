import { collect, corrupt, sourceOf } from '../formats/byte-source.ts';
import { compressionByName, type Decompress } from '../formats/compression.ts';
import { moduleName, readKernelModule } from '../formats/kernel-module.ts';
import { kmodIndex, type IndexEntry } from '../formats/kmod-index.ts';
import type { KernelModule } from './kernel-package.ts';
import { modulesAlias, modulesDep, type InstalledModule } from './module-tables.ts';

const MAX_MODULE_BYTES = 64 * 1024 * 1024;

/**
 * Does depmod's work for all modules of a kernel while its package passes by: on a simulated processor it would take a
 * minute, most of it unpacking.
 */
export class ModuleIndex {
  readonly #decompress: Decompress;
  readonly #packed: { readonly path: string; readonly content: Uint8Array }[] = [];
  readonly #modules: Pick<KernelModule, 'name' | 'path' | 'info'>[] = [];
  #order: readonly string[] = [];
  #builtIn: readonly string[] = [];
  #builtInInfo: readonly string[] = [];

  constructor(decompress: Decompress) {
    this.#decompress = decompress;
  }

  /**
   * Takes a file of the package. Modules are looked into later: no two streams can be unpacked at a time.
   * @param path below /usr/lib/modules/VERSION
   */
  take(path: string, content: Uint8Array): void {
    if (/\.ko(?:\.(?:xz|zst|gz))?$/.test(path)) this.#packed.push({ path, content });
    else if (path === 'modules.order') this.#order = lines(content, '\n');
    else if (path === 'modules.builtin') this.#builtIn = lines(content, '\n');
    else if (path === 'modules.builtin.modinfo') this.#builtInInfo = lines(content, '\0');
  }

  /** Looks into the modules that were taken. @param looked how many it has looked into, of how many @throws AppError 'corrupt' */
  async look(looked: (count: number, of: number) => void): Promise<void> {
    const total = this.#packed.length;
    for (let next = this.#packed.shift(); next !== undefined; next = this.#packed.shift()) {
      const { path, content } = next;
      const { compression } = compressionByName(path);
      const plain = await collect(this.#decompress(compression, sourceOf(content), path), MAX_MODULE_BYTES, path);
      this.#modules.push({ name: moduleName(path), path, info: readKernelModule(plain, path) });
      looked(this.#modules.length, total);
    }
  }

  /** What depmod writes, by name; without modules.symbols, which nothing asks for. @throws AppError 'corrupt' */
  files(what: string): Map<string, Uint8Array> {
    if (this.#modules.length === 0) throw corrupt(what, 'it holds no modules');
    const installed = this.#inOrder();
    const dep = modulesDep(installed);
    const text = (content: string): Uint8Array => new TextEncoder().encode(content);
    return new Map([
      ['modules.dep', text(dep)],
      ['modules.dep.bin', kmodIndex(depEntries(installed, dep))],
      ['modules.alias', text(`# Aliases extracted from modules themselves.\n${modulesAlias(installed)}`)],
      ['modules.alias.bin', kmodIndex(aliasEntries(installed))],
      [
        'modules.softdep',
        text(`# Soft dependencies extracted from modules themselves.\n${softDependencies(installed)}`),
      ],
      ['modules.devname', text(`# Device nodes to trigger on-demand module loading.\n${deviceNames(installed)}`)],
      ['modules.builtin.bin', kmodIndex(this.#builtIn.map((path) => entry(moduleName(path), '', 0)))],
      ['modules.builtin.alias.bin', kmodIndex(this.#builtInAliases())],
    ]);
  }

  /** Where two modules fit an alias, the one that was linked first goes first. */
  #inOrder(): InstalledModule[] {
    const ranks = new Map(this.#order.map((path, index) => [path.replace(/\.ko.*$/, ''), index]));
    const rank = ({ path }: { path: string }): number => ranks.get(path.replace(/\.ko.*$/, '')) ?? Infinity;
    const sorted = [...this.#modules].sort((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1));
    return sorted.map((module) => ({ module, path: module.path }));
  }

  /** "virtio_pci.alias=pci:v00001AF4d*sv*sd*bc*sc*i*" */
  #builtInAliases(): IndexEntry[] {
    return this.#builtInInfo.flatMap((line) => {
      const [, name, alias] = /^([^.]+)\.alias=(.*)$/.exec(line) ?? [];
      return name === undefined || alias === undefined ? [] : [entry(normalAlias(alias), moduleName(name), 0)];
    });
  }
}

function entry(key: string, value: string, priority: number): IndexEntry {
  return { key, value, priority };
}

function depEntries(installed: readonly InstalledModule[], dep: string): IndexEntry[] {
  const texts = dep.split('\n');
  return installed.map(({ module }, index) => entry(module.name, texts[index] ?? '', index));
}

function aliasEntries(installed: readonly InstalledModule[]): IndexEntry[] {
  return installed.flatMap(({ module }, index) =>
    module.info.aliases.map((alias) => entry(normalAlias(alias), module.name, index)),
  );
}

/** kmod, shared/util.c, `alias_normalize`: "-" counts as "_", but not within brackets. */
function normalAlias(alias: string): string {
  return alias.replace(/\[[^\]]*\]|-/g, (found) => (found === '-' ? '_' : found));
}

function softDependencies(installed: readonly InstalledModule[]): string {
  return installed
    .flatMap(({ module }) => module.info.softDependencies.map((soft) => `softdep ${module.name} ${soft}\n`))
    .join('');
}

/** Device nodes that are there before their module is, which is loaded when one is opened: "fuse fuse c10:229". */
function deviceNames(installed: readonly InstalledModule[]): string {
  return installed
    .flatMap(({ module }) => {
      const { aliases } = module.info;
      const name = aliases.find((alias) => alias.startsWith('devname:'))?.slice('devname:'.length);
      const numbers = aliases.map((alias) => /^(char|block)-major-(\d+)-(\d+)$/.exec(alias)).find((found) => found);
      if (name === undefined || !numbers) return [];
      return [`${module.name} ${name} ${numbers[1] === 'char' ? 'c' : 'b'}${numbers[2]}:${numbers[3]}\n`];
    })
    .join('');
}

function lines(content: Uint8Array, separator: string): string[] {
  return new TextDecoder()
    .decode(content)
    .split(separator)
    .filter((line) => line !== '');
}
