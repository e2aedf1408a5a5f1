/** What a boot loader's configuration offers to start. Paths are on the volume that the configuration is on. */
export interface BootEntry {
  readonly kernel: string;
  /** Loaded one after the other. */
  readonly initrds: readonly string[];
  readonly commandLine: string;
  /** Something in the parameters could not be known, because a boot loader computes it. */
  readonly isIncomplete: boolean;
}

/** A path as a configuration writes it: from the root, or from the folder of the configuration. */
export function resolvePath(configuration: string, path: string): string {
  const folder = configuration.slice(0, configuration.lastIndexOf('/'));
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${folder}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
