import type { Command } from 'commander';
import type { ContainerView } from '../../../src-core/contract/containers.ts';
import type { CliIo, ServiceConnection } from '../io.ts';
import { parseDuration } from '../quantities.ts';
import { withService } from '../with-service.ts';
import { showingTasks } from './shown-tasks.ts';

type Containers = ServiceConnection['containers'];

/** `inn ctr start | stop | kill | restart | pause | resume | rename | rm | prune`: each takes several names. */
export function addLifeCommands(ctr: Command, io: CliIo): void {
  const each = (verb: string, description: string) =>
    ctr.command(verb).description(description).argument('<name...>', 'names or ids');
  each('start', 'start containers again').action((names: string[]) =>
    forEach(io, names, 'Started', (containers, container) => containers.start({ container })),
  );
  each('stop', 'ask containers to end, and make them after a while')
    .option('-t, --time <duration>', 'how long they are asked', parseDuration)
    .action((names: string[], { time }: { time?: number }) =>
      forEach(io, names, 'Stopped', (containers, container) =>
        containers.stop({ container, ...(time === undefined ? {} : { timeoutMs: time }) }),
      ),
    );
  each('kill', 'send containers a signal')
    .option('-s, --signal <signal>', 'such as HUP or 1', 'KILL')
    .action((names: string[], { signal }: { signal: string }) =>
      forEach(io, names, `Sent ${signal} to`, (containers, container) => containers.kill({ container, signal })),
    );
  each('restart', 'stop and start containers').action((names: string[]) =>
    forEach(io, names, 'Restarted', (containers, container) => containers.restart({ container })),
  );
  each('pause', 'let containers stand still').action((names: string[]) =>
    forEach(io, names, 'Paused', (containers, container) => containers.pause({ container })),
  );
  each('resume', 'let paused containers go on').action((names: string[]) =>
    forEach(io, names, 'Resumed', (containers, container) => containers.resume({ container })),
  );
  each('rm', 'delete containers with what they wrote; their volumes stay')
    .option('-f, --force', 'also those that run')
    .action((names: string[], { force = false }: { force?: boolean }) =>
      forEach(io, names, 'Deleted', (containers, container) => containers.remove({ container, force })),
    );
  ctr
    .command('rename')
    .description('give a container another name')
    .argument('<name>')
    .argument('<new>')
    .action((container: string, name: string) =>
      withService(io, async ({ containers }) => {
        await containers.rename({ container, name });
        io.stdout.write(`Renamed container ${container} to ${name}\n`);
      }),
    );
  ctr
    .command('prune')
    .description('delete all containers that have ended')
    .action(() =>
      withService(io, async ({ containers }) => {
        const { removed } = await containers.prune({});
        io.stdout.write(removed.length === 0 ? 'There was none\n' : `Deleted ${removed.join(', ')}\n`);
      }),
    );
}

/** One after the other; the first that fails ends it. */
function forEach(
  io: CliIo,
  names: readonly string[],
  done: string,
  act: (containers: Containers, container: string) => Promise<ContainerView | object>,
): Promise<void> {
  return withService(io, async (service) => {
    for (const name of names) {
      await showingTasks(io, service, act(service.containers, name));
      io.stdout.write(`${done} container ${name}\n`);
    }
  });
}
