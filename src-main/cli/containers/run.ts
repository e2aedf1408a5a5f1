import type { Command } from 'commander';
import { AppError } from '../../../src-core/base/errors.ts';
import type { CreateContainer } from '../../../src-core/contract/containers.ts';
import { ExitStatus } from '../exit.ts';
import type { CliIo } from '../io.ts';
import { printable, printData } from '../output.ts';
import { BROKEN_PIPE_STATUS, carryProcess } from '../process-stream.ts';
import { terminalSize } from '../terminal.ts';
import { withService } from '../with-service.ts';
import { showingTasks } from './shown-tasks.ts';
import { addRunOptions, requestOf, type RunOptions } from './run-options.ts';

/** What `ctr run` ends with when it is the engine that failed, and not the container's command. */
const ENGINE_FAILED_STATUS = 125;

/** `inn ctr run | create` */
export function addRunCommands(ctr: Command, io: CliIo): void {
  const run = ctr
    .command('run')
    .description("run a command in a new container; its exit status is the command's")
    .argument('<image>')
    .argument('[command...]')
    .option('-d, --detach', 'leave it running and print its id')
    .passThroughOptions()
    .action((image: string, command: string[], options: RunOptions & { detach?: boolean }) => {
      const request = requestOf(image, command, options, io.cwd);
      return asEngine(io, options.detach ? detached(io, request) : attached(io, request));
    });
  addRunOptions(run);
  const create = ctr
    .command('create')
    .description('make a container without starting it')
    .argument('<image>')
    .argument('[command...]')
    .option('--json', 'print JSON')
    .passThroughOptions()
    .action((image: string, command: string[], options: RunOptions & { json?: boolean }) =>
      withService(io, async (service) => {
        const request = { ...requestOf(image, command, options, io.cwd), start: false };
        printData(
          io,
          options.json,
          await showingTasks(io, service, service.containers.create(request)),
          ({ id }) => id,
        );
      }),
    );
  addRunOptions(create);
}

/** As docker tells it: a failure of the engine is no exit status of the command. */
async function asEngine(io: CliIo, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    io.stderr.write(`inn: failed to ${printable(error.doing)}: ${printable(error.because)}\n`);
    if (error.hint !== undefined) io.stderr.write(`${printable(error.hint)}\n`);
    throw new ExitStatus(ENGINE_FAILED_STATUS);
  }
}

function detached(io: CliIo, request: CreateContainer): Promise<void> {
  return withService(io, async (service) => {
    const { id } = await showingTasks(io, service, service.containers.create(request));
    io.stdout.write(`${id}\n`);
  });
}

function attached(io: CliIo, request: CreateContainer): Promise<void> {
  return withService(io, async (service) => {
    const size = request.terminal ? (terminalSize(io.stdout) ?? { columns: 80, rows: 24 }) : undefined;
    const opening = service.containers.run({ ...request, ...(size ? { size } : {}) });
    const stream = await showingTasks(io, service, opening);
    const result = await carryProcess(io, stream, {
      interactive: request.interactive ?? false,
      terminal: request.terminal ?? false,
      detachable: true,
    });
    if (result === 'detached') return;
    if (result === 'closed') throw new ExitStatus(BROKEN_PIPE_STATUS);
    const { end, exitStatus } = result;
    if (end.kind !== 'exited' && end.cause !== null) io.stderr.write(`inn: ${printable(end.cause)}\n`);
    throw new ExitStatus(exitStatus ?? ENGINE_FAILED_STATUS);
  });
}
