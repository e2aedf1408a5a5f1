import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FUZZ } from '../testing/hostile.ts';
import { compareVersions, satisfies } from './version.ts';

/** From the policy's text and from dpkg's own tests. */
const ASCENDING = [
  '1.0~beta1~svn1245',
  '1.0~beta1',
  '1.0',
  '1.0-1',
  '1.0-1+b2',
  '1.0-2',
  '1.0a-1',
  '1.0+dfsg-1',
  '1.2',
  '1.10',
  '1.18.36',
  '1.18.36:5.4'.replace(':', '+'),
  '2.41-12+deb13u4',
  '6.12.94-1',
  '6.12.107-1',
  '10',
  '1:0',
  '1:1.37.0-6+b9',
  '2:0',
];

test('orders versions as the policy says', () => {
  for (const [index, version] of ASCENDING.entries()) {
    for (const [other, later] of ASCENDING.entries()) {
      expect([version, later, Math.sign(compareVersions(version, later))]).toEqual([
        version,
        later,
        Math.sign(index - other),
      ]);
    }
  }
});

test('takes leading zeros and an absent epoch or revision for nothing', () => {
  for (const [a, b] of [
    ['1.001', '1.1'],
    ['0:1', '1'],
    ['1-0', '1'],
    ['1.', '1.0'],
  ] as const) {
    expect(compareVersions(a, b)).toBe(0);
  }
});

test('answers the five relations', () => {
  expect(['<<', '<=', '=', '>=', '>>'].map((relation) => satisfies('2.41', relation as '=', '2.38'))).toEqual([
    false,
    false,
    false,
    true,
    true,
  ]);
});

test('is an order for any texts', () => {
  const version = fc.stringMatching(/^[0-9a-z.+~-]{0,8}$/);
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) + 0);
      if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0)
        expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
    }),
    FUZZ,
  );
});
