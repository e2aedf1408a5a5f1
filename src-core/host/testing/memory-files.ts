import { AppError } from '../../base/errors.ts';
import type { FileFacts, Files } from '../files.ts';

/** Thrown when the pretended computer loses its power. */
export class PowerFailure extends Error {}

interface Entry {
  bytes: Uint8Array;
  readonly identity: string;
  writable: boolean;
}

/**
 * A file system in memory, with the promises of `Files`. `failAfter` lets the disk be full, or the power fail, at
 * any operation that changes something.
 */
export class MemoryFiles implements Files {
  readonly entries = new Map<string, Entry>();
  readonly directories = new Set<string>(['/']);
  /** Changes carried out so far. */
  changes = 0;
  #failAt = Infinity;
  #failure: () => Error = () => new PowerFailure();
  #forEver = false;
  #lastIdentity = 0;

  readonly isAbsolute = (path: string): boolean => path.startsWith('/');

  readonly join = (...parts: string[]): string => parts.join('/').replace(/\/+/g, '/');

  /** The power fails at the change after `changes` more; nothing works from then on, until `powerOn`. */
  losePowerAfter(changes: number): void {
    this.#failAt = this.changes + changes;
    this.#failure = () => new PowerFailure();
    this.#forEver = true;
  }

  /** The disk is full from the change after `changes` more. */
  fillAfter(changes: number): void {
    this.#failAt = this.changes + changes;
    this.#failure = () => new AppError({ code: 'disk-full', doing: 'write', because: 'the disk is full' });
    this.#forEver = true;
  }

  powerOn(): void {
    this.#failAt = Infinity;
    this.#forEver = false;
  }

  /** Puts a file there, without counting. */
  put(path: string, content: string | Uint8Array, options: { writable?: boolean } = {}): void {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    this.#makeParents(path);
    this.entries.set(path, { bytes, identity: `id-${++this.#lastIdentity}`, writable: options.writable ?? true });
  }

  text(path: string): string {
    return new TextDecoder().decode(this.entries.get(path)?.bytes);
  }

  read(path: string): Promise<Uint8Array> {
    return this.#try(() => this.#entry(path).bytes.slice());
  }

  readRange(path: string, offset: number, length: number): Promise<Uint8Array> {
    return this.#try(() => this.#entry(path).bytes.slice(offset, offset + length));
  }

  writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
    return this.#change(() => {
      if (!this.directories.has(parentOf(path))) throw notFound(path);
      this.put(path, bytes.slice());
    });
  }

  list(path: string): Promise<readonly string[]> {
    return this.#try(() => {
      const prefix = `${path}/`.replace(/\/+/g, '/');
      const inside = [...this.entries.keys(), ...this.directories].filter((name) => name.startsWith(prefix));
      return [...new Set(inside.map((name) => name.slice(prefix.length).split('/')[0] ?? ''))].filter(Boolean).sort();
    });
  }

  makeDirectory(path: string): Promise<void> {
    return this.#change(() => {
      this.#makeParents(`${path}/x`);
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#change(() => {
      if (!this.directories.has(from) && !this.entries.has(from)) throw notFound(from);
      for (const path of [...this.directories]) {
        if (path !== from && !path.startsWith(`${from}/`)) continue;
        this.directories.delete(path);
        this.directories.add(to + path.slice(from.length));
      }
      for (const [path, entry] of [...this.entries]) {
        if (path !== from && !path.startsWith(`${from}/`)) continue;
        this.entries.delete(path);
        this.entries.set(to + path.slice(from.length), entry);
      }
    });
  }

  /** Not atomic: the power may fail when half of a folder is gone. */
  async remove(path: string): Promise<void> {
    const inside = [...this.entries.keys()].filter((name) => name === path || name.startsWith(`${path}/`));
    for (const name of inside) await this.#change(() => void this.entries.delete(name));
    await this.#change(() => {
      for (const name of [...this.directories]) {
        if (name === path || name.startsWith(`${path}/`)) this.directories.delete(name);
      }
    });
  }

  inspect(path: string): Promise<FileFacts | null> {
    return this.#try(() => {
      const entry = this.entries.get(path);
      const sizeBytes = entry?.bytes.length ?? 0;
      const identity = entry?.identity ?? path;
      const common = { sizeBytes, allocatedBytes: sizeBytes, readable: true, identity };
      if (entry) return { kind: 'file', ...common, writable: entry.writable };
      return this.directories.has(path) ? { kind: 'directory', ...common, writable: true } : null;
    });
  }

  #entry(path: string): Entry {
    const entry = this.entries.get(path);
    if (!entry) throw notFound(path);
    return entry;
  }

  #makeParents(path: string): void {
    for (let parent = parentOf(path); parent !== '/'; parent = parentOf(parent)) this.directories.add(parent);
  }

  #change(change: () => void): Promise<void> {
    return this.#try(() => {
      if (this.changes >= this.#failAt) throw this.#failure();
      this.changes++;
      change();
    });
  }

  /** Later than now, as on a real disk. */
  async #try<T>(work: () => T): Promise<T> {
    await Promise.resolve();
    if (this.#forEver && this.changes >= this.#failAt && this.#failure() instanceof PowerFailure) throw this.#failure();
    return work();
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

function notFound(path: string): AppError {
  return new AppError({ code: 'not-found', doing: `use ${path}`, because: 'there is no such file' });
}
