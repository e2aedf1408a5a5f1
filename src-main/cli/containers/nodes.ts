import type { Command } from 'commander';
import type { EngineSettings } from '../../../src-core/contract/containers.ts';
import type { CliIo } from '../io.ts';
import { facts, printData } from '../output.ts';
import { formatDuration, formatSize, parseCount, parseDuration, parseSize } from '../quantities.ts';
import { withService } from '../with-service.ts';
import { known } from './run-options.ts';
import { showingTasks } from './shown-tasks.ts';
import { nodesText } from './views.ts';

interface Json {
  json?: boolean;
}

interface SetOptions extends Json {
  memory?: number;
  cpus?: number;
  most?: number;
  idle?: number;
}

/** `inn ctr node ls | add | rm | set`: the machines whose kernels run containers. */
export function addNodeCommands(ctr: Command, io: CliIo): void {
  const node = ctr.command('node').description('machines whose kernels run containers; the engine makes them itself');
  node
    .command('ls')
    .description('list nodes, with the room that they have')
    .option('--json', 'print JSON')
    .action(({ json }: Json) =>
      withService(io, async ({ nodes }) => printData(io, json, await nodes.list({}), nodesText)),
    );
  node
    .command('add')
    .description('make one more node')
    .option('--memory <size>', 'its memory', parseSize)
    .option('--cpus <number>', 'its processors', parseCount)
    .option('--json', 'print JSON')
    .action(({ json, memory, cpus }: Json & { memory?: number; cpus?: number }) =>
      withService(io, async (service) => {
        const wanted = known({ memoryBytes: memory, processors: cpus });
        const made = await showingTasks(io, service, service.nodes.add(wanted));
        printData(io, json, made, ({ name }) => `Made node ${name}`);
      }),
    );
  node
    .command('rm')
    .description('delete a node that has no containers and no volumes')
    .argument('<name>')
    .option('-f, --force', 'with its containers and volumes')
    .action((name: string, { force = false }: { force?: boolean }) =>
      withService(io, async ({ nodes }) => {
        await nodes.remove({ node: name, force });
        io.stdout.write(`Deleted node ${name}\n`);
      }),
    );
  node
    .command('set')
    .description('what the engine makes by itself; without an option it is shown')
    .option('--memory <size>', 'of each node', parseSize)
    .option('--cpus <number>', 'of each node', parseCount)
    .option('--most <number>', 'as many nodes as it may make', parseCount)
    .option('--idle <duration>', 'after which a node without running containers goes to sleep', parseDuration)
    .option('--json', 'print JSON')
    .action(({ json, memory, cpus, most, idle }: SetOptions) =>
      withService(io, async ({ nodes }) => {
        const wanted = known({ nodeMemoryBytes: memory, nodeProcessors: cpus, mostNodes: most, idleMs: idle });
        const isChange = Object.keys(wanted).length > 0;
        printData(io, json, await (isChange ? nodes.change(wanted) : nodes.settings({})), settingsText);
      }),
    );
}

function settingsText({ nodeMemoryBytes, nodeProcessors, mostNodes, idleMs }: EngineSettings): string {
  return facts([
    ['memory of a node', formatSize(nodeMemoryBytes)],
    ['its processors', String(nodeProcessors)],
    ['most nodes', String(mostNodes)],
    ['asleep after', formatDuration(idleMs)],
  ]);
}
