import { AppError } from '../../base/errors.ts';
import type { ByteSource } from '../formats/byte-source.ts';
import type { FileSink, Storage } from '../storage.ts';

/** A storage in memory, which can run full after a number of bytes and tells everything that is in it. */
export class MemoryStorage implements Storage {
  readonly files = new Map<string, { bytes: Uint8Array; modifiedAt: number }>();
  /** Bytes that can still be written. */
  room = Infinity;
  now = 0;
  openSinks = 0;

  absolute(path: string): string {
    return `/memory/${path}`;
  }

  list(folder: string): Promise<readonly string[]> {
    const prefix = folder === '' ? '' : `${folder}/`;
    const below = [...this.files.keys()].filter((path) => path.startsWith(prefix));
    return Promise.resolve([...new Set(below.map((path) => path.slice(prefix.length).split('/')[0] ?? ''))].sort());
  }

  stat(path: string): Promise<{ sizeBytes: number; modifiedAt: number } | undefined> {
    const file = this.files.get(path);
    return Promise.resolve(file && { sizeBytes: file.bytes.length, modifiedAt: file.modifiedAt });
  }

  async *read(path: string): ByteSource {
    const file = this.files.get(path);
    if (file === undefined)
      throw new AppError({ code: 'not-found', doing: `read ${path}`, because: 'it is not there' });
    for (let at = 0; at < file.bytes.length; at += 1000) yield await Promise.resolve(file.bytes.slice(at, at + 1000));
  }

  makeFolder(): Promise<void> {
    return Promise.resolve();
  }

  create(path: string): Promise<FileSink> {
    const file = { bytes: new Uint8Array(0), modifiedAt: this.now };
    this.files.set(path, file);
    this.openSinks++;
    let open = true;
    const close = (): Promise<void> => {
      if (open) this.openSinks--;
      open = false;
      return Promise.resolve();
    };
    const write = (bytes: Uint8Array): Promise<void> => {
      this.room -= bytes.length;
      if (this.room < 0) return Promise.reject(diskFull(path));
      const grown = new Uint8Array(file.bytes.length + bytes.length);
      grown.set(file.bytes);
      grown.set(bytes, file.bytes.length);
      file.bytes = grown;
      return Promise.resolve();
    };
    return Promise.resolve({ write, finish: close, abandon: close });
  }

  rename(from: string, to: string): Promise<void> {
    for (const [path, file] of [...this.files]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.files.delete(path);
      this.files.set(to + path.slice(from.length), file);
    }
    return Promise.resolve();
  }

  remove(path: string): Promise<void> {
    for (const known of [...this.files.keys()]) {
      if (known === path || known.startsWith(`${path}/`)) this.files.delete(known);
    }
    return Promise.resolve();
  }
}

function diskFull(path: string): AppError {
  return new AppError({ code: 'disk-full', doing: `write ${path}`, because: 'the disk is full' });
}
