import { Deferred } from '../../base/deferred.ts';
import type { ImageCard, ImageDisk, ImageRecord } from '../../images/image.ts';
import type { ImagePreparation, Preparation } from '../life/image-preparation.ts';

const MIB = 1024 * 1024;

/** A catalogue of one image, `tiny`, which is here unless `absent`. */
export class FakeImages implements ImagePreparation {
  absent = false;
  /** The disk of `tiny`. */
  disk: ImageDisk | null = null;
  /** Whether machines of `tiny` are nodes. */
  runsContainers = false;
  readonly builds: { done: Deferred<ImageRecord>; released: boolean }[] = [];

  find(name: string): Promise<ImageRecord | null> {
    return Promise.resolve(name === 'tiny' && !this.absent ? tiny(this.disk, this.runsContainers) : null);
  }

  catalog(): readonly ImageCard[] {
    return [
      {
        name: 'tiny',
        title: 'Tiny',
        description: 'For tests',
        downloadBytes: 1,
        defaults: { processors: 1, memoryBytes: 256 * MIB },
        minimumMemoryBytes: 96 * MIB,
      },
    ];
  }

  card(name: string): ImageCard | undefined {
    return this.catalog().find((card) => card.name === name);
  }

  prepare(): Preparation {
    const build = { done: new Deferred<ImageRecord>(), released: false };
    this.builds.push(build);
    return {
      task: `task-${this.builds.length}`,
      done: build.done.promise,
      release: () => void (build.released = true),
    };
  }

  /** The image that is being built is there now. */
  finish(): void {
    this.absent = false;
    for (const { done } of this.builds) done.resolve(tiny(this.disk, this.runsContainers));
  }
}

function tiny(disk: ImageDisk | null, runsContainers: boolean): ImageRecord {
  const file = { file: 'kernel', sizeBytes: 1, sha256: '0'.repeat(64) };
  return {
    document: {
      version: 1,
      name: 'tiny',
      title: 'Tiny',
      contents: 'Nothing',
      createdAt: 1,
      origin: 'built',
      boot: { kind: 'files', kernel: file, initrd: file, commandLine: 'console=hvc0' },
      disk,
      generalize: false,
      packages: [],
      defaults: { processors: 1, memoryBytes: 256 * MIB },
      minimumMemoryBytes: 96 * MIB,
      runsContainers,
    },
    kernelPath: '/data/images/tiny/kernel',
    initrdPath: '/data/images/tiny/initrd',
    diskPath: disk === null ? null : `/data/images/tiny/${disk.file}`,
    sizeBytes: 2,
  };
}
