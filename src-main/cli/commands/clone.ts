import type { Command } from 'commander';
import { EventWatch } from '../event-watch.ts';
import type { CliIo, ServiceConnection } from '../io.ts';
import { ProgressLine } from '../progress.ts';
import { printData } from '../output.ts';
import { withService } from '../with-service.ts';

interface Options {
  snapshot?: string;
  full?: boolean;
  json?: boolean;
}

/** `inn vm clone NAME NEW [--snapshot SNAPSHOT] [--full]` and `inn vm fork NAME NEW` */
export function addCloneCommands(vm: Command, io: CliIo): void {
  vm.command('clone')
    .description('make a new machine out of a stopped or suspended one, or out of a snapshot')
    .argument('<name>')
    .argument('<new>')
    .option('--snapshot <snapshot>', 'as it was then')
    .option('--full', 'copy its disks instead of sharing what is the same')
    .option('--json', 'print JSON')
    .action((machine: string, name: string, { snapshot, full = false, json }: Options) =>
      withService(io, async (service) => {
        const request = { machine, name, full, ...(snapshot === undefined ? {} : { snapshot }) };
        const clone = () => service.machines.clone(request);
        const made = full ? await withProgress(io, service, machine, clone) : await clone();
        printData(io, json, made, ({ state }) => `Cloned machine ${machine} to ${name}, which is ${state}`);
      }),
    );
  vm.command('fork')
    .description("make a second, running machine from a running one's present moment")
    .argument('<name>')
    .argument('<new>')
    .option('--json', 'print JSON')
    .action((machine: string, name: string, { json }: Options) =>
      withService(io, async ({ machines }) => {
        const made = await machines.fork({ machine, name });
        printData(io, json, made, () => `Forked machine ${machine} to ${name}`);
      }),
    );
}

/** Shows the task that the service carries out for this request; Ctrl-C cancels it. */
async function withProgress<T>(
  io: CliIo,
  service: ServiceConnection,
  machine: string,
  work: () => Promise<T>,
): Promise<T> {
  const watch = await EventWatch.open(io, service);
  const source = watch.find(machine)?.id;
  const before = new Set(watch.tasks.map(({ id }) => id));
  const ours = () =>
    watch.tasks.find((task) => !before.has(task.id) && task.subject?.kind === 'machine' && task.subject.id === source);
  const progress = new ProgressLine(io.stderr);
  let over = false;
  const done = work().finally(() => (over = true));
  const cancel = (): void => {
    const task = ours();
    if (task) void service.tasks.cancel({ task: task.id }).catch(() => undefined);
  };
  const look = (): true | undefined => {
    const task = ours();
    if (task) progress.show(task);
    return over ? true : undefined;
  };
  try {
    const shown = watch.until(`clone machine ${machine}`, look, { cancel }).catch(() => undefined);
    return await Promise.race([done, shown.then(() => done)]);
  } finally {
    progress.clear();
  }
}
