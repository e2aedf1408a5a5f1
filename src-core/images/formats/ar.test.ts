import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arOf } from '../testing/package-files.ts';
import { chunked, damaged, drain, failureOf, FUZZ } from '../testing/hostile.ts';
import { readAr } from './ar.ts';
import { collect } from './byte-source.ts';

const archive = arOf([
  ['debian-binary', Buffer.from('2.0\n')],
  ['odd', Buffer.from('abc')],
  ['slash/', Buffer.from('end')],
]);

test('gives the members of an archive in their order, however it is cut into chunks', async () => {
  for (const size of [1, 7, 60, 10_000]) {
    const members: string[] = [];
    for await (const { name, sizeBytes, content } of readAr(chunked(archive, size), 'a')) {
      members.push(`${name}:${sizeBytes}:${new TextDecoder().decode(await collect(content, 10, 'a'))}`);
    }
    expect(members).toEqual(['debian-binary:4:2.0\n', 'odd:3:abc', 'slash:3:end']);
  }
});

test('skips what of a member nobody read', async () => {
  const names: string[] = [];
  for await (const { name } of readAr(chunked(archive, 5), 'a')) names.push(name);
  expect(names).toEqual(['debian-binary', 'odd', 'slash']);
});

test('refuses what is no archive, and one that ends early', async () => {
  expect(await failureOf(() => drain(readAr(chunked(Buffer.from('!<arch!>'), 4), 'a')))).toBe('corrupt');
  expect(await failureOf(() => drain(readAr(chunked(archive.subarray(0, 100), 9), 'a')))).toBe('corrupt');
  const negative = Buffer.from(archive).fill('-4 ', 56, 59);
  expect(await failureOf(() => drain(readAr(chunked(negative, 50), 'a')))).toBe('corrupt');
});

test('lets go of its source when its reader stops', async () => {
  let isClosed = false;
  async function* source(): AsyncGenerator<Uint8Array, void, void> {
    try {
      yield* chunked(archive, 10);
    } finally {
      isClosed = true;
    }
  }
  for await (const member of readAr(source(), 'a')) if (member.name === 'odd') break;
  expect(isClosed).toBe(true);
});

test('ends every damaged archive with nothing worse than "corrupt"', async () => {
  const property = fc.asyncProperty(damaged(archive), fc.integer({ min: 1, max: 99 }), async (bytes, size) => {
    expect(['none', 'corrupt']).toContain(await failureOf(() => drain(readAr(chunked(bytes, size), 'a'))));
  });
  await fc.assert(property, FUZZ);
});
