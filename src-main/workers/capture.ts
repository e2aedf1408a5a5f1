import type { BlockImage } from '../../src-core/disks/block-image.ts';
import type { CaptureRequest } from '../../src-core/hypervisor/runner.ts';
import type { Board } from '../../src-core/machine/board/board.ts';
import type { MemoryLayers } from './memory-layers.ts';
import type { RunDisk } from './run-disk.ts';
import type { RunDisks } from './run-disks.ts';

/**
 * Takes a machine that stands still at one moment: all of what is asked for, or, when it throws, nothing.
 * @returns size of the memory layer in bytes, 0 without one
 * @throws AppError when a file cannot be written or opened
 */
export function capture(
  { board, disks, layers }: { readonly board: Board; readonly disks: RunDisks; readonly layers: MemoryLayers },
  { memory, tops }: Pick<CaptureRequest, 'memory' | 'tops'>,
): number {
  for (const disk of disks.all) if (!disk.readOnly) disk.flush();
  const opened: { readonly disk: RunDisk; readonly image: BlockImage }[] = [];
  try {
    for (const { disk: slot, path } of tops) {
      const disk = disks.get(slot);
      opened.push({ disk, image: disk.openTop(path) });
    }
    const memoryBytes = memory === null ? 0 : layers.save(board, memory);
    // From here on nothing can fail.
    for (const { disk, image } of opened) disk.goOnIn(image);
    return memoryBytes;
  } catch (error) {
    for (const { image } of opened) image.close();
    throw error;
  }
}
