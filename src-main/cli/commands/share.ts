import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ShareView } from '../../../src-core/contract/shares.ts';
import type { CliIo } from '../io.ts';
import { printData, table } from '../output.ts';
import { withService } from '../with-service.ts';

interface Options {
  ro?: boolean;
  json?: boolean;
}

/** `inn vm share NAME add HOSTDIR GUESTDIR [--ro] | rm GUESTDIR | ls` */
export function addShareCommand(vm: Command, io: CliIo): void {
  vm.command('share')
    .description('folders of this computer that a machine sees: NAME add HOSTDIR GUESTDIR | NAME rm GUESTDIR | NAME ls')
    .argument('<name>')
    .argument('<action>', 'add, rm or ls')
    .argument('[directories...]', 'add: a folder here and its place in the guest; rm: the place in the guest')
    .option('--ro', 'the guest can only read it')
    .option('--json', 'print JSON')
    .action((machine: string, action: string, directories: string[], options: Options, command: Command) =>
      share(io, command, machine, action, directories, options),
    );
}

function share(
  io: CliIo,
  command: Command,
  machine: string,
  action: string,
  directories: readonly string[],
  { ro = false, json }: Options,
): Promise<void> {
  const [first = '', second = ''] = directories;
  if (directories.length !== ARGUMENTS[action]) {
    command.error('error: write "add HOSTDIR GUESTDIR", "rm GUESTDIR" or "ls"', { exitCode: 2 });
  }
  return withService(io, async ({ shares }) => {
    if (action === 'ls') {
      printData(io, json, await shares.list({ machine }), sharesText);
    } else if (action === 'rm') {
      const left = await shares.remove({ machine, guestDirectory: first });
      printData(io, json, left, () => `Machine ${machine} no longer has ${first}`);
    } else {
      const hostDirectory = resolve(io.cwd, first);
      const all = await shares.add({ machine, hostDirectory, guestDirectory: second, readOnly: ro });
      printData(io, json, all, () => addedText(all, machine, second));
    }
  });
}

const ARGUMENTS: Readonly<Record<string, number>> = { add: 2, rm: 1, ls: 0 };

function addedText(shares: readonly ShareView[], machine: string, guestDirectory: string): string {
  const added = shares.find((each) => each.guestDirectory === guestDirectory);
  const what = `Machine ${machine} has ${added?.hostDirectory ?? 'it'} at ${guestDirectory}`;
  if (added?.failure) return `${what}, but its guest could not mount it: ${added.failure.because}`;
  return added?.mounted === true ? what : `${what} as soon as its guest is up`;
}

function sharesText(shares: readonly ShareView[]): string {
  const rows = shares.map(({ hostDirectory, guestDirectory, readOnly, mounted, failure }) => [
    guestDirectory,
    hostDirectory,
    readOnly ? 'read only' : 'read and write',
    failure ? `failed: ${failure.because}` : mounted ? 'mounted' : '-',
  ]);
  return table(['GUEST', 'HOST', 'ACCESS', 'STATE'], rows);
}
