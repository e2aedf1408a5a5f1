import type { KernelModule } from './kernel-package.ts';

/** A module as it is installed: its path may have lost a compression suffix. */
export interface InstalledModule<Module = Pick<KernelModule, 'name' | 'info'>> {
  readonly module: Module;
  readonly path: string;
}

/**
 * modules.dep(5): each module's path, a colon, and the paths of all modules that must be loaded before, the last one
 * first. What depmod would write, for the modules that are there.
 */
export function modulesDep(installed: readonly InstalledModule[]): string {
  const byName = new Map(installed.map((entry) => [entry.module.name, entry]));
  return installed
    .map(
      ({ module, path }) =>
        `${path}:${needed(module.name, byName)
          .map((name) => ` ${pathOf(name, byName)}`)
          .join('')}\n`,
    )
    .join('');
}

/** modules.alias: by which names the kernel asks for a module. */
export function modulesAlias(installed: readonly InstalledModule[]): string {
  return installed
    .flatMap(({ module }) => module.info.aliases.map((alias) => `alias ${alias} ${module.name}\n`))
    .join('');
}

/** All modules below one, each once, in the opposite of the order in which they must load. */
function needed(name: string, byName: ReadonlyMap<string, InstalledModule>): string[] {
  const loadOrder = new Set<string>();
  const begun = new Set<string>();
  const visit = (current: string): void => {
    const entry = byName.get(current);
    // What is not installed is built in.
    if (entry === undefined || begun.has(current)) return;
    begun.add(current);
    entry.module.info.depends.forEach(visit);
    loadOrder.add(current);
  };
  visit(name);
  loadOrder.delete(name);
  return [...loadOrder].reverse();
}

function pathOf(name: string, byName: ReadonlyMap<string, InstalledModule>): string {
  return byName.get(name)?.path ?? name;
}
