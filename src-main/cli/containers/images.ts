import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { CliIo, ServiceConnection } from '../io.ts';
import { printData } from '../output.ts';
import { formatSize } from '../quantities.ts';
import { followToEnd } from '../task-follow.ts';
import { withService } from '../with-service.ts';
import { catalogText, historyText, imagesText, imageText, layerFilesText } from './image-views.ts';
import { addRegistryCommands } from './registries.ts';

interface Json {
  json?: boolean;
}

/** `inn ctr image …` */
export function addContainerImageCommands(ctr: Command, io: CliIo): void {
  const image = ctr.command('image').description('what containers are made from');
  addLookCommands(image, io);
  addMoveCommands(image, io);
  addKeepCommands(image, io);
  addRegistryCommands(ctr, io);
}

function addLookCommands(image: Command, io: CliIo): void {
  image
    .command('ls')
    .description('list the images that are here')
    .option('--json', 'print JSON')
    .action(({ json }: Json) =>
      withService(io, async ({ containerImages }) => printData(io, json, await containerImages.list({}), imagesText)),
    );
  image
    .command('catalog')
    .description('list the images that are made here, without any registry')
    .option('--json', 'print JSON')
    .action(({ json }: Json) =>
      withService(io, async ({ containerImages }) =>
        printData(io, json, await containerImages.catalog({}), catalogText),
      ),
    );
  image
    .command('inspect')
    .description('show one image, its layers and how it is run')
    .argument('<image>')
    .option('--json', 'print JSON')
    .action((reference: string, { json }: Json) =>
      withService(io, async ({ containerImages }) =>
        printData(io, json, await containerImages.inspect({ image: reference }), imageText),
      ),
    );
  image
    .command('history')
    .description('show the steps that made an image')
    .argument('<image>')
    .option('--json', 'print JSON')
    .action((reference: string, { json }: Json) =>
      withService(io, async ({ containerImages }) =>
        printData(io, json, (await containerImages.inspect({ image: reference })).history, historyText),
      ),
    );
  image
    .command('files')
    .description('list what the layers of an image hold')
    .argument('<image>')
    .option('--layer <number>', 'only this one, counted from 0', parseNumber)
    .option('--json', 'print JSON')
    .action((reference: string, options: Json & { layer?: number }) =>
      withService(io, (service) => files(io, service, reference, options)),
    );
}

async function files(
  io: CliIo,
  { containerImages }: ServiceConnection,
  image: string,
  { layer, json }: Json & { layer?: number },
): Promise<void> {
  const { layerList } = await containerImages.inspect({ image });
  const wanted = layerList.filter((_, number) => layer === undefined || layer === number);
  for (const { diffId } of wanted) {
    let from = 0;
    for (;;) {
      const page = await containerImages.files({ diffId, from });
      printData(io, json, page.files, layerFilesText);
      from += page.files.length;
      if (page.files.length === 0 || from >= page.total) break;
    }
  }
}

function addMoveCommands(image: Command, io: CliIo): void {
  image
    .command('pull')
    .description('get an image from a registry, or make one of the catalogue')
    .argument('<image>')
    .action((reference: string) =>
      followToEnd(io, `pull image ${reference}`, {
        start: ({ containerImages }) => containerImages.pull({ image: reference }),
        after: async ({ containerImages }) => {
          const { digest, layers } = await containerImages.inspect({ image: reference });
          io.stdout.write(`Image ${reference} is here: ${layers} ${layers === 1 ? 'layer' : 'layers'}, ${digest}\n`);
        },
      }),
    );
  image
    .command('push')
    .description('put an image into a registry')
    .argument('<image>')
    .argument('[to]', 'under this name, which says the registry too')
    .action((reference: string, to: string | undefined) =>
      followToEnd(io, `push image ${reference}`, {
        start: ({ containerImages }) => containerImages.push({ image: reference, ...(to === undefined ? {} : { to }) }),
        after: () => void io.stdout.write(`Pushed image ${reference}${to === undefined ? '' : ` to ${to}`}\n`),
      }),
    );
  image
    .command('save')
    .description('write images into one archive file')
    .argument('<file>')
    .argument('<image...>')
    .option('--format <form>', 'oci or docker', parseForm, 'oci')
    .action((file: string, images: string[], { format }: { format: 'oci' | 'docker' }) =>
      followToEnd(io, `save ${images.join(', ')}`, {
        start: ({ containerImages }) => containerImages.save({ images, path: resolve(io.cwd, file), form: format }),
        after: () => void io.stdout.write(`Saved ${images.join(', ')} as ${file}\n`),
      }),
    );
  image
    .command('load')
    .description('read images from an archive file or an OCI layout')
    .argument('<file>')
    .action((file: string) =>
      followToEnd(io, `load ${file}`, {
        start: ({ containerImages }) => containerImages.load({ path: resolve(io.cwd, file) }),
        after: () => void io.stdout.write(`Loaded ${file}\n`),
      }),
    );
}

function addKeepCommands(image: Command, io: CliIo): void {
  image
    .command('tag')
    .description('give an image one more name')
    .argument('<image>')
    .argument('<name>')
    .action((reference: string, name: string) =>
      withService(io, async ({ containerImages }) => {
        await containerImages.tag({ image: reference, name });
        io.stdout.write(`Image ${reference} is ${name} too\n`);
      }),
    );
  image
    .command('rm')
    .description('take a name from an image; with its last name it is deleted')
    .argument('<image...>')
    .option('-f, --force', 'also while a container is made from it')
    .action((references: string[], { force = false }: { force?: boolean }) =>
      withService(io, async ({ containerImages }) => {
        for (const reference of references) {
          const { freedBytes } = await containerImages.remove({ image: reference, force });
          io.stdout.write(`Deleted image ${reference}, ${formatSize(freedBytes)} freed\n`);
        }
      }),
    );
  image
    .command('prune')
    .description('delete images without a name, and layers that no image has')
    .option('-a, --all', 'all images that no container is made from')
    .action(({ all = false }: { all?: boolean }) =>
      withService(io, async ({ containerImages }) => {
        const { images, freedBytes } = await containerImages.prune({ all });
        io.stdout.write(`Deleted ${images} ${images === 1 ? 'image' : 'images'}, ${formatSize(freedBytes)} freed\n`);
      }),
    );
}

function parseForm(text: string): 'oci' | 'docker' {
  if (text !== 'oci' && text !== 'docker') throw new InvalidArgumentError('Write oci or docker.');
  return text;
}

function parseNumber(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('Write a whole number.');
  return Number(text);
}
