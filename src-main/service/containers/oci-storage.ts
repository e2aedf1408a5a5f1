import { mkdir, open, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ContainerStorage } from '../../../src-core/containers/oci/outside.ts';
import type { FileSink } from '../../../src-core/images/storage.ts';
import { NodeFileSink, NodeStorage } from '../images/node-storage.ts';
import { fileProblem } from '../os/file-problem.ts';
import { NodeFiles } from '../os/node-files.ts';

/** The folder of containers on this computer's disk. */
export class OciStorage extends NodeStorage implements ContainerStorage {
  readonly #files = new NodeFiles();

  async append(path: string): Promise<FileSink> {
    const full = this.absolute(path);
    try {
      return new NodeFileSink(await open(full, 'a'), path);
    } catch (error) {
      throw fileProblem(`write ${full}`, error);
    }
  }

  async replace(path: string, bytes: Uint8Array): Promise<void> {
    const full = this.absolute(path);
    await this.#files.makeDirectory(dirname(full));
    await this.#files.writeAtomically(full, bytes);
  }

  async freeBytes(): Promise<number> {
    const folder = this.absolute('');
    try {
      await mkdir(folder, { recursive: true });
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    } catch (error) {
      throw fileProblem(`look how much room ${folder} has`, error);
    }
  }
}
