import type { CreateMachine, MachineSource } from '../../../src-core/contract/machines.ts';
import type { CatalogEntry } from '../../../src-core/contract/images.ts';

/** A new disk, or a file of the computer. */
export type DiskDraft =
  | { readonly kind: 'new'; readonly sizeBytes: number }
  | { readonly kind: 'file'; readonly path: string; readonly readOnly: boolean };

/** What the form holds while it is filled in; empty text means "not given". */
export interface Draft {
  readonly name: string;
  readonly processors: number;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly initrd: string;
  readonly firmware: string;
  readonly commandLine: string;
  readonly disks: readonly DiskDraft[];
  readonly cpuLimit: number | null;
  readonly userData: string;
  /** Ids, a card for each. null: the default network, as the service has it. */
  readonly networks: readonly string[] | null;
}

const FILES_MEMORY_BYTES = 256 * 1024 * 1024;

export function firstDraft(name: string, entry: CatalogEntry | null): Draft {
  const { processors, memoryBytes } = entry?.defaults ?? { processors: 1, memoryBytes: FILES_MEMORY_BYTES };
  const files = { kernel: '', initrd: '', firmware: '', commandLine: '' };
  return { name, processors, memoryBytes, ...files, disks: [], cpuLimit: null, userData: '', networks: null };
}

function given<K extends string>(key: K, text: string): Partial<Record<K, string>> {
  const trimmed = text.trim();
  return trimmed === '' ? {} : ({ [key]: trimmed } as Record<K, string>);
}

function draftSource(draft: Draft, entry: CatalogEntry | null): MachineSource {
  if (entry !== null) return { kind: 'image', image: entry.name };
  return {
    kind: 'files',
    ...given('kernel', draft.kernel),
    ...given('initrd', draft.initrd),
    ...given('firmware', draft.firmware),
    ...given('commandLine', draft.commandLine),
  };
}

/** What is missing among the files, in words for the person. @returns undefined when nothing is */
export function filesProblem(draft: Draft): string | undefined {
  if (draft.kernel.trim() !== '' || draft.firmware.trim() !== '') return undefined;
  return 'Give a kernel, or a firmware that knows what to boot';
}

/** A file that was not named is left out. */
function draftDisk(disk: DiskDraft): NonNullable<CreateMachine['disks']> {
  if (disk.kind === 'new') return [{ sizeBytes: disk.sizeBytes }];
  const path = disk.path.trim();
  return path === '' ? [] : [{ path, readOnly: disk.readOnly }];
}

export function creation(draft: Draft, entry: CatalogEntry | null, start: boolean): CreateMachine {
  return {
    name: draft.name,
    source: draftSource(draft, entry),
    processors: draft.processors,
    memoryBytes: draft.memoryBytes,
    cpuLimit: draft.cpuLimit,
    disks: draft.disks.flatMap((disk) => draftDisk(disk)),
    ...(draft.networks === null ? {} : { networks: [...draft.networks] }),
    ...(draft.userData.trim() === '' ? {} : { userData: draft.userData }),
    start,
  };
}
