import { expect, it } from 'vitest';
import { BuildLog } from './build-log.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function all(log: BuildLog): Promise<string> {
  let text = '';
  for await (const piece of log.read()) text += new TextDecoder().decode(piece);
  return text;
}

it('is read whole, by those who come early and late', async () => {
  const log = new BuildLog();
  const early = all(log);
  log.write(bytes('one '));
  await Promise.resolve();
  log.write(bytes('two'));
  log.end();
  expect(await early).toBe('one two');
  expect(await all(log)).toBe('one two');
});

it('keeps the end of what is too long', async () => {
  const log = new BuildLog();
  const early = log.read();
  log.write(bytes('first'));
  expect((await early.next()).value).toEqual(bytes('first'));
  for (let piece = 0; piece < 20; piece++) log.write(new Uint8Array(1024 * 1024).fill(piece));
  log.end();
  expect((await early.next()).value?.[0]).toBe(12);
});
