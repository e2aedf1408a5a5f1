import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { AppError } from '../../../src-core/base/errors.ts';
import type { CreateMachine, MachineSource, MachineView } from '../../../src-core/contract/machines.ts';
import { EventWatch } from '../event-watch.ts';
import type { CliIo } from '../io.ts';
import { waitUntilRunning } from '../machine-wait.ts';
import { printData } from '../output.ts';
import { parseCount, parseCpuLimit, parseSize } from '../quantities.ts';
import { withService } from '../with-service.ts';
import { warnOfProcessors } from './processors.ts';
import { readUserData, warnOfUserData } from './user-data.ts';

interface CreateOptions {
  image?: string;
  kernel?: string;
  initrd?: string;
  firmware?: string;
  append?: string;
  disk?: number[];
  diskFile?: DiskFile[];
  cpus?: number;
  memory?: number;
  cpuLimit?: number | 'none';
  network?: string[];
  userData?: string;
  start?: boolean;
  json?: boolean;
}

interface DiskFile {
  readonly path: string;
  readonly readOnly: boolean;
}

/** What is made when nobody says otherwise. */
const DEFAULT_IMAGE = 'debian-13-tiny';
/** In place of a network's name. */
const NO_NETWORK = 'none';

export function addCreateCommand(vm: Command, io: CliIo): void {
  vm.command('create')
    .description('make a machine from an image, or from files of this computer')
    .argument('<name>')
    .option('--image <image>', `an image of the catalogue (default: ${DEFAULT_IMAGE})`)
    .option('--kernel <file>', 'a RISC-V Linux Image in place of an image')
    .option('--initrd <file>', 'its initial RAM disk')
    .option('--firmware <file>', 'M-mode firmware such as OpenSBI, which then starts the kernel')
    .option('--append <string>', 'the kernel command line')
    .option('--disk <size>', 'a new, empty disk, such as 10G; may be given several times', addDisk)
    .option('--disk-file <file[:ro]>', 'a disk image, raw or qcow2; may be given several times', addDiskFile)
    .option('--cpus <n>', 'processors', parseCount)
    .option('--memory <size>', 'memory, such as 512M or 2G', parseSize)
    .option('--cpu-limit <percent>', 'of one processor of this computer for each of its own', parseCpuLimit)
    .option(
      '--network <network>',
      'a card on this network; may be given several times, "none" for no card (default: default)',
      addNetwork,
    )
    .option('--user-data <file>', 'cloud-config or a script, carried out in the guest on its first start')
    .option('--start', 'start it and wait until it runs')
    .option('--json', 'print JSON')
    .action((name: string, options: CreateOptions) => create(io, name, options));
}

function addDisk(text: string, before: number[] = []): number[] {
  return [...before, parseSize(text)];
}

function addNetwork(text: string, before: string[] = []): string[] {
  const all = [...before, text];
  if (all.length > 1 && all.includes(NO_NETWORK))
    throw new InvalidArgumentError('A machine with no card has no other.');
  return all;
}

function addDiskFile(text: string, before: DiskFile[] = []): DiskFile[] {
  const readOnly = text.endsWith(':ro');
  const path = readOnly ? text.slice(0, -':ro'.length) : text;
  if (path === '') throw new InvalidArgumentError('Write the path of a file, with :ro after it to keep it unchanged.');
  return [...before, { path, readOnly }];
}

function create(io: CliIo, name: string, options: CreateOptions): Promise<void> {
  const request = requestOf(io, name, options);
  return withService(io, async (service) => {
    const watch = options.start ? await EventWatch.open(io, service) : undefined;
    let machine = await service.machines.create(request);
    warnOfUserData(io, machine);
    if (options.cpus !== undefined) await warnOfProcessors(io, service, machine);
    if (watch) machine = await waitUntilRunning(io, watch, machine, undefined);
    printData(io, options.json, machine, createdText);
  });
}

function createdText({ name, state }: MachineView): string {
  if (state === 'preparing') return `Created machine ${name}; its image is being prepared`;
  return state === 'running' ? `Created and started machine ${name}` : `Created machine ${name}`;
}

function requestOf(io: CliIo, name: string, options: CreateOptions): CreateMachine {
  const { cpus, memory, cpuLimit, start = false, disk = [], diskFile = [] } = options;
  return {
    name,
    source: sourceOf(io, name, options),
    disks: [
      ...disk.map((sizeBytes) => ({ sizeBytes })),
      ...diskFile.map(({ path, readOnly }) => ({ path: resolve(io.cwd, path), readOnly })),
    ],
    start,
    ...(options.network === undefined ? {} : { networks: options.network.filter((name_) => name_ !== NO_NETWORK) }),
    ...(options.userData === undefined
      ? {}
      : { userData: readUserData(io, options.userData, `create machine ${name}`) }),
    ...(cpus === undefined ? {} : { processors: cpus }),
    ...(memory === undefined ? {} : { memoryBytes: memory }),
    ...(cpuLimit === undefined || cpuLimit === 'none' ? {} : { cpuLimit }),
  };
}

/** Paths are the person's, relative to where they stand; the service stands elsewhere. */
function sourceOf(io: CliIo, name: string, options: CreateOptions): MachineSource {
  const { image, kernel, initrd, firmware, append } = options;
  if (kernel === undefined && firmware === undefined && initrd === undefined && append === undefined) {
    return { kind: 'image', image: image ?? DEFAULT_IMAGE };
  }
  if (image !== undefined || (kernel === undefined && firmware === undefined)) {
    throw new AppError({
      code: 'invalid-input',
      doing: `create machine ${name}`,
      because: image ? 'an image brings its own kernel' : 'there is neither a kernel nor firmware',
      hint: 'Give --image, or --kernel or --firmware with --initrd and --append as needed.',
    });
  }
  const absolute = (path: string) => resolve(io.cwd, path);
  return {
    kind: 'files',
    ...(kernel === undefined ? {} : { kernel: absolute(kernel) }),
    ...(initrd === undefined ? {} : { initrd: absolute(initrd) }),
    ...(firmware === undefined ? {} : { firmware: absolute(firmware) }),
    ...(append === undefined ? {} : { commandLine: append }),
  };
}
