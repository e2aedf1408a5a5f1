import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { CliIo } from '../io.ts';
import { printData } from '../output.ts';
import { followToEnd } from '../task-follow.ts';

interface Options {
  json?: boolean;
}

/** Whole machines as one file: out with `export`, in with `import`. */
export function addMachineTransferCommands(vm: Command, io: CliIo): void {
  vm.command('export')
    .description('write a stopped or suspended machine with its disks and snapshots into one new file')
    .argument('<name>')
    .argument('<file>')
    .option('--json', 'print JSON')
    .action((machine: string, file: string, { json }: Options) => {
      const path = resolve(io.cwd, file);
      return followToEnd(io, `export machine ${machine}`, {
        start: (service) => service.machines.exportTo({ machine, path }),
        after: () => printData(io, json, { machine, path }, () => `Wrote machine ${machine} to ${path}`),
      });
    });
  vm.command('import')
    .description('make a machine out of such a file')
    .argument('<file>')
    .argument('<name>')
    .option('--json', 'print JSON')
    .action((file: string, name: string, { json }: Options) =>
      followToEnd(io, `import machine ${name}`, {
        start: (service) => service.machines.importFrom({ path: resolve(io.cwd, file), name }),
        after: async (service) =>
          printData(io, json, await service.machines.inspect({ machine: name }), () => `Machine ${name} is here`),
      }),
    );
}
