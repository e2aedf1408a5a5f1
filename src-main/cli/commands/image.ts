import type { Command } from 'commander';
import type { CatalogEntry, ImageView } from '../../../src-core/contract/images.ts';
import type { CliIo } from '../io.ts';
import { printData, table } from '../output.ts';
import { formatSize } from '../quantities.ts';
import { followToEnd } from '../task-follow.ts';
import { withService } from '../with-service.ts';
import { addImageTransferCommands } from './image-transfer.ts';

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
  addImageTransferCommands(image, io);
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
  return followToEnd(io, `pull image ${name}`, {
    start: (service) => service.images.pull({ image: name }),
    after: async (service) => {
      const image = (await service.images.list({})).find((each) => each.name === name);
      printData(io, json, image ?? null, (view) => `Image ${name} is here${view ? `: ${view.contents}` : ''}`);
    },
  });
}

function listText(images: readonly ImageView[]): string {
  const rows = images.map(({ name, contents, origin, sizeBytes, usedBy }) => [
    name,
    contents,
    origin,
    formatSize(sizeBytes),
    usedBy.length === 0 ? '-' : usedBy.join(', '),
  ]);
  return table(['NAME', 'CONTENTS', 'ORIGIN', 'SIZE', 'USED BY'], rows);
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
