import type { ClientStream } from '../../../src-core/contract/define.ts';
import { tarEnd, tarHeader, tarPadding } from '../../../src-core/images/formats/tar-writer.ts';
import { ByteArrival } from '../byte-arrival.ts';
import type { CopyEntry, CopySum } from '../commands/copy-entry.ts';

type Stream = ClientStream<unknown, never, unknown>;

/** What comes on channel 0, until the stream ends. */
export function arrivingBytes(stream: Stream): AsyncGenerator<Uint8Array, void, void> {
  const arrival = new ByteArrival();
  stream.onData((bytes, _channel, done) => arrival.push(bytes, done));
  const end = (): void => arrival.end();
  stream.result.then(end, end);
  return arrival.chunks();
}

/** Sends entries as a tar archive on channel 0. @param root what the root of the entries is called; '' for none */
export async function sendArchive(stream: Stream, root: string, entries: AsyncIterable<CopyEntry>): Promise<CopySum> {
  const sum: CopySum = { files: 0, bytes: 0, leftOut: [] };
  const below = (path: string): string => [root, path].filter((part) => part !== '').join('/') || '.';
  for await (const entry of entries) {
    if (entry.type === 'special') {
      sum.leftOut.push(entry.path);
      continue;
    }
    const isFile = entry.type === 'file';
    await stream.write(
      tarHeader({
        ...{ path: below(entry.path), type: entry.type, mode: entry.mode, owner: 0, group: 0 },
        modifiedAt: Math.max(0, Math.floor(entry.modifiedAt)),
        sizeBytes: isFile ? entry.sizeBytes : 0,
        target: entry.type === 'hard-link' ? below(entry.target) : entry.target,
      }),
    );
    if (entry.type !== 'directory') sum.files++;
    if (!isFile) continue;
    for await (const bytes of entry.content) await stream.write(bytes);
    const padding = tarPadding(entry.sizeBytes);
    if (padding.length > 0) await stream.write(padding);
    sum.bytes += entry.sizeBytes;
  }
  await stream.write(tarEnd());
  stream.finish();
  return sum;
}
