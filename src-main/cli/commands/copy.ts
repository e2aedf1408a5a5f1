import type { Command } from 'commander';
import { AppError, asPartOf } from '../../../src-core/base/errors.ts';
import type { CliIo, ServiceConnection } from '../io.ts';
import { printable, printData } from '../output.ts';
import { formatSize } from '../quantities.ts';
import { withService } from '../with-service.ts';
import { checkedEntries, type CopyEntry, type CopySum } from './copy-entry.ts';
import { entriesFromGuest, entriesToGuest } from './copy-guest.ts';
import { entriesFromHost } from './copy-host.ts';
import { checkPlaces, nameOf, parsePlace, placeText, type CopyPlace } from './copy-place.ts';
import { entriesToHost } from './copy-staging.ts';
import { waitForAgent } from './exec.ts';

export function addCopyCommand(vm: Command, io: CliIo): void {
  vm.command('cp')
    .description('copy files and whole directories to, from or between machines')
    .argument('<src>', 'a path of this computer, or NAME:PATH')
    .argument('<dst>', 'likewise; into it, if it is a directory')
    .option('--json', 'print JSON')
    .action((src: string, dst: string, { json }: { json?: boolean }) =>
      withService(io, async (service) => {
        const sum = await copy(io, service, src, dst);
        for (const path of sum.leftOut) {
          io.stderr.write(`Left out, because it is a device, a socket or a pipe: ${printable(path)}\n`);
        }
        printData(
          io,
          json,
          sum,
          ({ files, bytes }) => `Copied ${files} ${files === 1 ? 'file' : 'files'}, ${formatSize(bytes)}`,
        );
      }),
    );
}

async function copy(io: CliIo, service: ServiceConnection, src: string, dst: string): Promise<CopySum> {
  const from = parsePlace(src, io.cwd);
  const to = parsePlace(dst, io.cwd);
  const doing = `copy ${placeText(from)} to ${placeText(to)}`;
  checkPlaces(from, to, doing);
  for (const place of [from, to]) if (place.kind === 'guest') await waitForAgent(io, service, place.machine);
  const interrupt = new AbortController();
  const listeners = (['SIGINT', 'SIGTERM'] as const).map((signal) =>
    io.onSignal(signal, () => {
      interrupt.abort();
      // Ends what runs in the guests; what was half there goes with it, on both sides.
      service.disconnect();
    }),
  );
  try {
    return await asPartOf(doing, write(service, to, nameOf(from, src), read(service, from, doing), doing));
  } catch (error) {
    if (interrupt.signal.aborted)
      throw new AppError({ code: 'cancelled', doing, because: 'it was interrupted', cause: error });
    throw error;
  } finally {
    for (const listener of listeners) listener.dispose();
  }
}

function read(service: ServiceConnection, from: CopyPlace, doing: string): AsyncIterable<CopyEntry> {
  if (from.kind === 'host') return entriesFromHost(from.path, doing);
  return checkedEntries(entriesFromGuest(service, from.machine, from.path, doing), doing);
}

function write(
  service: ServiceConnection,
  to: CopyPlace,
  name: string,
  entries: AsyncIterable<CopyEntry>,
  doing: string,
): Promise<CopySum> {
  return to.kind === 'host'
    ? entriesToHost({ path: to.path, name }, entries, doing)
    : entriesToGuest(service, { machine: to.machine, path: to.path, name }, entries, doing);
}
