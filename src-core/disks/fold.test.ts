import { expect, test } from 'vitest';
import { foldSteps } from './fold.ts';
import type { FoldDirection } from './fold.ts';
import { openImage } from './open-image.ts';
import type { ImageFiles } from './open-image.ts';
import { check } from './qcow2/check.ts';
import { createQcow2 } from './qcow2/create.ts';
import { Qcow2Image } from './qcow2/qcow2-image.ts';
import { DiskModel } from './testing/disk-model.ts';
import { MemoryFile } from './testing/memory-file.ts';
import { Random } from './testing/random.ts';

const MIB = 1024 * 1024;
const NAMES = ['base', 'lower', 'upper'] as const;

/** Files that the power can be cut of, all at once. */
class Folder implements ImageFiles {
  readonly files = new Map<string, MemoryFile>();

  open(path: string): MemoryFile {
    const file = this.files.get(path);
    if (!file) throw new Error(`no ${path}`);
    return file;
  }

  resolve(_image: string, backing: string): string {
    return backing;
  }

  image(name: string, writableBacking = false): Qcow2Image {
    const options = { format: 'qcow2', readOnly: false, writableBacking, allowBacking: () => true } as const;
    const image = openImage(this, name, options);
    if (image instanceof Qcow2Image) return image;
    throw new Error('no qcow2 image');
  }

  afterPowerCut(kept: (index: number) => boolean): Folder {
    const after = new Folder();
    for (const [name, file] of this.files) after.files.set(name, new MemoryFile(name, file.afterPowerCut(kept)));
    return after;
  }
}

/** Three images one above the other, each with random content, and what the topmost shows. */
function chainOf(random: Random): { folder: Folder; model: DiskModel } {
  const folder = new Folder();
  const model = new DiskModel(MIB);
  const clusterBits = random.pick([12, 16]);
  for (const [index, name] of NAMES.entries()) {
    const file = new MemoryFile(name);
    folder.files.set(name, file);
    const below = NAMES[index - 1];
    const backing = below === undefined ? {} : { backing: { path: below, format: 'qcow2' as const } };
    createQcow2(file, { sizeBytes: model.bytes.length, clusterBits, ...backing });
    const image = folder.image(name);
    for (let count = 3 + random.below(10); count > 0; count--) model.step(image, random, 200_000);
    if (random.below(3) === 0) model.grow(image, (1 + random.below(300)) * 512);
    image.close();
  }
  return { folder, model };
}

/** As the caller of `down` does once it is over. */
function finish(folder: Folder, way: FoldDirection): void {
  const lower = folder.files.get('lower');
  if (way === 'down' && lower) folder.files.set('upper', lower);
  folder.files.delete('lower');
}

test.each(['up', 'down'] as const)('folded %s, the upper image shows the same without the lower one', (way) => {
  for (let seed = 0; seed < 15; seed++) {
    const { folder, model } = chainOf(new Random(seed));
    const image = folder.image('upper', way === 'down');
    for (const _ of foldSteps(image, way));
    image.close();
    finish(folder, way);
    const folded = folder.image('upper');
    expect(folded.header.backing).toMatchObject({ path: 'base' });
    model.compare(folded);
    expect(check(folded.metadata)).toMatchObject({ corruptions: 0 });
  }
});

test.each(['up', 'down'] as const)('the first layer of all folded %s leaves one that stands alone', (way) => {
  const { folder, model } = chainOf(new Random(7));
  folder.files.delete('base');
  const alone = new MemoryFile('lower');
  createQcow2(alone, { sizeBytes: model.bytes.length });
  folder.files.set('lower', alone);
  const before = new Uint8Array(model.bytes.length);
  const upper = folder.image('upper', way === 'down');
  upper.read(before, 0);
  for (const _ of foldSteps(upper, way));
  upper.close();
  finish(folder, way);
  const folded = folder.image('upper');
  expect(folded.header.backing).toBeNull();
  const after = new Uint8Array(model.bytes.length);
  folded.read(after, 0);
  expect(after.every((byte, at) => byte === before[at])).toBe(true);
});

test.each(['up', 'down'] as const)('a power cut at any moment of folding %s changes nothing that is shown', (way) => {
  for (let seed = 0; seed < 30; seed++) {
    const random = new Random(seed);
    const { folder, model } = chainOf(random);
    const image = folder.image('upper', way === 'down');
    const power = random.below(60);
    for (const file of folder.files.values()) file.powerLeft = power;
    try {
      for (const _ of foldSteps(image, way));
      image.close();
    } catch {
      // At any moment: between two changes, and within the writing of one.
    }
    const keep = random.below(101);
    const after = folder.afterPowerCut(() => random.below(100) < keep);
    const again = after.image('upper');
    model.compare(again);
    expect(check(again.metadata).problems.filter((problem) => !problem.includes('leaked'))).toEqual([]);
  }
});
