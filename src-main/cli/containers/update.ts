import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { ContainerLimits, CreateContainer } from '../../../src-core/contract/containers.ts';
import type { CliIo } from '../io.ts';
import { printData } from '../output.ts';
import { parseCount, parseSize } from '../quantities.ts';
import { withService } from '../with-service.ts';
import type { Published } from './published-port.ts';
import { addPublished, known, parseCpus, parseRestart } from './run-options.ts';
import { containerText } from './views.ts';

type Limit = number | 'none';

interface Options {
  json?: boolean;
  memory?: Limit;
  cpus?: Limit;
  pidsLimit?: Limit;
  disk?: Limit;
  restart?: NonNullable<CreateContainer['restart']>;
  publish?: Published[];
  unpublish?: boolean;
}

const orNone =
  (parse: (text: string) => number) =>
  (text: string): Limit =>
    text === 'none' ? text : parse(text);

function limitOf(limit: Limit | undefined): number | null | undefined {
  return limit === 'none' ? null : limit;
}

/** `inn ctr update NAME …` */
export function addUpdateCommand(ctr: Command, io: CliIo): void {
  ctr
    .command('update')
    .description('change a container, at once also while it runs; "none" takes a limit away')
    .argument('<name>')
    .option('--memory <size>', 'the most memory it may use', orNone(parseSize))
    .option('--cpus <number>', "the most of its node's processors", orNone(parseCpus))
    .option('--pids-limit <number>', 'the most processes it may have', orNone(parseCount))
    .option('--disk <size>', 'the most that it may write', orNone(parseSize))
    .option('--restart <policy>', 'no, on-failure[:times], always or unless-stopped', parseRestart)
    .option('-p, --publish <[addr:]host:ctr[/udp]>', 'in place of all its ports', addPublished)
    .option('--unpublish', 'no port of this computer leads to it')
    .option('--json', 'print JSON')
    .action((container: string, options: Options, command: Command) => {
      const { json, memory, cpus, pidsLimit, disk, restart, publish, unpublish = false } = options;
      const limits = known<{ [K in keyof ContainerLimits]?: number | null | undefined }>({
        memoryBytes: limitOf(memory),
        cpus: limitOf(cpus),
        pids: limitOf(pidsLimit),
        diskBytes: limitOf(disk),
      });
      const ports = unpublish ? [] : publish;
      if (unpublish && publish !== undefined) throw new InvalidArgumentError('Say --publish or --unpublish.');
      const change = known({ restart, ports, limits: Object.keys(limits).length === 0 ? undefined : limits });
      if (Object.keys(change).length === 0) command.error('error: say what to change', { exitCode: 2 });
      return withService(io, async ({ containers }) =>
        printData(io, json, await containers.update({ container, ...change }), containerText),
      );
    });
}
