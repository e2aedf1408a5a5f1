import type { Command } from 'commander';
import type { ContainerView } from '../../../src-core/contract/containers.ts';
import { parseCount } from '../quantities.ts';
import type { CliIo, ServiceConnection } from '../io.ts';
import { printData } from '../output.ts';
import { withService } from '../with-service.ts';
import { containersText, containerText, statsText } from './views.ts';

interface Json {
  json?: boolean;
}

/** Between two samples the service measures once. */
const SAMPLE_MS = 1100;

/** `inn ctr ls | inspect | stats` */
export function addListCommands(ctr: Command, io: CliIo): void {
  ctr
    .command('ls')
    .alias('ps')
    .description('list containers that run')
    .option('-a, --all', 'those that ended too')
    .option('--json', 'print JSON')
    .action(({ all = false, json }: Json & { all?: boolean }) =>
      withService(io, async ({ containers }) => {
        const there = await containers.list({});
        printData(io, json, all ? there : there.filter(isOn), containersText);
      }),
    );
  ctr
    .command('inspect')
    .description('show one container')
    .argument('<name>')
    .option('--json', 'print JSON')
    .option('--runtime', "print the OCI runtime's configuration that it was last started with")
    .action((container: string, { json, runtime = false }: Json & { runtime?: boolean }) =>
      withService(io, async ({ containers }) => {
        if (runtime) io.stdout.write(`${(await containers.runtimeConfig({ container })).json}\n`);
        else printData(io, json, await containers.inspect({ container }), containerText);
      }),
    );
  ctr
    .command('stats')
    .description('what containers use, once a second; with --json one sample')
    .argument('[name]')
    .option('-n, --samples <count>', 'end after so many', parseCount)
    .option('--json', 'print JSON')
    .action((name: string | undefined, options: Json & { samples?: number }) =>
      withService(io, (service) => stats(io, service, name, options)),
    );
}

function isOn({ state }: ContainerView): boolean {
  return state !== 'created' && state !== 'exited';
}

async function stats(
  io: CliIo,
  service: ServiceConnection,
  name: string | undefined,
  { samples, json }: Json & { samples?: number },
): Promise<void> {
  // The service measures while somebody listens.
  await service.events.subscribe({});
  const most = samples ?? (json ? 1 : Infinity);
  const interrupt = new AbortController();
  const held = io.onSignal('SIGINT', () => interrupt.abort());
  try {
    for (let taken = 0; taken < most && !interrupt.signal.aborted; taken++) {
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
      const views = name
        ? [await service.containers.inspect({ container: name })]
        : (await service.containers.list({})).filter(isOn);
      const again = io.stdout.isTTY && taken > 0 ? '\u001b[H\u001b[J' : '';
      io.stdout.write(again);
      printData(
        io,
        json,
        views.map(({ id, name: of, stats: sample }) => ({ id, name: of, ...sample })),
        () => statsText(views),
      );
    }
  } finally {
    held.dispose();
  }
}
