import { busyboxApplets } from '../formats/busybox.ts';
import type { CpioNode } from '../formats/cpio.ts';
import { stripModule } from '../formats/strip-module.ts';
import type { KernelModule, KernelPackage } from './kernel-package.ts';
import { modulesAlias, modulesDep, type InstalledModule } from './module-tables.ts';
import type { LibrarySet } from './shared-libraries.ts';

/** Files of a system in memory, by path without a leading slash. */
export type SystemTree = Map<string, CpioNode>;

/** BusyBox, with a name for each of its programs. @param folder "usr/bin" */
export function addBusybox(tree: SystemTree, folder: string, busybox: Uint8Array): void {
  for (const applet of busyboxApplets(busybox, 'busybox')) {
    tree.set(`${folder}/${applet}`, { kind: 'symlink', target: 'busybox' });
  }
  tree.set(`${folder}/busybox`, file(busybox, 0o755));
}

export function addPrograms(
  tree: SystemTree,
  programs: Readonly<Record<string, Uint8Array>>,
  libraries: LibrarySet,
): void {
  for (const [name, program] of Object.entries(programs)) tree.set(`usr/bin/${name}`, file(program, 0o755));
  for (const [path, library] of libraries.files) {
    tree.set(path, 'target' in library ? { kind: 'symlink', target: library.target } : file(library.content, 0o755));
  }
}

/** @param packed names of modules that stay as packed as they come: for those that are hardly ever loaded */
export function addModules(tree: SystemTree, kernel: KernelPackage, packed: ReadonlySet<string> = new Set()): void {
  const folder = `usr/lib/modules/${kernel.version}`;
  const installed: InstalledModule<KernelModule>[] = [...kernel.modules.values()]
    .map((module) => ({
      module,
      path: packed.has(module.name) ? module.path : module.path.replace(/\.ko\..*$/, '.ko'),
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const { module, path } of installed) {
    tree.set(`${folder}/${path}`, file(packed.has(module.name) ? module.packed : stripModule(module.plain, path)));
  }
  tree.set(`${folder}/modules.dep`, text(modulesDep(installed)));
  tree.set(`${folder}/modules.alias`, text(modulesAlias(installed)));
}

export function file(content: Uint8Array, mode = 0o644): CpioNode {
  return { kind: 'file', mode, content };
}

export function text(content: string, mode = 0o644): CpioNode {
  return file(new TextEncoder().encode(content), mode);
}
