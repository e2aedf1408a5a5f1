import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { constants, deflateRawSync } from 'node:zlib';
import { AppError } from '../../src-core/base/errors.ts';
import type { BlockImage } from '../../src-core/disks/block-image.ts';
import { copySteps } from '../../src-core/disks/copy.ts';
import { foldSteps, shorterWay } from '../../src-core/disks/fold.ts';
import { openImage } from '../../src-core/disks/open-image.ts';
import { check, repairLeaks } from '../../src-core/disks/qcow2/check.ts';
import { packSteps } from '../../src-core/disks/qcow2/compressed-writer.ts';
import { createQcow2 } from '../../src-core/disks/qcow2/create.ts';
import { Qcow2Image } from '../../src-core/disks/qcow2/qcow2-image.ts';
import type {
  CopyRequest,
  DiskCheck,
  DiskDetails,
  DiskPlace,
  FoldRequest,
} from '../../src-core/hypervisor/layers/disk-work.ts';
import { fileProblem } from '../service/os/file-problem.ts';
import { DiskFile, diskDecompressors, diskFiles } from './disk-file.ts';
import type { DiskTask } from './disk-work-protocol.ts';
import { isLayer } from './run-disk.ts';

const DRAFT = '.draft';
/** So often the service hears how far it has come. */
const PROGRESS_MS = 100;
/** qemu-img's; others need not be able to look back further. */
const DEFLATE = { windowBits: 12, level: constants.Z_DEFAULT_COMPRESSION };

/** Who waits for it. */
export interface Work {
  readonly doing: string;
  readonly progress: (fraction: number) => void;
  readonly cancelled: () => boolean;
}

/** @throws AppError */
export function carryOut(task: DiskTask, work: Work): unknown {
  switch (task.kind) {
    case 'copy':
      copy(task.request, work);
      return undefined;
    case 'grow':
      grow(task.disk, task.sizeBytes);
      return undefined;
    case 'inspect':
      return inspect(task.disk);
    case 'check':
      return checkDisk(task.disk, task.repair);
    case 'fold':
      fold(task.request, work);
      return undefined;
  }
}

function copy({ from: source, to }: CopyRequest, work: Work): void {
  if (existsSync(to.path)) {
    const because = `there is already a file ${to.path}`;
    throw new AppError({ code: 'already-exists', doing: work.doing, because, hint: 'Choose another path.' });
  }
  const draft = to.path + DRAFT;
  rmSync(draft, { force: true });
  try {
    const from = open(source, true);
    try {
      const target = create(draft, to.format, Math.max(from.sizeBytes, to.sizeBytes ?? 0));
      try {
        const isPacked = to.compress === true && target instanceof Qcow2Image;
        run(isPacked ? packSteps(from, target, deflate) : copySteps(from, target), from.sizeBytes, work);
        target.flush();
      } finally {
        target.close();
      }
    } finally {
      from.close();
    }
    publish(draft, to.path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error instanceof AppError ? error : fileProblem(work.doing, error);
  }
}

function grow(disk: DiskPlace, sizeBytes: number): void {
  const image = open(disk, false);
  try {
    image.grow(sizeBytes);
    image.flush();
  } finally {
    image.close();
  }
}

function inspect(disk: DiskPlace): DiskDetails {
  const image = open(disk, true);
  try {
    let ownBytes = 0;
    for (let at = 0; at < image.sizeBytes;) {
      const left = image.sizeBytes - at;
      const { kind, bytes } = image instanceof Qcow2Image ? image.ownExtent(at, left) : image.extent(at, left);
      if (kind === 'data') ownBytes += bytes;
      at += bytes;
    }
    return { sizeBytes: image.sizeBytes, ownBytes };
  } finally {
    image.close();
  }
}

function checkDisk(disk: DiskPlace, repair: boolean): DiskCheck {
  const image = open(disk, !repair);
  try {
    if (!(image instanceof Qcow2Image)) return { corruptions: 0, leaks: 0, clean: true };
    const { corruptions, leaks } = check(image.metadata);
    if (corruptions > 0 || leaks === 0 || !repair) return { corruptions, leaks, clean: corruptions + leaks === 0 };
    repairLeaks(image.metadata);
    return { corruptions, leaks, clean: true };
  } finally {
    image.close();
  }
}

function fold({ lower, upper }: FoldRequest, work: Work): void {
  const way = wayOf(upper, work.doing);
  const image = openLayer(upper, work.doing, way === 'down');
  try {
    run(foldSteps(image, way), image.sizeBytes, work);
    if (way === 'up' && check(image.metadata).leaks > 0) repairLeaks(image.metadata);
  } finally {
    image.close();
  }
  if (way === 'up') return;
  renameSync(lower.path, upper.path);
  flushFolder(upper.path);
}

function wayOf(upper: DiskPlace, doing: string): ReturnType<typeof shorterWay> {
  const image = openLayer(upper, doing, false, true);
  try {
    return image.backing instanceof Qcow2Image ? shorterWay(image, image.backing) : 'up';
  } finally {
    image.close();
  }
}

function openLayer(disk: DiskPlace, doing: string, writableBacking: boolean, readOnly = false): Qcow2Image {
  const image = open(disk, readOnly, writableBacking);
  if (image instanceof Qcow2Image) return image;
  image.close();
  throw new AppError({ code: 'invalid-input', doing, because: `${disk.path} is no qcow2 image` });
}

function open({ path, format, own }: DiskPlace, readOnly: boolean, writableBacking = false): BlockImage {
  const allowBacking = (backing: string): boolean => own && isLayer(path, backing);
  const decompressors = diskDecompressors;
  return openImage(diskFiles, path, { format, readOnly, writableBacking, decompressors, allowBacking });
}

function create(path: string, format: DiskPlace['format'], sizeBytes: number): BlockImage {
  const file = new DiskFile(path, false, true);
  if (format === 'raw') file.truncate(sizeBytes);
  else createQcow2(file, { sizeBytes });
  file.close();
  return openImage(diskFiles, path, { format, readOnly: false });
}

function run(steps: Generator<number, void, void>, total: number, { doing, progress, cancelled }: Work): void {
  let told = performance.now();
  for (const done of steps) {
    if (cancelled()) throw new AppError({ code: 'cancelled', doing, because: 'it was cancelled' });
    if (performance.now() - told < PROGRESS_MS) continue;
    told = performance.now();
    progress(total === 0 ? 1 : Math.min(1, done / total));
  }
}

function deflate(plain: Uint8Array): Uint8Array {
  return deflateRawSync(plain, DEFLATE);
}

/** Under its name only now, and never over a file that came there meanwhile. */
export function publish(draft: string, path: string): void {
  try {
    linkSync(draft, path);
    rmSync(draft);
  } catch (error) {
    // Some file systems have no links.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    renameSync(draft, path);
  }
  flushFolder(path);
}

/** So that a new name survives a power failure. Windows has no such thing, and needs none. */
function flushFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
