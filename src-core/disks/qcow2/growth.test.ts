import { expect, test } from 'vitest';
import { MemoryFile } from '../testing/memory-file.ts';
import { Random } from '../testing/random.ts';
import { check } from './check.ts';
import { createQcow2 } from './create.ts';
import { Qcow2Image } from './qcow2-image.ts';

const MIB = 1024 * 1024;
const BEFORE = 4 * MIB;
const STABLE = 64 * 1024;

/** A disk with something on it that was flushed. */
function disk(clusterBits: number): { file: MemoryFile; image: Qcow2Image; stable: Uint8Array } {
  const file = new MemoryFile();
  createQcow2(file, { sizeBytes: BEFORE, clusterBits });
  const image = new Qcow2Image(file);
  const random = new Random(clusterBits);
  const stable = Uint8Array.from({ length: STABLE }, () => random.below(256));
  image.write(stable, 0);
  image.write(stable, BEFORE - STABLE);
  image.flush();
  return { file, image, stable };
}

test.each([
  ['its table of tables stays as large', 16, 8 * MIB],
  ['its table of tables grows', 9, 64 * MIB],
])('power that fails while a disk grows leaves it as it was, or grown: %s', (_, clusterBits, after) => {
  const random = new Random(7);
  const seen = new Set<number>();
  for (let power = 0; ; power++) {
    for (const keep of [0, 50, 100]) {
      const { file, image, stable } = disk(clusterBits);
      file.powerLeft = power;
      let isDone = true;
      try {
        image.grow(after);
      } catch {
        isDone = false;
      }
      file.powerLeft = Infinity;
      const rest = new MemoryFile(
        'after',
        file.afterPowerCut(() => random.below(100) < keep),
      );
      const again = new Qcow2Image(rest);
      expect([BEFORE, after]).toContain(again.sizeBytes);
      // What was answered is durable.
      if (isDone) expect(again.sizeBytes).toBe(after);
      seen.add(again.sizeBytes);
      expect(check(again.metadata).problems.filter((problem) => !problem.includes('leaked'))).toEqual([]);
      for (const offset of [0, BEFORE - STABLE]) {
        const found = new Uint8Array(STABLE);
        again.read(found, offset);
        expect(Buffer.compare(found, stable)).toBe(0);
      }
      if (isDone && keep === 100) {
        expect([...seen].sort((a, b) => a - b)).toEqual([BEFORE, after]);
        return;
      }
    }
  }
});
