import { crc32, gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

/** Small archives for tests, written by other means than those that read them where there are any. */

export interface TestEntry {
  readonly path: string;
  readonly content?: Uint8Array | string;
  readonly target?: string;
  readonly directory?: boolean;
}

/** Written by tar-stream. */
export function tarOf(entries: readonly TestEntry[]): Promise<Uint8Array> {
  const archive = pack();
  for (const { path, content, target, directory } of entries) {
    if (target !== undefined) archive.entry({ name: path, type: 'symlink', linkname: target });
    else if (directory === true) archive.entry({ name: path, type: 'directory' });
    else archive.entry({ name: path, mode: 0o755 }, Buffer.from(content ?? ''));
  }
  archive.finalize();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    archive.on('data', (chunk) => chunks.push(chunk as Buffer));
    archive.on('end', () => resolve(Buffer.concat(chunks)));
    archive.on('error', reject);
  });
}

export function arOf(members: readonly (readonly [name: string, content: Uint8Array])[]): Uint8Array {
  const pieces = [Buffer.from('!<arch>\n')];
  for (const [name, content] of members) {
    const header = `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}`;
    pieces.push(Buffer.from(`${header}${String(content.length).padEnd(10)}\`\n`), Buffer.from(content));
    if (content.length % 2 === 1) pieces.push(Buffer.from('\n'));
  }
  return Buffer.concat(pieces);
}

/** A binary package whose data archive is packed as its name says. */
export async function debOf(
  entries: readonly TestEntry[],
  packed: (tar: Uint8Array) => readonly [string, Uint8Array] = (tar) => ['data.tar.xz', xzOf(tar)],
  description = 'Package: test\n',
  scripts: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const files = Object.entries({ control: description, ...scripts });
  const control = gzipSync(await tarOf(files.map(([name, content]) => ({ path: `./${name}`, content }))));
  return arOf([['debian-binary', Buffer.from('2.0\n')], ['control.tar.gz', control], packed(await tarOf(entries))]);
}

/** An .xz file whose blocks are stored, not compressed (the .xz file format 1.2; LZMA2 "uncompressed chunk"). */
export function xzOf(content: Uint8Array): Uint8Array {
  const streamHeader = withCrc(Buffer.from([0x00, 0x01]));
  const blockHeader = withCrc(Buffer.from([0x02, 0x00, 0x21, 0x01, 0x10, 0x00, 0x00, 0x00]));
  const data = lzma2Stored(content);
  const check = Buffer.alloc(4);
  check.writeUInt32LE(crc32(content));
  const padding = Buffer.alloc(-data.length & 3);
  const unpadded = blockHeader.length + data.length + check.length;
  const indexBody = Buffer.concat([Buffer.from([0x00, 0x01]), multibyte(unpadded), multibyte(content.length)]);
  const index = withCrc(Buffer.concat([indexBody, Buffer.alloc(-indexBody.length & 3)]));
  const footerBody = Buffer.alloc(6);
  footerBody.writeUInt32LE(index.length / 4 - 1);
  footerBody[5] = 0x01;
  const footerCheck = Buffer.alloc(4);
  footerCheck.writeUInt32LE(crc32(footerBody));
  const magic = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]);
  const footer = Buffer.concat([footerCheck, footerBody, Buffer.from('YZ')]);
  return Buffer.concat([magic, streamHeader, blockHeader, data, padding, check, index, footer]);
}

function lzma2Stored(content: Uint8Array): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < content.length; at += 0x10000) {
    const chunk = content.subarray(at, at + 0x10000);
    pieces.push(
      Buffer.from([at === 0 ? 1 : 2, (chunk.length - 1) >> 8, (chunk.length - 1) & 0xff]),
      Buffer.from(chunk),
    );
  }
  return Buffer.concat([...pieces, Buffer.from([0])]);
}

function multibyte(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 0x80);
  }
}

function withCrc(body: Buffer): Buffer {
  const check = Buffer.alloc(4);
  check.writeUInt32LE(crc32(body));
  return Buffer.concat([body, check]);
}
