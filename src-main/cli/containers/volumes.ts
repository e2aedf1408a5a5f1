import type { Command } from 'commander';
import type { CliIo } from '../io.ts';
import { facts, printData } from '../output.ts';
import { formatSize } from '../quantities.ts';
import { withService } from '../with-service.ts';
import { volumesText } from './views.ts';

interface Json {
  json?: boolean;
}

/** `inn ctr volume ls | create | inspect | rm | prune` */
export function addVolumeCommands(ctr: Command, io: CliIo): void {
  const volume = ctr.command('volume').description('what stays when containers go');
  volume
    .command('ls')
    .description('list volumes')
    .option('--json', 'print JSON')
    .action(({ json }: Json) =>
      withService(io, async ({ volumes }) => printData(io, json, await volumes.list({}), volumesText)),
    );
  volume
    .command('create')
    .description('make a volume')
    .argument('<name>')
    .action((name: string) =>
      withService(io, async ({ volumes }) => {
        await volumes.create({ name });
        io.stdout.write(`Created volume ${name}\n`);
      }),
    );
  volume
    .command('inspect')
    .description('show one volume')
    .argument('<name>')
    .option('--json', 'print JSON')
    .action((name: string, { json }: Json) =>
      withService(io, async ({ volumes }) =>
        printData(io, json, await volumes.inspect({ volume: name }), (view) =>
          facts([
            ['name', view.name],
            ['created', new Date(view.createdAt).toISOString()],
            ['node', view.node.name],
            ['size', view.usedBytes === null ? 'its node does not run' : formatSize(view.usedBytes)],
            ['used by', view.usedBy.join(', ') || '-'],
          ]),
        ),
      ),
    );
  volume
    .command('rm')
    .description('delete volumes that no container mounts, with all that is in them')
    .argument('<name...>')
    .action((names: string[]) =>
      withService(io, async ({ volumes }) => {
        for (const name of names) {
          await volumes.remove({ volume: name });
          io.stdout.write(`Deleted volume ${name}\n`);
        }
      }),
    );
  volume
    .command('prune')
    .description('delete all volumes that no container mounts')
    .action(() =>
      withService(io, async ({ volumes }) => {
        const { removed } = await volumes.prune({});
        io.stdout.write(removed.length === 0 ? 'There was none\n' : `Deleted ${removed.join(', ')}\n`);
      }),
    );
}
