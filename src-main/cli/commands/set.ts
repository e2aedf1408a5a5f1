import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { ChangeMachine, MachineView } from '../../../src-core/contract/machines.ts';
import type { CliIo, ServiceConnection } from '../io.ts';
import { printData } from '../output.ts';
import { formatSize, parseCount, parseCpuLimit, parseSize } from '../quantities.ts';
import { withService } from '../with-service.ts';
import { warnOfProcessors } from './processors.ts';

interface SetOptions {
  cpus?: number;
  memory?: number;
  disk?: number;
  cpuLimit?: number | 'none';
  bootOrder?: number[];
  name?: string;
  json?: boolean;
}

/** `inn vm set NAME [--cpus N] [--memory SIZE] [--disk SIZE] [--cpu-limit PERCENT|none] [--boot-order SLOTS] [--name NEW]` */
export function addSetCommand(vm: Command, io: CliIo): void {
  vm.command('set')
    .description(
      'change a machine: its limit at once, its memory up to what it was started with, the rest while it is off',
    )
    .argument('<name>')
    .option('--cpus <n>', 'processors', parseCount)
    .option('--memory <size>', 'memory, such as 512M or 2G', parseSize)
    .option('--disk <size>', 'makes its first disk larger; see also "inn vm disk"', parseSize)
    .option(
      '--cpu-limit <percent>',
      'of one processor of this computer for each of its own; "none" for no limit',
      parseCpuLimit,
    )
    .option('--boot-order <slots>', 'the disks on which a kernel is looked for, such as 1,0', parseSlots)
    .option('--name <new>', 'its new name')
    .option('--json', 'print JSON')
    .action((machine: string, options: SetOptions, command: Command) => {
      const { json, ...wanted } = options;
      if (Object.keys(wanted).length === 0) command.error('error: say what to change', { exitCode: 2 });
      return withService(io, async (service) => {
        const changed = await set(service, machine, wanted);
        if (wanted.cpus !== undefined) await warnOfProcessors(io, service, changed);
        printData(io, json, changed, (view) => setText(machine, wanted, view));
      });
    });
}

/** What is most likely to be refused comes first. */
async function set(service: ServiceConnection, machine: string, options: SetOptions): Promise<MachineView> {
  const { cpus, memory, disk, cpuLimit, bootOrder, name } = options;
  const change: ChangeMachine = {
    machine,
    ...(cpus === undefined ? {} : { processors: cpus }),
    ...(memory === undefined ? {} : { memoryBytes: memory }),
    ...(cpuLimit === undefined ? {} : { cpuLimit: cpuLimit === 'none' ? null : cpuLimit }),
    ...(bootOrder === undefined ? {} : { bootOrder }),
  };
  let view = Object.keys(change).length > 1 ? await service.machines.change(change) : undefined;
  if (disk !== undefined) {
    const { disks } = view ?? (await service.machines.inspect({ machine }));
    view = await service.machines.growDisk({ machine, slot: disks[0]?.slot ?? 0, sizeBytes: disk });
  }
  if (name !== undefined) view = await service.machines.rename({ machine, name });
  return view ?? service.machines.inspect({ machine });
}

function setText(before: string, wanted: SetOptions, { name, processors, memoryBytes, cpuLimit }: MachineView): string {
  if (Object.keys(wanted).join() === 'name') return `Renamed machine ${before} to ${name}`;
  const count = processors === 1 ? '1 processor' : `${processors} processors`;
  const limit = cpuLimit === null ? '' : ` limited to ${cpuLimit} %`;
  return `Machine ${name} has ${count}${limit} and ${formatSize(memoryBytes)} of memory`;
}

/** @throws InvalidArgumentError */
function parseSlots(text: string): number[] {
  const slots = text === '' ? [] : text.split(',');
  if (slots.some((slot) => !/^\d{1,2}$/.test(slot.trim()))) {
    throw new InvalidArgumentError('Write numbers of disks with commas between them, such as 1,0.');
  }
  return slots.map(Number);
}
