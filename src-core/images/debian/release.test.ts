import { expect, test } from 'vitest';
import { checkRelease, parseRelease } from './release.ts';

const HASH = 'a'.repeat(64);
const TEXT = `Origin: Debian
Codename: trixie
Version: 13.7
Date: Sat, 12 Sep 2026 07:55:41 UTC
Valid-Until: Sat, 19 Sep 2026 07:55:41 UTC
Acquire-By-Hash: yes
MD5Sum:
 0123 5 main/binary-riscv64/Packages
SHA256:
 ${HASH}   164344 main/binary-riscv64/Packages
 ${HASH.replaceAll('a', 'b')}       12 main/binary-riscv64/Packages.xz
`;
const DAY = 24 * 3600 * 1000;
const BOTH = { date: true, validUntil: true };

test('reads what a release says of itself and of its files', () => {
  const release = parseRelease(TEXT, 'r');
  expect({ ...release, files: [...release.files] }).toEqual({
    codename: 'trixie',
    version: '13.7',
    date: Date.UTC(2026, 8, 12, 7, 55, 41),
    validUntil: Date.UTC(2026, 8, 19, 7, 55, 41),
    acquireByHash: true,
    files: [
      ['main/binary-riscv64/Packages', { sha256: HASH, sizeBytes: 164344 }],
      ['main/binary-riscv64/Packages.xz', { sha256: 'b'.repeat(64), sizeBytes: 12 }],
    ],
  });
});

test('refuses texts that cannot be understood', () => {
  for (const text of [
    '',
    TEXT.replace('2026 07', 'soon 07'),
    TEXT.replace('Valid-Until: Sat', 'Valid-Until: once'),
    TEXT.replace(HASH, 'abc'),
    'Codename: trixie\nDate: Sat, 12 Sep 2026 07:55:41 UTC',
  ]) {
    expect(() => parseRelease(text, 'the release')).toThrow('the release is damaged');
  }
});

test('accepts the right suite within its time, and nothing else', () => {
  const release = parseRelease(TEXT, 'r');
  const check =
    (suite: string, now: number, checks = BOTH) =>
    () =>
      checkRelease(release, suite, now, checks, 'the release');
  expect(check('trixie', release.date + DAY)).not.toThrow();
  expect(check('bookworm', release.date)).toThrow('it is of "trixie", not of "bookworm"');
  expect(check('trixie', release.date + 8 * DAY)).toThrow('it was valid until 2026-09-19 07:55 only');
  expect(check('trixie', release.date - 2 * DAY)).toThrow('in the future');
});

test('leaves out the checks that apt is configured to leave out', () => {
  const release = parseRelease(TEXT, 'r');
  expect(() =>
    checkRelease(release, 'trixie', release.date - 2 * DAY, { date: false, validUntil: true }, 'r'),
  ).not.toThrow();
  expect(() =>
    checkRelease(release, 'trixie', release.date + 8 * DAY, { date: true, validUntil: false }, 'r'),
  ).not.toThrow();
});
