import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import type { ImageView } from '../../../src-core/contract/images.ts';
import type { CliIo, ServiceConnection } from '../io.ts';
import { printData } from '../output.ts';
import { formatSize } from '../quantities.ts';
import { followToEnd } from '../task-follow.ts';

interface ImportOptions {
  kernel?: string;
  initrd?: string;
  append?: string;
  json?: boolean;
}

interface ExportOptions {
  format: 'raw' | 'qcow2';
  compress?: boolean;
  json?: boolean;
}

export function addImageTransferCommands(image: Command, io: CliIo): void {
  image
    .command('import')
    .description('make an image out of a raw or qcow2 disk image, which may be compressed with gzip, xz or zstd')
    .argument('<file>')
    .argument('<name>')
    .option('--kernel <file>', 'a RISC-V Linux kernel, where the disk has none (else the one on the disk is started)')
    .option('--initrd <file>', 'its initial RAM disk')
    .option('--append <string>', 'the kernel command line, in place of what is on the disk')
    .option('--json', 'print JSON')
    .action((file: string, name: string, options: ImportOptions) => importImage(io, file, name, options));
  image
    .command('export')
    .description("write an image's disk into a new file")
    .argument('<name>')
    .argument('<file>')
    .addOption(new Option('--format <format>', 'of the file').choices(['qcow2', 'raw']).default('qcow2'))
    .option('--compress', 'pack the content (qcow2 only)')
    .option('--json', 'print JSON')
    .action((name: string, file: string, options: ExportOptions) => exportImage(io, name, file, options));
}

/** `inn vm save`: an image out of a machine. */
export function addSaveCommand(vm: Command, io: CliIo): void {
  vm.command('save')
    .description("make an image out of a stopped machine's first disk, or out of a snapshot's")
    .argument('<name>')
    .argument('<image>')
    .option('--snapshot <snapshot>', 'as it was then')
    .option('--json', 'print JSON')
    .action((machine: string, image: string, { snapshot, json }: { snapshot?: string; json?: boolean }) =>
      followToEnd(io, `save image ${image}`, {
        start: (service) => service.images.save({ image, machine, ...(snapshot === undefined ? {} : { snapshot }) }),
        after: async (service) => printData(io, json, await viewOf(service, image), imageText(image)),
      }),
    );
}

function importImage(
  io: CliIo,
  file: string,
  image: string,
  { kernel, initrd, append, json }: ImportOptions,
): Promise<void> {
  const absolute = (path: string): string => resolve(io.cwd, path);
  return followToEnd(io, `import image ${image}`, {
    start: (service) =>
      service.images.importFrom({
        ...{ image, path: absolute(file) },
        ...(kernel === undefined ? {} : { kernel: absolute(kernel) }),
        ...(initrd === undefined ? {} : { initrd: absolute(initrd) }),
        ...(append === undefined ? {} : { commandLine: append }),
      }),
    after: async (service) => printData(io, json, await viewOf(service, image), imageText(image)),
  });
}

function exportImage(
  io: CliIo,
  image: string,
  file: string,
  { format, compress = false, json }: ExportOptions,
): Promise<void> {
  const path = resolve(io.cwd, file);
  return followToEnd(io, `export image ${image}`, {
    start: (service) => service.images.exportTo({ image, path, format, compress }),
    after: () => printData(io, json, { image, path, format }, () => `Wrote image ${image} to ${path}`),
  });
}

async function viewOf(service: ServiceConnection, image: string): Promise<ImageView | null> {
  return (await service.images.list({})).find(({ name }) => name === image) ?? null;
}

const imageText =
  (image: string) =>
  (view: ImageView | null): string =>
    view === null
      ? `Image ${image} is here`
      : `Image ${image} is here: ${view.contents} (${formatSize(view.sizeBytes)})`;
