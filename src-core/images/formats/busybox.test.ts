import { expect, test } from 'vitest';
import { busyboxApplets } from './busybox.ts';

const binary = Buffer.from('ELF…variable\0[[\0\0\0\x08[\0[[\0ash\0cat\0init\0sh\0uname\0\0[\0[[\0ash\0', 'latin1');

test('finds the table of applets among other bytes that look like it', () => {
  expect(busyboxApplets(binary, 'busybox')).toEqual(['[', '[[', 'ash', 'cat', 'init', 'sh', 'uname']);
});

test('refuses a binary without one', () => {
  expect(() => busyboxApplets(Buffer.from('nothing here'), 'busybox')).toThrow('it has no table of applets');
  expect(() => busyboxApplets(Buffer.from('[\0[[\0sh\0init\0\0'), 'busybox')).toThrow('it has no table of applets');
});
