import { AppError } from '../../../base/errors.ts';
import { collect, type ByteSource } from '../../../images/formats/byte-source.ts';
import type { ExchangeFile, ExchangeFiles } from '../outside.ts';
import { inPieces } from './image-bench.ts';

/** The person's files in memory; what lies below a path is a folder. */
export class MemoryExchange implements ExchangeFiles {
  readonly files = new Map<string, Uint8Array>();

  inspect(path: string): Promise<{ kind: 'file' | 'directory'; sizeBytes: number }> {
    const file = this.files.get(path);
    if (file) return Promise.resolve({ kind: 'file', sizeBytes: file.length });
    const isFolder = [...this.files.keys()].some((each) => each.startsWith(`${path}/`));
    if (isFolder) return Promise.resolve({ kind: 'directory', sizeBytes: 0 });
    return Promise.reject(new AppError({ code: 'not-found', doing: `read ${path}`, because: 'there is no such file' }));
  }

  read(path: string): ByteSource {
    return inPieces(this.files.get(path) ?? new Uint8Array(0));
  }

  readWithin(directory: string, path: string): Promise<{ sizeBytes: number; bytes: ByteSource } | undefined> {
    const file = this.files.get(`${directory}/${path}`);
    return Promise.resolve(file && { sizeBytes: file.length, bytes: inPieces(file) });
  }

  async write(path: string, bytes: ByteSource): Promise<void> {
    this.files.set(path, await collect(bytes, 1e9, path));
  }

  async writeFolder(path: string, files: AsyncIterable<ExchangeFile>): Promise<void> {
    for await (const file of files) await this.write(`${path}/${file.path}`, file.bytes);
  }
}
