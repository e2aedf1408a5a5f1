import { open, type FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../../src-core/base/errors.ts';
import type { PacketSummary } from '../../../src-core/contract/networks.ts';
import type { CliIo, ServiceConnection } from '../io.ts';
import { printable, printData } from '../output.ts';
import { parseDuration } from '../quantities.ts';
import { withService } from '../with-service.ts';

interface Options {
  for?: number;
  filter?: string;
  vm?: string;
  json?: boolean;
}

type Stream = Awaited<ReturnType<ServiceConnection['networks']['capture']>>;
type Captured = Awaited<Stream['result']>;
type Taking = (bytes: Uint8Array) => Promise<void>;

const STANDARD_OUTPUT = '-';
/** A service that is gone does not end it. */
const LAST_WORD_MS = 5000;

/** `inn net capture NAME FILE.pcap` and `inn net packets NAME` */
export function addCaptureCommands(net: Command, io: CliIo): void {
  const common = (command: Command): Command =>
    command
      .option('--for <duration>', 'how long, such as 10s; until Ctrl-C without it', parseDuration)
      .option('--filter <expression>', 'only some, such as "tcp and port 80", "host 10.86.0.2", "not arp"')
      .option('--vm <machine>', 'only what this machine sends and receives')
      .option('--json', 'print JSON');
  common(
    net
      .command('capture')
      .description('write the packets of a network into a new pcap file, from now on')
      .argument('<name>')
      .argument('<file>', 'a file that Wireshark and tcpdump read; "-" for standard output'),
  ).action((network: string, file: string, options: Options) => capture(io, network, file, options));
  common(
    net
      .command('packets')
      .description('list the packets of a network as they pass; --json prints one JSON document for each')
      .argument('<name>'),
  ).action((network: string, options: Options) => packets(io, network, options));
}

function capture(io: CliIo, network: string, file: string, options: Options): Promise<void> {
  return withService(io, async (service) => {
    const stream = await service.networks.capture(requestOf(network, options));
    const path = resolve(io.cwd, file);
    const target = file === STANDARD_OUTPUT ? null : await newFile(path, stream);
    const take: Taking = target
      ? (bytes) =>
          target.writeFile(bytes).catch((error: unknown) => {
            throw fileFailure(path, error);
          })
      : (bytes) => written(io, bytes);
    if (target) io.stderr.write(`Capturing ${untilText(options)}\n`);
    const captured = await followed(io, stream, options, take).finally(() => target?.close());
    if (target) printData(io, options.json, { ...captured, file: path }, () => doneText(captured, file));
  });
}

function packets(io: CliIo, network: string, options: Options): Promise<void> {
  return withService(io, async (service) => {
    const stream = await service.networks.packets(requestOf(network, options));
    const lines = new Lines();
    await followed(io, stream, options, async (bytes) => {
      const shown = lines.take(bytes).map((line) => `${options.json ? line : packetText(line)}\n`);
      if (shown.length > 0) await written(io, shown.join(''));
    });
  });
}

function requestOf(network: string, { filter, vm }: Options) {
  return { network, ...(filter === undefined ? {} : { filter }), ...(vm === undefined ? {} : { machine: vm }) };
}

async function newFile(path: string, stream: Stream): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    stream.close();
    stream.result.catch(() => undefined);
    throw fileFailure(path, error);
  }
}

const FILE_FAILURES: Readonly<Record<string, AppError['code']>> = {
  EEXIST: 'already-exists',
  ENOENT: 'not-found',
  EACCES: 'denied',
  ENOSPC: 'disk-full',
};

function fileFailure(path: string, error: unknown): AppError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const exists = code === 'EEXIST';
  return new AppError({
    code: FILE_FAILURES[code] ?? 'internal',
    doing: `write ${path}`,
    because: exists ? 'there is a file already' : message,
    ...(exists ? { hint: 'Give another name, or remove it.' } : {}),
  });
}

/** Takes what comes until the time is over, a signal or the end. Credit goes back once it was taken. */
async function followed(io: CliIo, stream: Stream, options: Options, take: Taking): Promise<Captured> {
  let last: ReturnType<typeof setTimeout> | undefined;
  const end = (): void => {
    stream.finish(0);
    last ??= setTimeout(() => stream.close(), LAST_WORD_MS);
  };
  let failure: unknown;
  let taken = Promise.resolve();
  stream.onData((bytes, _, done) => {
    taken = taken
      .then(() => take(bytes))
      .catch((error: unknown) => {
        // Nobody reads our output any more ("| head"), or the disk is full.
        failure ??= error;
        stream.close();
      })
      .then(done);
  });
  const timer = options.for === undefined ? undefined : setTimeout(end, options.for);
  const held = [io.onSignal('SIGINT', end), io.onSignal('SIGTERM', end)];
  try {
    return await stream.result;
  } catch (error) {
    await taken;
    if (failure !== undefined && (failure as NodeJS.ErrnoException).code === 'EPIPE') return NOTHING;
    throw failure ?? error;
  } finally {
    await taken;
    clearTimeout(timer);
    clearTimeout(last);
    for (const each of held) each.dispose();
  }
}

const NOTHING: Captured = { packets: 0, droppedPackets: 0 };

function written(io: CliIo, bytes: Uint8Array | string): Promise<void> {
  return new Promise((resolve_, reject) => io.stdout.write(bytes, (error) => (error ? reject(error) : resolve_())));
}

function untilText(options: Options): string {
  return options.for === undefined ? 'until Ctrl-C' : `for ${options.for / 1000} s`;
}

function doneText({ packets: count, droppedPackets }: Captured, file: string): string {
  const dropped = droppedPackets === 0 ? '' : `; ${droppedPackets} more came too fast`;
  return `Wrote ${count === 1 ? '1 packet' : `${count} packets`} to ${file}${dropped}`;
}

/** "12:31:05.123  10.86.0.2 → 10.86.0.1  DNS  72  query A web.inn" */
function packetText(line: string): string {
  const { at, source, destination, protocol, bytes, info } = JSON.parse(line) as PacketSummary;
  const time = new Date(at).toISOString().slice(11, 23);
  return printable(`${time}  ${source} → ${destination}  ${protocol}  ${bytes}  ${info}`);
}

/** Puts lines together that came in pieces. */
class Lines {
  readonly #decoder = new TextDecoder();
  #rest = '';

  take(bytes: Uint8Array): string[] {
    const parts = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split('\n');
    this.#rest = parts.pop() ?? '';
    return parts;
  }
}
