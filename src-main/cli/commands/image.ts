import type { Command } from 'commander';
import type { CatalogEntry, ImageView } from '../../../src-core/contract/images.ts';
import { EventWatch } from '../event-watch.ts';
import type { CliIo } from '../io.ts';
import { followTask } from '../machine-wait.ts';
import { printData, table } from '../output.ts';
import { formatSize } from '../quantities.ts';
import { withService } from '../with-service.ts';

interface Options {
  json?: boolean;
}

export function addImageCommands(program: Command, io: CliIo): void {
  const image = program.command('image').description('what machines are made from');
  image
    .command('ls')
    .description('list the images that are here')
    .option('--json', 'print JSON')
    .action(({ json }: Options) =>
      withService(io, async (service) => printData(io, json, await service.images.list({}), listText)),
    );
  image
    .command('catalog')
    .description('list the images that can be had')
    .option('--json', 'print JSON')
    .action(({ json }: Options) =>
      withService(io, async (service) => printData(io, json, await service.images.catalog({}), catalogText)),
    );
  image
    .command('pull')
    .description('build an image of the catalogue')
    .argument('<name>')
    .option('--json', 'print JSON')
    .action((name: string, { json }: Options) => pull(io, name, json));
  image
    .command('rm')
    .description('remove an image')
    .argument('<name>')
    .action((name: string) =>
      withService(io, async (service) => {
        await service.images.remove({ image: name });
        io.stdout.write(`Removed image ${name}\n`);
      }),
    );
}

function pull(io: CliIo, name: string, json: boolean | undefined): Promise<void> {
  return withService(io, async (service) => {
    const watch = await EventWatch.open(io, service);
    const task = await service.images.pull({ image: name });
    const doing = `pull image ${name}`;
    await followTask(io, watch, task.id, doing, {
      cancel: () => void service.tasks.cancel({ task: task.id }).catch(() => undefined),
      onCancel: 'It goes on in the background.',
    });
    const image = (await service.images.list({})).find((each) => each.name === name);
    printData(io, json, image ?? null, (view) => `Image ${name} is here${view ? `: ${view.contents}` : ''}`);
  });
}

function listText(images: readonly ImageView[]): string {
  const rows = images.map(({ name, contents, sizeBytes, usedBy }) => [
    name,
    contents,
    formatSize(sizeBytes),
    usedBy.length === 0 ? '-' : usedBy.join(', '),
  ]);
  return table(['NAME', 'CONTENTS', 'SIZE', 'USED BY'], rows);
}

function catalogText(entries: readonly CatalogEntry[]): string {
  const rows = entries.map(({ name, title, downloadBytes, defaults, present }) => [
    name,
    title,
    present ? 'yes' : 'no',
    formatSize(downloadBytes),
    `${defaults.processors} x ${formatSize(defaults.memoryBytes)}`,
  ]);
  return table(['NAME', 'TITLE', 'HERE', 'DOWNLOAD', 'DEFAULTS'], rows);
}
