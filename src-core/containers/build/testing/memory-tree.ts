import type { SourceEntry, SourceTree } from '../source-tree.ts';

interface Given {
  readonly text?: string;
  readonly target?: string;
  readonly mode?: number;
  readonly kind?: SourceEntry['kind'];
}

/** Files in memory: "a/b" with a text or a target; directories come of themselves, one alone ends with "/". */
export class MemoryTree implements SourceTree {
  readonly #entries = new Map<string, SourceEntry>();
  readonly #owners: Readonly<Record<string, number>>;

  constructor(files: Readonly<Record<string, string | Given>>, owners: Readonly<Record<string, number>> = {}) {
    this.#owners = owners;
    this.#put('', { kind: 'directory' });
    for (const [path, given] of Object.entries(files))
      this.add(path, typeof given === 'string' ? { text: given } : given);
  }

  add(path: string, given: Given): void {
    const clean = path.replace(/\/$/, '');
    const parts = clean.split('/');
    for (let at = 1; at < parts.length; at++) {
      const parent = parts.slice(0, at).join('/');
      if (!this.#entries.has(parent)) this.#put(parent, { kind: 'directory' });
    }
    this.#put(clean, path.endsWith('/') ? { ...given, kind: 'directory' } : given);
  }

  find(path: string): Promise<SourceEntry | null> {
    let at = '';
    for (const part of path.split('/').filter((each) => each !== '')) {
      at = at === '' ? part : `${at}/${part}`;
      const entry = this.#entries.get(at);
      if (entry?.kind === 'symlink') at = entry.target.replace(/^\//, '');
    }
    return Promise.resolve(this.#entries.get(at) ?? null);
  }

  async *walk(path: string): AsyncGenerator<SourceEntry, void, void> {
    await Promise.resolve();
    for (const entry of [...this.#entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1))) {
      if (path === '' || entry.path === path || entry.path.startsWith(`${path}/`)) yield entry;
    }
  }

  owner(text: string) {
    const id = (name: string): number => (/^\d+$/.test(name) ? Number(name) : (this.#owners[name] ?? NaN));
    const [user = '', group = user] = text.split(':');
    const owner = { user: id(user), group: id(group) };
    return Promise.resolve(Number.isNaN(owner.user + owner.group) ? null : owner);
  }

  #put(path: string, { text = '', target = '', kind, mode }: Given): void {
    const bytes = new TextEncoder().encode(text);
    const is = kind ?? (target === '' ? 'file' : 'symlink');
    this.#entries.set(path, {
      ...{ path, kind: is, mode: mode ?? (is === 'directory' ? 0o755 : 0o644), owner: { user: 7, group: 7 } },
      ...{ sizeBytes: bytes.length, modifiedAt: 1, target },
      content: async function* () {
        await Promise.resolve();
        yield bytes;
      },
    });
  }
}
