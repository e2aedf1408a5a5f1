import { closeSync, createReadStream, fsyncSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { AppError } from '../../src-core/base/errors.ts';
import { openImage } from '../../src-core/disks/open-image.ts';
import type { DiskPlace } from '../../src-core/hypervisor/layers/disk-work.ts';
import { surveyDisk } from '../../src-core/images/bootable/find-kernel.ts';
import { unpackKernel } from '../../src-core/images/bootable/kernel-file.ts';
import type { Compression } from '../../src-core/images/formats/compression.ts';
import { nodeDecompress } from '../service/images/node-decompress.ts';
import { fileProblem } from '../service/os/file-problem.ts';
import type { ArchiveTask, DiskSurvey } from './archive-work-protocol.ts';
import { DiskFile, diskDecompressors, diskFiles } from './disk-file.ts';
import type { Work } from './disk-tasks.ts';
import { kernelUnpackers } from './kernel-unpackers.ts';
import { extract, pack, readManifest } from './machine-archive.ts';
import { isLayer } from './run-disk.ts';
import { prepareZstd } from './zstd.ts';

const MOST_KERNEL_FILE_BYTES = 256 * 1024 * 1024;
const PIECE_BYTES = 256 * 1024;
const GRAIN = Buffer.alloc(4096);
const PROGRESS_MS = 100;

/** @throws AppError */
export async function carryOut(task: ArchiveTask, work: Work): Promise<unknown> {
  await prepareZstd();
  switch (task.kind) {
    case 'unpack':
      return unpack(task.from, task.to, task.compression, work);
    case 'kernel':
      plainKernel(task.from, task.to, work);
      return undefined;
    case 'survey':
      return survey(task.disk);
    case 'pack':
      pack(task, work);
      return undefined;
    case 'manifest':
      return readManifest(task.path, work);
    case 'extract':
      return extract(task, work);
  }
}

/** @throws AppError 'cancelled' */
export function throwIfCancelled({ cancelled, doing }: Work): void {
  if (cancelled()) throw new AppError({ code: 'cancelled', doing, because: 'it was cancelled' });
}

async function unpack(from: string, to: string, compression: Compression, work: Work): Promise<void> {
  const { size } = statSync(from);
  let read = 0;
  let told = performance.now();
  async function* packed(): AsyncGenerator<Uint8Array, void, void> {
    for await (const chunk of createReadStream(from, { highWaterMark: PIECE_BYTES })) {
      const bytes = chunk as Buffer;
      throwIfCancelled(work);
      read += bytes.length;
      if (performance.now() - told > PROGRESS_MS) {
        told = performance.now();
        work.progress(read / size);
      }
      yield bytes;
    }
  }
  const target = new DiskFile(to, false, true);
  try {
    let at = 0;
    for await (const chunk of nodeDecompress(compression, packed(), from)) {
      throwIfCancelled(work);
      writeSparse(target, chunk, at);
      at += chunk.length;
    }
    target.truncate(at);
    target.flush();
  } catch (error) {
    rmSync(to, { force: true });
    throw error instanceof AppError ? error : fileProblem(work.doing, error);
  } finally {
    target.close();
  }
}

function writeSparse(target: DiskFile, chunk: Uint8Array, at: number): void {
  for (let done = 0; done < chunk.length; done += GRAIN.length) {
    const piece = chunk.subarray(done, done + GRAIN.length);
    if (Buffer.compare(piece, GRAIN.subarray(0, piece.length)) !== 0) target.write(piece, at + done);
  }
}

function plainKernel(from: string, to: string, work: Work): void {
  try {
    if (statSync(from).size > MOST_KERNEL_FILE_BYTES) throw tooLarge(from, work);
    const { image } = unpackKernel(readFileSync(from), kernelUnpackers);
    const file = openSync(to, 'wx');
    try {
      for (let done = 0; done < image.length;) done += writeSync(file, image, done);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw error instanceof AppError ? error : fileProblem(work.doing, error);
  }
}

function tooLarge(path: string, { doing }: Work): AppError {
  return new AppError({ code: 'invalid-input', doing, because: `${path} is too large to be a kernel` });
}

function survey({ path, format, own }: DiskPlace): DiskSurvey {
  const image = openImage(diskFiles, path, {
    ...{ format, readOnly: true, decompressors: diskDecompressors },
    allowBacking: (backing) => own && isLayer(path, backing),
  });
  try {
    return surveyDisk(image, kernelUnpackers);
  } finally {
    image.close();
  }
}
