import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { Echoes, pingCommand } from './echo.ts';

const hasPing = spawnSync('ping', ['-V']).error === undefined;

test.skipIf(!hasPing)('this computer answers, and everybody at once does not', async () => {
  const echoes = new Echoes(() => undefined);
  expect(await echoes.echo('127.0.0.1', 56, 2_000)).toBe(true);
  expect(await echoes.echo('::1', 1_400, 2_000)).toBe(true);
  expect(await echoes.echo('255.255.255.255', 56, 300)).toBe(false);
  expect(await echoes.echo('127.0.0.1', 70_000, 300)).toBe(false);
});

test.skipIf(!hasPing)('only so many go on at once', async () => {
  const echoes = new Echoes(() => undefined);
  const answered = await Promise.all(Array.from({ length: 40 }, () => echoes.echo('127.0.0.1', 8, 5_000)));
  expect(answered.filter((was) => was)).toHaveLength(16);
  expect(await echoes.echo('127.0.0.1', 8, 5_000)).toBe(true);
});

test('each system is asked in its own words, for a literal address alone', () => {
  expect(pingCommand('linux', '192.0.2.1', 56, 1_500)).toMatchObject({
    program: 'ping',
    args: ['-n', '-q', '-c', '1', '-s', '56', '-W', '2', '192.0.2.1'],
  });
  expect(pingCommand('darwin', '192.0.2.1', 56, 1_500).args).toEqual([
    '-n',
    '-q',
    '-c',
    '1',
    '-s',
    '56',
    '-W',
    '1500',
    '192.0.2.1',
  ]);
  expect(pingCommand('darwin', '2001:db8::1', 56, 1_500).program).toBe('ping6');
  expect(pingCommand('win32', '192.0.2.1', 56, 1_500)).toMatchObject({
    args: ['-4', '-n', '1', '-l', '56', '-w', '1500', '192.0.2.1'],
    proof: 'TTL=',
  });
  for (const wrong of ['-f', 'localhost', '192.0.2.1 -f', 'fe80::1%eth0', ''])
    expect(() => pingCommand('linux', wrong, 56, 1)).toThrow(/is not an address/);
});
