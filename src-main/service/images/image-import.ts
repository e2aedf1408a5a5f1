import { createReadStream } from 'node:fs';
import type { z } from 'zod';
import { AppError } from '../../../src-core/base/errors.ts';
import type { imagesTopic } from '../../../src-core/contract/images.ts';
import { FORMAT_HEAD_BYTES, detectFormat } from '../../../src-core/disks/format.ts';
import { inspectDisk } from '../../../src-core/hypervisor/machine-disks/disk-image.ts';
import type { DiskPlace } from '../../../src-core/hypervisor/layers/disk-work.ts';
import type { ByteSource } from '../../../src-core/images/formats/byte-source.ts';
import { detectCompression } from '../../../src-core/images/formats/compression.ts';
import { IMAGE_DOCUMENT_VERSION, type ImageBoot, type ImageDocument } from '../../../src-core/images/image.ts';
import type { ImageDraft } from '../../../src-core/images/image-store.ts';
import { throwIfCancelled } from '../../../src-core/images/cancellation.ts';
import type { TransferTools, TransferWatch } from './transfer-tools.ts';

type ImportRequest = z.output<typeof imagesTopic.importFrom.input>;

export const DISK_FILE = 'disk.qcow2';
export const KERNEL_FILE = 'kernel';
export const INITRD_FILE = 'initrd';
const DOWNLOAD_FILE = 'unpacked';
const MIB = 1024 * 1024;
/** What a system that nothing is known of gets, if it needs no more to be loaded. */
const USUAL_MEMORY_BYTES = 512 * MIB;
const LEAST_MEMORY_BYTES = 128 * MIB;
/** A kernel that just fits has no room to run. */
const MEMORY_BESIDE_BOOT_BYTES = 64 * MIB;

/** What the image starts, and the words for it. */
interface Boot {
  readonly boot: ImageBoot;
  readonly contents: string;
  readonly bootBytes: number;
}

/** Makes an image out of a file: checked and copied, so that nothing of it can change later. @throws AppError */
export async function importImage(request: ImportRequest, tools: TransferTools, watch: TransferWatch): Promise<void> {
  const draft = tools.store.begin();
  try {
    await draft.makeFolder();
    const source = await plainSource(request, draft, tools, watch);
    await copyDisk(source, draft, tools, watch);
    await draft.remove(DOWNLOAD_FILE);
    const found = await findBoot(request, draft, tools, watch);
    throwIfCancelled(watch.signal, 'import the image');
    await draft.publish(await describe(request, draft, found, tools));
  } catch (error) {
    await draft.abandon();
    throw error;
  }
}

/** The file itself, or what a compressed one holds. */
async function plainSource(
  { image, path }: ImportRequest,
  draft: ImageDraft,
  { around, archive }: TransferTools,
  { progress, signal }: TransferWatch,
): Promise<DiskPlace> {
  const head = (at: string): Promise<Uint8Array> => around.files.readRange(at, 0, FORMAT_HEAD_BYTES);
  const compression = detectCompression(await head(path));
  const plain = compression === 'none' ? path : draft.absolute(DOWNLOAD_FILE);
  if (compression !== 'none') {
    const watch = { signal, progress: (fraction: number) => progress({ phase: 'Unpacking', fraction }) };
    await archive.unpack(path, plain, compression, watch);
  }
  const seen = detectFormat(await head(plain));
  if (!('foreign' in seen)) return { path: plain, format: seen.format, own: false };
  throw new AppError({
    code: 'invalid-input',
    doing: `import image ${image}`,
    because: `${path} is not a raw or qcow2 disk image: it ${compression === 'none' ? 'is' : 'holds'} ${seen.foreign}`,
    hint: 'Give a raw or qcow2 image; "qemu-img convert -O qcow2" makes one out of others.',
    data: { path },
  });
}

async function copyDisk(
  source: DiskPlace,
  draft: ImageDraft,
  { around }: TransferTools,
  { progress, signal }: TransferWatch,
): Promise<void> {
  await inspectDisk(around.files, 'import the image', { ...source, readOnly: true });
  if (source.format === 'qcow2') {
    progress({ phase: 'Checking the image', fraction: null });
    const { corruptions } = await around.work.check(source, false);
    if (corruptions > 0) throw damaged(source.path, corruptions);
  }
  const watch = { signal, progress: (fraction: number) => progress({ phase: 'Copying the disk', fraction }) };
  await around.work.copy({ from: source, to: { path: draft.absolute(DISK_FILE), format: 'qcow2' } }, watch);
}

async function findBoot(
  { kernel, initrd, commandLine }: ImportRequest,
  draft: ImageDraft,
  { archive }: TransferTools,
  { progress }: TransferWatch,
): Promise<Boot> {
  if (kernel === undefined) {
    progress({ phase: 'Looking for a kernel', fraction: null });
    const found = await archive.survey({ path: draft.absolute(DISK_FILE), format: 'qcow2', own: false });
    const contents = [found.system, `kernel ${found.kernel}`].filter((part) => part !== null).join(', ');
    return { boot: { kind: 'disk', commandLine: commandLine ?? null }, contents, bootBytes: found.bootBytes };
  }
  await archive.plainKernel(kernel, draft.absolute(KERNEL_FILE));
  const kernelFile = await draft.measure(KERNEL_FILE);
  const initrdFile = initrd === undefined ? null : await draft.write(INITRD_FILE, fileSource(initrd));
  return {
    boot: { kind: 'files', kernel: kernelFile, initrd: initrdFile, commandLine: commandLine ?? '' },
    contents: 'A disk with a kernel beside it',
    bootBytes: kernelFile.sizeBytes + (initrdFile?.sizeBytes ?? 0),
  };
}

async function describe(
  { image, path }: ImportRequest,
  draft: ImageDraft,
  { boot, contents, bootBytes }: Boot,
  { around }: TransferTools,
): Promise<ImageDocument> {
  const disk = { ...(await draft.measure(DISK_FILE)), format: 'qcow2' as const };
  const { sizeBytes } = await inspectDisk(around.files, `import image ${image}`, {
    ...{ path: draft.absolute(DISK_FILE), readOnly: true, format: 'qcow2' },
  });
  const needed = Math.ceil((bootBytes + MEMORY_BESIDE_BOOT_BYTES) / MIB) * MIB;
  return {
    version: IMAGE_DOCUMENT_VERSION,
    name: image,
    title: fileName(path),
    contents,
    createdAt: around.clock.now(),
    origin: 'imported',
    boot,
    disk: { ...disk, virtualBytes: sizeBytes },
    generalize: false,
    packages: [],
    defaults: { processors: 1, memoryBytes: Math.max(USUAL_MEMORY_BYTES, needed) },
    minimumMemoryBytes: Math.max(LEAST_MEMORY_BYTES, needed),
  };
}

/** A file's bytes. */
export async function* fileSource(path: string): ByteSource {
  for await (const chunk of createReadStream(path)) yield chunk as Buffer;
}

function fileName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

function damaged(path: string, corruptions: number): AppError {
  return new AppError({
    code: 'corrupt',
    doing: 'import the image',
    because: `${path} is damaged in ${corruptions} places`,
    hint: 'Get the file again; "qemu-img check" tells more.',
    data: { path, corruptions },
  });
}
