import { expect, test } from 'vitest';
import { writeCpio, type CpioNode } from './cpio.ts';

/** A reader of newc, as simple as the format (Linux, init/initramfs.c). */
function readCpio(bytes: Uint8Array): { path: string; mode: number; content: string; fields: number[] }[] {
  const entries: ReturnType<typeof readCpio> = [];
  for (let at = 0; ;) {
    const header = Buffer.from(bytes.subarray(at, at + 110)).toString('latin1');
    expect(header.slice(0, 6)).toBe('070701');
    const fields = Array.from({ length: 13 }, (_, index) => parseInt(header.slice(6 + index * 8, 14 + index * 8), 16));
    const nameEnd = at + 110 + fields[11]! - 1;
    const path = Buffer.from(bytes.subarray(at + 110, nameEnd)).toString();
    const start = (nameEnd + 1 + 3) & ~3;
    const content = Buffer.from(bytes.subarray(start, start + fields[6]!)).toString('latin1');
    at = (start + fields[6]! + 3) & ~3;
    if (path === 'TRAILER!!!') {
      expect(at).toBe(bytes.length);
      return entries;
    }
    entries.push({ path, mode: fields[1]!, content, fields });
  }
}

const nodes: [string, CpioNode][] = [
  ['usr/bin/busybox', { kind: 'file', mode: 0o755, content: Buffer.from('abc') }],
  ['dev/console', { kind: 'character-device', mode: 0o600, major: 5, minor: 1 }],
  ['bin', { kind: 'symlink', target: 'usr/bin' }],
  ['tmp', { kind: 'directory', mode: 0o1777 }],
];

test('writes files, links, devices and the directories above them', () => {
  const entries = readCpio(writeCpio(new Map(nodes), 1234));
  expect(entries.map(({ path, mode, content }) => `${path} ${mode.toString(8)} ${content}`)).toEqual([
    'bin 120777 usr/bin',
    'dev 40755 ',
    'dev/console 20600 ',
    'tmp 41777 ',
    'usr 40755 ',
    'usr/bin 40755 ',
    'usr/bin/busybox 100755 abc',
  ]);
  expect(entries.map(({ fields }) => fields[5])).toEqual(entries.map(() => 1234));
  expect(entries[2]?.fields.slice(9, 11)).toEqual([5, 1]);
});

test('gives the same bytes for the same tree, whatever the order in which it was filled', () => {
  const forward = writeCpio(new Map(nodes), 7);
  const backward = writeCpio(new Map([...nodes].reverse()), 7);
  expect(Buffer.compare(forward, backward)).toBe(0);
});

test('takes no path that leads out of the archive or has no name', () => {
  for (const path of ['/etc/passwd', '', 'a//b', 'a/']) {
    expect(() => writeCpio(new Map([[path, nodes[0]![1]]]), 0)).toThrow('path of an archive');
  }
});
