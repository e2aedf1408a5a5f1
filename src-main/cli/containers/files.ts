import { posix } from 'node:path';
import type { Command } from 'commander';
import { AppError, asPartOf } from '../../../src-core/base/errors.ts';
import { readTar } from '../../../src-core/images/formats/tar.ts';
import { checkedEntries, type CopySum } from '../commands/copy-entry.ts';
import { entriesFromHost } from '../commands/copy-host.ts';
import { entriesToHost } from '../commands/copy-staging.ts';
import { nameOf } from '../commands/copy-place.ts';
import { entryOf } from '../commands/copy-guest.ts';
import type { CliIo, ServiceConnection } from '../io.ts';
import { printable, printData } from '../output.ts';
import { formatSize } from '../quantities.ts';
import { followToEnd } from '../task-follow.ts';
import { withService } from '../with-service.ts';
import { arrivingBytes, sendArchive } from './archive-stream.ts';
import { parseContainerPlace, type ContainerPlace } from './container-place.ts';

/** `inn ctr cp | diff | commit` */
export function addFileCommands(ctr: Command, io: CliIo): void {
  ctr
    .command('cp')
    .description('copy files and whole directories to or from a container, running or not')
    .argument('<src>', 'a path of this computer, or NAME:PATH')
    .argument('<dst>', 'likewise; into it, if it is a directory')
    .option('--json', 'print JSON')
    .action((src: string, dst: string, { json }: { json?: boolean }) =>
      withService(io, async (service) => {
        const sum = await copy(io, service, src, dst);
        for (const path of sum.leftOut) {
          io.stderr.write(`Left out, because it is a device, a socket or a pipe: ${printable(path)}\n`);
        }
        const { files } = sum;
        printData(
          io,
          json,
          sum,
          ({ bytes }) => `Copied ${files} ${files === 1 ? 'file' : 'files'}, ${formatSize(bytes)}`,
        );
      }),
    );
  ctr
    .command('diff')
    .description('list what a container has changed of its image')
    .argument('<name>')
    .option('--json', 'print JSON')
    .action((container: string, { json }: { json?: boolean }) =>
      withService(io, async ({ containers }) =>
        printData(io, json, await containers.diff({ container }), (changes) =>
          changes.map(({ kind, path }) => `${LETTERS[kind]} ${printable(path)}`).join('\n'),
        ),
      ),
    );
  ctr
    .command('commit')
    .description('make an image of a container as it is now')
    .argument('<name>')
    .argument('<image>')
    .option('-m, --message <text>', 'for its history', '')
    .option('-a, --author <name>', 'who made it', '')
    .action((container: string, image: string, { message, author }: { message: string; author: string }) =>
      followToEnd(io, `make an image of container ${container}`, {
        start: ({ containers }) => containers.commit({ container, image, message, author }),
        after: () => void io.stdout.write(`Made image ${image} of container ${container}\n`),
      }),
    );
}

const LETTERS = { added: 'A', changed: 'C', removed: 'D' } as const;

async function copy(io: CliIo, service: ServiceConnection, src: string, dst: string): Promise<CopySum> {
  const from = parseContainerPlace(src, io.cwd);
  const to = parseContainerPlace(dst, io.cwd);
  const doing = `copy ${src} to ${dst}`;
  if (from.kind === 'guest' && to.kind === 'host') return asPartOf(doing, fromContainer(service, from, to.path, doing));
  if (from.kind === 'host' && to.kind === 'guest')
    return asPartOf(doing, toContainer(service, from.path, src, to, doing));
  const because = from.kind === 'host' ? 'both are on this computer' : 'both are in containers';
  const hint = 'One of them must be NAME:PATH, the other a path of this computer.';
  throw new AppError({ code: 'invalid-input', doing, because, hint });
}

async function fromContainer(
  { containers }: ServiceConnection,
  { container, path }: Extract<ContainerPlace, { kind: 'guest' }>,
  target: string,
  doing: string,
): Promise<CopySum> {
  const stream = await containers.readFiles({ container, path });
  try {
    const { name } = stream.opened;
    const bytes = arrivingBytes(stream);
    const entries = (async function* () {
      let root: string | undefined;
      for await (const entry of readTar(bytes, 'what the container sends')) {
        root ??= entry.path;
        yield { ...entryOf(entry, root), content: entry.content };
      }
      await stream.result;
    })();
    return await entriesToHost({ path: target, name }, checkedEntries(entries, doing), doing);
  } finally {
    stream.close();
  }
}

async function toContainer(
  service: ServiceConnection,
  source: string,
  typed: string,
  { container, path }: Extract<ContainerPlace, { kind: 'guest' }>,
  doing: string,
): Promise<CopySum> {
  const isDirectory = path.endsWith('/') || (await isDirectoryThere(service, container, path));
  const directory = isDirectory ? path : posix.dirname(path);
  const name = isDirectory ? nameOf({ kind: 'host', path: source }, typed) : posix.basename(path);
  const stream = await service.containers.writeFiles({ container, directory });
  try {
    const sum = await sendArchive(stream, name, entriesFromHost(source, doing));
    await stream.result;
    return sum;
  } finally {
    stream.close();
  }
}

async function isDirectoryThere({ containers }: ServiceConnection, container: string, path: string): Promise<boolean> {
  try {
    const stream = await containers.readFiles({ container, path });
    stream.result.catch(() => undefined);
    stream.close();
    return stream.opened.kind === 'directory';
  } catch (error) {
    if (error instanceof AppError && error.code === 'not-found') return false;
    throw error;
  }
}
