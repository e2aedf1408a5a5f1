import { MemoryStorage } from '../../../images/testing/memory-storage.ts';
import type { FileSink } from '../../../images/storage.ts';
import type { ContainerStorage } from '../outside.ts';

/** A folder of containers in memory. */
export class MemoryContainerStorage extends MemoryStorage implements ContainerStorage {
  free = 1e12;

  async append(path: string): Promise<FileSink> {
    const before = this.files.get(path)?.bytes ?? new Uint8Array(0);
    const sink = await this.create(path);
    await sink.write(before);
    return sink;
  }

  async replace(path: string, bytes: Uint8Array): Promise<void> {
    const draft = `${path}.draft`;
    const sink = await this.create(draft);
    await sink.write(bytes);
    await sink.finish();
    await this.rename(draft, path);
  }

  freeBytes(): Promise<number> {
    return Promise.resolve(this.free);
  }
}
