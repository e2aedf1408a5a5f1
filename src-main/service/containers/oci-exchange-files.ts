import { createReadStream } from 'node:fs';
import { mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { dirname, join, resolve, sep } from 'node:path';
import { AppError } from '../../../src-core/base/errors.ts';
import type { ExchangeFile, ExchangeFiles } from '../../../src-core/containers/oci/outside.ts';
import type { ByteSource } from '../../../src-core/images/formats/byte-source.ts';
import { NodeFileSink } from '../images/node-storage.ts';
import { checkNewFile } from '../images/new-file.ts';
import { fileProblem, hasCode } from '../os/file-problem.ts';
import { NodeFiles } from '../os/node-files.ts';

const READ_CHUNK_BYTES = 256 * 1024;

/** Archives and folders of the person's. */
export class NodeExchangeFiles implements ExchangeFiles {
  async inspect(path: string): Promise<{ kind: 'file' | 'directory'; sizeBytes: number }> {
    try {
      const found = await stat(path);
      if (found.isFile()) return { kind: 'file', sizeBytes: found.size };
      if (found.isDirectory()) return { kind: 'directory', sizeBytes: 0 };
    } catch (error) {
      throw fileProblem(`read ${path}`, error);
    }
    throw new AppError({ code: 'invalid-input', doing: `read ${path}`, because: 'it is neither a file nor a folder' });
  }

  async *read(path: string): AsyncGenerator<Uint8Array, void, void> {
    const stream = createReadStream(path, { highWaterMark: READ_CHUNK_BYTES });
    try {
      for await (const chunk of stream) yield chunk as Buffer;
    } catch (error) {
      throw fileProblem(`read ${path}`, error);
    } finally {
      stream.destroy();
    }
  }

  async readWithin(directory: string, path: string): Promise<{ sizeBytes: number; bytes: ByteSource } | undefined> {
    try {
      const root = await realpath(directory);
      const full = await realpath(resolve(root, path));
      const found = await stat(full);
      if (!full.startsWith(root.endsWith(sep) ? root : root + sep) || !found.isFile()) return undefined;
      return { sizeBytes: found.size, bytes: this.read(full) };
    } catch (error) {
      if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return undefined;
      throw fileProblem(`read ${join(directory, path)}`, error);
    }
  }

  async write(path: string, bytes: ByteSource): Promise<void> {
    await checkNewFile(new NodeFiles(), `write ${path}`, path);
    await madeBeside(path, (draft) => writeFile(draft, bytes));
  }

  async writeFolder(path: string, files: AsyncIterable<ExchangeFile>): Promise<void> {
    await checkNewFile(new NodeFiles(), `write ${path}`, path);
    await madeBeside(path, async (draft) => {
      await mkdir(draft);
      for await (const file of files) {
        const full = join(draft, file.path);
        await mkdir(dirname(full), { recursive: true });
        await writeFile(full, file.bytes);
      }
    });
  }
}

/** Under another name until it is whole. */
async function madeBeside(path: string, make: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await make(draft);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
    throw fileProblem(`write ${path}`, error);
  }
}

async function writeFile(path: string, bytes: ByteSource): Promise<void> {
  const sink = new NodeFileSink(await open(path, 'wx'), path);
  try {
    for await (const chunk of bytes) await sink.write(chunk);
    await sink.finish();
  } catch (error) {
    await sink.abandon();
    throw error;
  }
}
