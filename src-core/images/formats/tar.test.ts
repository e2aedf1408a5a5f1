import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tarOf } from '../testing/package-files.ts';
import { chunked, damaged, drain, failureOf, FUZZ } from '../testing/hostile.ts';
import { collect } from './byte-source.ts';
import { readTar } from './tar.ts';

const longPath = `deep/${'directory-with-a-name/'.repeat(12)}file`;
const written = [
  { path: './usr/', directory: true },
  { path: './usr/bin/busybox', content: 'program'.repeat(200) },
  { path: './usr/bin/sh', target: 'busybox' },
  { path: longPath, content: 'long' },
  { path: 'käse', content: '' },
  { path: 'link', target: `far/${'away/'.repeat(30)}` },
];
const archive = await tarOf(written);

/** A header block by hand, for what no writer would write. */
function block(name: string, flag: string, size: string, extra: (header: Buffer) => void = () => undefined): Buffer {
  const header = Buffer.alloc(512);
  header.write(name);
  header.write('0000644\0', 100);
  header.write(size, 124);
  header.write(flag, 156);
  header.write('ustar\x0000', 257, 'latin1');
  extra(header);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

function padded(text: string): Buffer {
  const bytes = Buffer.alloc(Math.ceil(text.length / 512) * 512);
  bytes.write(text);
  return bytes;
}

test('reads what tar-stream writes: files, links, directories, long and foreign names', async () => {
  for (const size of [1, 500, 513, 100_000]) {
    const entries: string[] = [];
    for await (const entry of readTar(chunked(archive, size), 'a')) {
      const text = new TextDecoder().decode(await collect(entry.content, 10_000, 'a'));
      entries.push([entry.path, entry.type, text.length, entry.target].join(' '));
    }
    expect(entries).toEqual([
      'usr directory 0 ',
      'usr/bin/busybox file 1400 ',
      'usr/bin/sh symlink 0 busybox',
      `${longPath} file 4 `,
      'käse file 0 ',
      `link symlink 0 far/${'away/'.repeat(30)}`,
    ]);
  }
});

test('reads GNU long names and sizes in base 256', async () => {
  const name = 'n'.repeat(300);
  const large = block('short', '0', '', (header) => {
    header.fill(0, 124, 136);
    header[124] = 0x80;
    header[135] = 3;
  });
  const bytes = Buffer.concat([
    block('././@LongLink', 'L', '00000000455\0'),
    padded(`${name}\0`),
    large,
    padded('abc'),
  ]);
  for await (const entry of readTar(chunked(bytes, 400), 'a')) {
    expect([entry.path, entry.sizeBytes]).toEqual([name, 3]);
  }
});

test('takes a file for one whose short name ends with a slash, as Go shortens names that are not ASCII', async () => {
  const pax = '13 path=d/\u00fc\n';
  const bytes = Buffer.concat([
    ...[block('PaxHeaders.0/d', 'x', '15'), padded(pax), block('d/', '0', '3'), padded('yes')],
    ...[block('e/', '0', '0'), Buffer.alloc(1024)],
  ]);
  const found: unknown[] = [];
  for await (const { path, type, content } of readTar(chunked(bytes, 512), 'x'))
    found.push([path, type, Buffer.from(await collect(content, 10, 'x')).toString()]);
  expect(found).toEqual([
    ['d/\u00fc', 'file', 'yes'],
    ['e', 'directory', ''],
  ]);
});

test('passes over entries whose content nobody reads', async () => {
  const paths: string[] = [];
  for await (const entry of readTar(chunked(archive, 300), 'a')) paths.push(entry.path);
  expect(paths).toHaveLength(written.length);
});

test('refuses a wrong checksum, an early end and numbers out of range', async () => {
  const wrongSum = Buffer.from(archive);
  wrongSum[0] = 0x41;
  expect(await failureOf(() => drain(readTar(chunked(wrongSum, 512), 'a')))).toBe('corrupt');
  expect(await failureOf(() => drain(readTar(chunked(archive.subarray(0, 1200), 512), 'a')))).toBe('corrupt');
  for (const size of [
    '8',
    '-1',
    '\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff',
    '\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff',
  ]) {
    const bytes = block('file', '0', '', (header) =>
      header.fill(Buffer.from(size.padEnd(12, '\0'), 'latin1'), 124, 136),
    );
    expect(await failureOf(() => drain(readTar(chunked(bytes, 512), 'a')))).toBe('corrupt');
  }
});

test('does not loop on a pax record whose length is negative, nothing or short', async () => {
  for (const record of ['-7 a=b\n', '0 a=b\n', '3 a=b\n', '999 a=b\n', 'a=b\n', '7 a=b', '6 a=b\n0 a=b\n']) {
    const size = record.length.toString(8).padStart(11, '0');
    const bytes = Buffer.concat([block('pax', 'x', `${size}\0`), padded(record), block('file', '0', '00000000000\0')]);
    expect(await failureOf(() => drain(readTar(chunked(bytes, 512), 'a')))).toBe('corrupt');
  }
});

test.each([
  ['of today', Buffer.concat([block('pax', 'x', '26'), padded('22 GNU.sparse.major=1\n'), block('holes', '0', '0')])],
  ['of old', block('holes', 'S', '0')],
])('refuses files with holes as GNU tar packs them, %s', async (_name, bytes) => {
  expect(await failureOf(() => drain(readTar(chunked(bytes, 512), 'a')))).toBe('not-supported');
});

test('refuses an extension header that would fill memory', async () => {
  const bytes = block('pax', 'x', '77777777777\0');
  expect(await failureOf(() => drain(readTar(chunked(bytes, 512), 'a')))).toBe('corrupt');
});

test('ends every damaged archive with nothing worse than "corrupt"', async () => {
  const property = fc.asyncProperty(damaged(archive), fc.integer({ min: 100, max: 2000 }), async (bytes, size) => {
    expect(['none', 'corrupt']).toContain(await failureOf(() => drain(readTar(chunked(bytes, size), 'a'))));
  });
  await fc.assert(property, FUZZ);
});
