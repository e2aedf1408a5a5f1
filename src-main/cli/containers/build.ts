import { resolve } from 'node:path';
import type { Command } from 'commander';
import { fromFailure } from '../../../src-core/contract/failures.ts';
import { pumpOut } from '../byte-pump.ts';
import { EventWatch } from '../event-watch.ts';
import { addVariable } from '../commands/exec.ts';
import type { CliIo, ServiceConnection } from '../io.ts';
import { followTask } from '../machine-wait.ts';
import { withService } from '../with-service.ts';
import { gather } from './run-options.ts';

interface Options {
  tag?: string[];
  file?: string;
  buildArg?: Record<string, string>;
  target?: string;
  cache?: boolean;
  pull?: boolean;
  quiet?: boolean;
}

/** `inn ctr build [-t TAG] [-f Containerfile] [--build-arg K=V] DIR` */
export function addBuildCommand(ctr: Command, io: CliIo): void {
  ctr
    .command('build')
    .description('build an image from a Containerfile and what lies beside it')
    .argument('<dir>')
    .option('-t, --tag <name>', 'its name; may be given several times', gather)
    .option('-f, --file <path>', 'the Containerfile')
    .option('--build-arg <name=value>', 'for its ARG', addVariable)
    .option('--target <stage>', 'build up to this stage')
    .option('--no-cache', 'do every step again')
    .option('--pull', 'ask for newer base images')
    .option('-q, --quiet', 'print the id only')
    .action((directory: string, options: Options) =>
      withService(io, (service) => build(io, service, directory, options)),
    );
}

async function build(io: CliIo, service: ServiceConnection, directory: string, options: Options): Promise<void> {
  const watch = await EventWatch.open(io, service);
  const { id } = await service.containerImages.build({
    directory: resolve(io.cwd, directory),
    tags: options.tag ?? [],
    arguments: options.buildArg ?? {},
    noCache: options.cache === false,
    renew: options.pull ?? false,
    ...(options.file === undefined ? {} : { file: resolve(io.cwd, options.file) }),
    ...(options.target === undefined ? {} : { target: options.target }),
  });
  const log = await service.containers.buildLog({ task: id });
  // It goes to stderr, so that the id alone is the result. It says itself how far it is: no bar is drawn into it.
  const drained = pumpOut(log, options.quiet ? [] : [io.stderr, io.stderr, io.stderr]);
  const cancel = (): void => void service.tasks.cancel({ task: id }).catch(() => undefined);
  const doing = `build an image from ${directory}`;
  const ended = followTask(io, watch, id, doing, { cancel }, options.quiet === true);
  const [{ image }] = await Promise.all([log.result, ended]);
  await drained();
  const failure = watch.task(id)?.failure;
  if (failure) throw fromFailure(failure);
  if (image !== null) io.stdout.write(`${image}\n`);
}
