import { AppError } from '../../../src-core/base/errors.ts';
import { EXEC_CHANNEL } from '../../../src-core/contract/machines.ts';
import { readTar, type TarEntry } from '../../../src-core/images/formats/tar.ts';
import { tarEnd, tarHeader, tarPadding, type TarItem } from '../../../src-core/images/formats/tar-writer.ts';
import { ByteArrival } from '../byte-arrival.ts';
import type { ServiceConnection } from '../io.ts';
import type { CopyEntry, CopySum } from './copy-entry.ts';
import { COMPLETE, RECEIVE, SEND, STAGED } from './copy-scripts.ts';

type GuestStream = Awaited<ReturnType<ServiceConnection['machines']['exec']>>;

/** Of what the guest says when it cannot. */
const MAX_SAID_CHARACTERS = 2000;
/** No file has them; hostile input might try. */
const WRITABLE = 0o200;

/** What a machine has at a path, as it comes. Whoever takes it must go on to the end, or end it by return. */
export async function* entriesFromGuest(
  service: ServiceConnection,
  machine: string,
  path: string,
  doing: string,
): AsyncGenerator<CopyEntry, void, void> {
  const stream = await service.machines.exec({ machine, command: ['sh', '-c', SEND, 'inn-vm-cp', path] });
  stream.finish(EXEC_CHANNEL.stdin);
  const output = new GuestOutput(stream);
  try {
    let root: string | undefined;
    for await (const entry of output.explained(doing, readTar(output.chunks(), 'what the guest sends'))) {
      // Of a directory "." is sent, of all else the file itself.
      root ??= entry.path;
      yield { ...entryOf(entry, root), content: output.explained(doing, entry.content) };
    }
    await output.ended(doing);
  } finally {
    stream.close();
  }
}

const TYPES: Readonly<Record<TarEntry['type'], CopyEntry['type']>> = {
  file: 'file',
  directory: 'directory',
  symlink: 'symlink',
  'hard-link': 'hard-link',
  other: 'special',
};

export function entryOf(entry: TarEntry, root: string): Omit<CopyEntry, 'content'> {
  const { mode, modifiedAt, sizeBytes } = entry;
  const type = TYPES[entry.type];
  const strip = (path: string): string => (root !== '' && path === root ? '' : path);
  const target = type === 'hard-link' ? strip(entry.target.replace(/^(?:\.\/+)+/, '')) : entry.target;
  return { path: strip(entry.path), type, mode, modifiedAt, sizeBytes, target };
}

/** Both outputs of a program in a guest. */
class GuestOutput {
  readonly #stream: GuestStream;
  readonly #arrival = new ByteArrival();
  #said = '';

  constructor(stream: GuestStream) {
    this.#stream = stream;
    stream.onData((bytes, channel, done) => {
      if (channel === EXEC_CHANNEL.stdout) {
        this.#arrival.push(bytes, done);
        return;
      }
      if (this.#said.length < MAX_SAID_CHARACTERS) this.#said += new TextDecoder().decode(bytes);
      done();
    });
    const over = (): void => this.#arrival.end();
    stream.result.then(over, over);
  }

  /** Standard output. */
  chunks(): AsyncGenerator<Uint8Array, void, void> {
    return this.#arrival.chunks();
  }

  /** What is read of it; where that is damaged, the program mostly has said itself what went wrong. */
  async *explained<T>(doing: string, read: AsyncIterable<T>): AsyncGenerator<T, void, void> {
    try {
      yield* read;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'corrupt') throw error;
      await this.ended(doing);
      throw new AppError({ code: 'guest-failed', doing, because: error.because, cause: error });
    }
  }

  /** Waits for its end. @throws AppError when it failed */
  async ended(doing: string): Promise<void> {
    for await (const _ of this.chunks()) continue;
    const { exitStatus } = await this.#stream.result;
    if (exitStatus === 0) return;
    const said = this.#said.trim().split('\n').at(-1);
    const because = said ? `the guest says: ${said}` : `the guest's program ended with status ${exitStatus}`;
    throw new AppError({ code: 'guest-failed', doing, because });
  }
}

/** Writes entries to a machine. @param name under which it arrives in a directory that is there; '' for none */
export async function entriesToGuest(
  service: ServiceConnection,
  to: { readonly machine: string; readonly path: string; readonly name: string },
  entries: AsyncIterable<CopyEntry>,
  doing: string,
): Promise<CopySum> {
  const sum: CopySum = { files: 0, bytes: 0, leftOut: [] };
  let sending: Sending | undefined;
  try {
    for await (const entry of entries) {
      sending ??= await Sending.open(service, to, entry.type, doing);
      await sending.send(entry, sum);
    }
    await sending?.finish(doing);
    return sum;
  } finally {
    sending?.close();
  }
}

class Sending {
  readonly #stream: GuestStream;
  readonly #output: GuestOutput;
  readonly #directories: TarItem[] = [];
  /** Those that hold symbolic links. */
  readonly #linked = new Set<string>();
  #over = false;

  private constructor(stream: GuestStream) {
    this.#stream = stream;
    this.#output = new GuestOutput(stream);
    const over = (): void => void (this.#over = true);
    stream.result.then(over, over);
  }

  static async open(
    service: ServiceConnection,
    { machine, path, name }: { readonly machine: string; readonly path: string; readonly name: string },
    type: CopyEntry['type'],
    doing: string,
  ): Promise<Sending> {
    if (type === 'special') {
      throw new AppError({ code: 'not-supported', doing, because: 'it is a device, a socket or a pipe' });
    }
    const command = ['sh', '-c', RECEIVE, 'inn-vm-cp', path, name, type];
    return new Sending(await service.machines.exec({ machine, command }));
  }

  async send(entry: CopyEntry, sum: CopySum): Promise<void> {
    if (entry.type === 'special') {
      sum.leftOut.push(entry.path);
      return;
    }
    const item = itemOf(entry, entry.type);
    if (item.type === 'directory') this.#directories.push(item);
    if (item.type === 'symlink') this.#linked.add(item.path.slice(0, item.path.lastIndexOf('/')));
    await this.#write(tarHeader(item.type === 'directory' ? { ...item, mode: item.mode | WRITABLE } : item));
    if (item.type !== 'directory') sum.files++;
    if (item.type !== 'file') return;
    for await (const bytes of entry.content) await this.#write(bytes);
    await this.#write(tarPadding(item.sizeBytes));
    sum.bytes += item.sizeBytes;
  }

  async finish(doing: string): Promise<void> {
    // Once more, now that they are full: what was put into them has changed their times.
    for (const directory of this.#directories.reverse()) await this.#write(tarHeader(directory));
    const times = new TextEncoder().encode(this.#timesOfLinked());
    const mark = { path: COMPLETE, type: 'file', target: '', sizeBytes: times.length } as const;
    await this.#write(tarHeader({ ...mark, mode: 0o600, owner: 0, group: 0, modifiedAt: 0 }));
    await this.#write(times);
    await this.#write(tarPadding(times.length));
    await this.#write(tarEnd());
    this.#stream.finish(EXEC_CHANNEL.stdin);
    await this.#output.ended(doing);
  }

  close(): void {
    this.#stream.close();
  }

  /** BusyBox makes links last that lead upwards, and so changes the times of their directories once more. */
  #timesOfLinked(): string {
    const linked = this.#directories.filter(({ path }) => this.#linked.has(path) && !path.includes('\n'));
    return linked.map(({ path, modifiedAt }) => `${modifiedAt} ${path}\n`).join('');
  }

  /** A guest that has given up already says why when it is waited for. */
  async #write(bytes: Uint8Array): Promise<void> {
    if (bytes.length > 0 && !this.#over) await this.#stream.write(bytes, EXEC_CHANNEL.stdin);
  }
}

function itemOf({ path, mode, modifiedAt, sizeBytes, target }: CopyEntry, type: TarItem['type']): TarItem {
  const below = (inner: string): string => (inner === '' ? STAGED : `${STAGED}/${inner}`);
  return {
    ...{ path: below(path), type, mode, owner: 0, group: 0 },
    modifiedAt: Math.max(0, Math.floor(modifiedAt)),
    sizeBytes: type === 'file' ? sizeBytes : 0,
    target: type === 'hard-link' ? below(target) : type === 'symlink' ? target : '',
  };
}
