import { AppError } from '../../base/errors.ts';
import type { Blocks } from './blocks.ts';
import { bootEntries } from './boot-places.ts';
import type { BootEntry } from './boot-entry.ts';
import { unpackKernel, type Unpackers } from './kernel-file.ts';
import { openFileSystem } from './open-file-system.ts';
import { findPartitions, type Partition } from './partitions.ts';
import type { Volume } from './volume.ts';

/** What a disk starts, read out of it. */
export interface FoundKernel {
  /** A plain RISC-V `Image`. */
  readonly kernel: Uint8Array;
  readonly initrd: Uint8Array | null;
  /** As its boot loader is configured with, completed where that could not tell everything. */
  readonly commandLine: string;
  /** Where the kernel was: "/boot/vmlinuz-6.12.48 in partition 2". */
  readonly place: string;
}

const MOST_KERNEL_BYTES = 256 * 1024 * 1024;
const MOST_INITRD_BYTES = 512 * 1024 * 1024;
const MOST_TEXT_BYTES = 64 * 1024;
const MOST_PROBLEMS = 4;

/**
 * Looks for what the disk starts, as firmware and its boot loader would: extlinux, entries of the Boot Loader
 * Specification, GRUB, EFI programs that are kernels, kernels under their usual names.
 * @param device how the guest's kernel calls the disk: "/dev/vda"
 * @throws AppError 'not-found' that says what was seen instead, or 'not-supported' when it cannot be read
 */
export function findKernel(disk: Blocks, unpackers: Unpackers, device: string): FoundKernel {
  const problems: string[] = [];
  const volumes = openVolumes(disk, problems);
  for (const { entry, volume } of bootEntries(volumes, problems)) {
    try {
      const found = load(entry, volume, volumes, unpackers, device);
      if (found) return found;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      problems.push(`${entry.kernel}: ${error.because}`);
    }
  }
  throw nothingFound(volumes, problems);
}

/** What a disk starts, in words. @throws AppError as `findKernel` */
export function surveyDisk(
  disk: Blocks,
  unpackers: Unpackers,
): { readonly system: string | null; readonly kernel: string; readonly bootBytes: number } {
  const { kernel, initrd, place } = findKernel(disk, unpackers, '/dev/vda');
  return { system: systemOf(disk), kernel: place, bootBytes: kernel.length + (initrd?.length ?? 0) };
}

/** os-release(5): the name that is meant for people. */
function systemOf(disk: Blocks): string | null {
  for (const { files } of openVolumes(disk, [])) {
    for (const path of ['/etc/os-release', '/usr/lib/os-release']) {
      const bytes = attempt(() => files.read(path, MOST_TEXT_BYTES));
      const text = bytes && new TextDecoder().decode(bytes);
      const name = /^PRETTY_NAME=["']?([\x20-\x7e]{1,80}?)["']?$/m.exec(text ?? '')?.[1];
      if (name !== undefined) return name;
    }
  }
  return null;
}

/** What is only for people to read is left out where a disk is damaged. */
function attempt<T>(read: () => T | null): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

function openVolumes(disk: Blocks, problems: string[]): readonly Volume[] {
  return partitionsOf(disk, problems).flatMap((partition) => {
    const where = partition.number === 0 ? 'the disk' : `partition ${partition.number}`;
    try {
      const files = openFileSystem(partition.blocks);
      if (files === null) return [];
      if (!('foreign' in files)) return [{ partition, files }];
      problems.push(`${where} holds ${files.foreign}, which cannot be read here`);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      problems.push(`${where}: ${error.because}`);
    }
    return [];
  });
}

function partitionsOf(disk: Blocks, problems: string[]): readonly Partition[] {
  try {
    return findPartitions(disk);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    problems.push(error.because);
    return [];
  }
}

function load(
  entry: BootEntry,
  home: Volume,
  volumes: readonly Volume[],
  unpackers: Unpackers,
  device: string,
): FoundKernel | null {
  const file = readAnywhere(entry.kernel, MOST_KERNEL_BYTES, home, volumes);
  if (file === null) return null;
  const unpacked = unpackKernel(file.bytes, unpackers);
  const parts = entry.initrds.map((path) => {
    const part = readAnywhere(path, MOST_INITRD_BYTES, home, volumes);
    if (part) return part.bytes;
    const because = `there is no ${path}, which belongs to it`;
    throw new AppError({ code: 'not-found', doing: 'look for a kernel on the disk', because });
  });
  const initrd = parts.length > 0 ? joined(parts) : unpacked.initrd;
  const told = unpacked.commandLine ?? entry.commandLine;
  const commandLine = [told, root(entry, told, initrd !== null, volumes, device), consoleOf(told, file.volume)];
  const { number } = file.volume.partition;
  return {
    kernel: unpacked.image,
    initrd,
    commandLine: commandLine.filter((part) => part !== '').join(' '),
    place: number === 0 ? entry.kernel : `${entry.kernel} in partition ${number}`,
  };
}

/** /boot may be a partition of its own, or a part of the root's, whatever the configuration thinks of. */
function readAnywhere(
  path: string,
  mostBytes: number,
  home: Volume,
  volumes: readonly Volume[],
): { readonly bytes: Uint8Array; readonly volume: Volume } | null {
  const others = volumes.filter((volume) => volume !== home);
  const elsewhere = path.startsWith('/boot/') ? path.slice('/boot'.length) : `/boot${path}`;
  for (const volume of [home, ...others]) {
    for (const candidate of [path, elsewhere]) {
      const bytes = volume.files.read(candidate, mostBytes);
      if (bytes) return { bytes, volume };
    }
  }
  return null;
}

/** The kernel pads each archive to four bytes. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1 && parts[0]) return parts[0];
  const padded = (length: number): number => Math.ceil(length / 4) * 4;
  const all = new Uint8Array(parts.reduce((sum, part) => sum + padded(part.length), 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += padded(part.length);
  }
  return all;
}

/** Where the root is, when nobody tells: without an initrd only the kernel's own ways of naming it work. */
function root(
  { isIncomplete }: BootEntry,
  told: string,
  hasInitrd: boolean,
  volumes: readonly Volume[],
  device: string,
): string {
  if (!isIncomplete || /(?:^|\s)root=/.test(told)) return '';
  const volume = volumes.find(({ files }) =>
    ['/sbin', '/usr/sbin', '/usr/lib'].some((path) => files.list(path) !== null),
  );
  if (!volume) return '';
  const { number, partitionUuid } = volume.partition;
  if (partitionUuid !== null) return `root=${hasInitrd ? `UUID=${volume.files.uuid}` : `PARTUUID=${partitionUuid}`}`;
  return hasInitrd ? `root=UUID=${volume.files.uuid}` : `root=${device}${number === 0 ? '' : number}`;
}

/**
 * Debian's kernel has the console of virtio built in, as its configuration beside it tells. Where that cannot be known,
 * the serial port that the device tree names is used by itself.
 */
function consoleOf(told: string, volume: Volume): string {
  if (/(?:^|\s)console=/.test(told)) return '';
  return attempt(() => hasVirtioConsole(volume)) === true ? 'earlycon=sbi console=hvc0' : 'earlycon=sbi';
}

function hasVirtioConsole({ files }: Volume): boolean {
  const folder = files.list('/boot') === null ? '' : '/boot';
  const names = (files.list(folder || '/') ?? []).filter((name) => name.startsWith('config-'));
  const decoder = new TextDecoder();
  return names.some((name) => {
    const bytes = files.read(`${folder}/${name}`, 4 * 1024 * 1024);
    return bytes !== null && /^CONFIG_VIRTIO_CONSOLE=y$/m.test(decoder.decode(bytes));
  });
}

function nothingFound(volumes: readonly Volume[], problems: readonly string[]): AppError {
  const doing = 'look for a kernel on the disk';
  const hint = 'Give a kernel, and an initrd if it needs one, beside the disk.';
  const told = [...new Set(problems)].slice(0, MOST_PROBLEMS).join('; ');
  if (volumes.length === 0) {
    const because = told === '' ? 'there is no file system on it that can be read here' : told;
    return new AppError({ code: told === '' ? 'not-found' : 'not-supported', doing, because, hint });
  }
  const because = `there is none for this processor on it${told === '' ? '' : ` (${told})`}`;
  return new AppError({ code: 'not-found', doing, because, hint });
}
