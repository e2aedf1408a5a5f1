import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { MachineDiskView, MachineView } from '../../../src-core/contract/machines.ts';
import type { CliIo, ServiceConnection } from '../io.ts';
import { printData, table } from '../output.ts';
import { formatSize, parseSize } from '../quantities.ts';
import { withService } from '../with-service.ts';

interface Options {
  size?: number;
  file?: string;
  ro?: boolean;
  force?: boolean;
  json?: boolean;
}

type Wanted = Parameters<ServiceConnection['machines']['attachDisk']>[0]['disk'];

/** What is done with a machine's disks, as it was written. */
type Action =
  | { readonly kind: 'ls' }
  | { readonly kind: 'add'; readonly disk: Wanted }
  | { readonly kind: 'rm'; readonly slot: number; readonly force: boolean }
  | { readonly kind: 'grow'; readonly slot: number; readonly sizeBytes: number };

const GRAMMAR = 'write "add --size SIZE", "add --file FILE [--ro]", "rm SLOT [--force]", "grow SLOT SIZE" or "ls"';

/** `inn vm disk NAME add (--size SIZE | --file FILE [--ro]) | rm SLOT [--force] | grow SLOT SIZE | ls` */
export function addDiskCommand(vm: Command, io: CliIo): void {
  vm.command('disk')
    .description('disks of a machine, also while it runs: NAME add | rm SLOT | grow SLOT SIZE | ls')
    .argument('<name>')
    .argument('<action>', 'add, rm, grow or ls')
    .argument('[values...]', 'rm: the slot; grow: the slot and its new size')
    .option('--size <size>', 'add: a new, empty disk, such as 10G', parseSize)
    .option('--file <file>', 'add: a disk image, raw, ISO or qcow2')
    .option('--ro', 'add: the guest can only read it')
    .option('--force', 'rm: although the guest uses it; what it has not written is lost')
    .option('--json', 'print JSON')
    .action((machine: string, verb: string, values: string[], options: Options, command: Command) => {
      const action = actionOf(io, verb, values, options);
      if (action === null) return command.error(`error: ${GRAMMAR}`, { exitCode: 2 });
      return withService(io, (service) => carryOut(io, service, machine, action, options.json));
    });
}

/** @returns null for what is no such action */
function actionOf(io: CliIo, verb: string, [slot, size, ...more]: readonly string[], options: Options): Action | null {
  if (more.length > 0) return null;
  const { force = false } = options;
  if (verb === 'ls' && slot === undefined) return { kind: 'ls' };
  if (verb === 'add' && slot === undefined) {
    const disk = wantedDisk(io, options);
    return disk && { kind: 'add', disk };
  }
  if (slot === undefined || !/^\d{1,2}$/.test(slot)) return null;
  if (verb === 'rm' && size === undefined) return { kind: 'rm', slot: Number(slot), force };
  if (verb !== 'grow' || size === undefined) return null;
  try {
    return { kind: 'grow', slot: Number(slot), sizeBytes: parseSize(size) };
  } catch {
    return null;
  }
}

function wantedDisk(io: CliIo, { size, file, ro = false }: Options): Wanted | null {
  if ((size === undefined) === (file === undefined)) return null;
  if (file !== undefined) return { path: resolve(io.cwd, file), readOnly: ro };
  return size === undefined || ro ? null : { sizeBytes: size };
}

async function carryOut(
  io: CliIo,
  { machines }: ServiceConnection,
  machine: string,
  action: Action,
  json: boolean | undefined,
): Promise<void> {
  switch (action.kind) {
    case 'ls': {
      const { disks } = await machines.inspect({ machine });
      printData(io, json, disks, disksText);
      return;
    }
    case 'add': {
      const before = await machines.inspect({ machine });
      const after = await machines.attachDisk({ machine, disk: action.disk });
      printData(io, json, after, (view) => `Attached disk ${addedSlot(before, view)} to machine ${view.name}`);
      return;
    }
    case 'rm': {
      const { slot, force } = action;
      const after = await machines.detachDisk({ machine, slot, force });
      printData(io, json, after, ({ name }) => `Detached disk ${slot} from machine ${name}`);
      return;
    }
    case 'grow': {
      const { slot, sizeBytes } = action;
      const after = await machines.growDisk({ machine, slot, sizeBytes });
      printData(io, json, after, ({ name }) => `Disk ${slot} of machine ${name} has ${formatSize(sizeBytes)} now`);
    }
  }
}

function addedSlot(before: MachineView, after: MachineView): string {
  const added = after.disks.find(({ slot }) => !before.disks.some((disk) => disk.slot === slot));
  return String(added?.slot ?? '');
}

function disksText(disks: readonly MachineDiskView[]): string {
  const size = (bytes: number | null) => (bytes === null ? '?' : formatSize(bytes));
  const rows = disks.map(({ slot, sizeBytes, usedBytes, format, readOnly, own, path }) => [
    String(slot),
    size(sizeBytes),
    size(usedBytes),
    format,
    readOnly ? 'read only' : 'read and write',
    own ? 'its own' : path,
  ]);
  return table(['SLOT', 'SIZE', 'TAKES', 'FORMAT', 'ACCESS', 'FILE'], rows);
}
