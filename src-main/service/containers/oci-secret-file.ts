import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SecretFile } from '../../../src-core/containers/oci/outside.ts';
import { fileProblem, hasCode } from '../os/file-problem.ts';

/** Reading and writing for its owner only. */
const OWNER_ONLY = 0o600;

/** A file that nobody but this person can read, from its first byte on. */
export class NodeSecretFile implements SecretFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async read(): Promise<Uint8Array | undefined> {
    try {
      return await readFile(this.#path);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw fileProblem(`read ${this.#path}`, error);
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    const draft = `${this.#path}.${randomBytes(6).toString('hex')}`;
    try {
      await mkdir(dirname(this.#path), { recursive: true });
      const handle = await open(draft, 'wx', OWNER_ONLY);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(draft, this.#path);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw fileProblem(`write ${this.#path}`, error);
    }
  }
}
