import { expect, test } from 'vitest';
import type { Forward } from '../../src-core/contract/networks.ts';
import { forwardText, forwardUrl, freePortOf, readPort } from './forwards.ts';

const forward = (change: Partial<Forward> = {}): Forward => ({
  protocol: 'tcp',
  address: '127.0.0.1',
  port: 8080,
  guestPort: 80,
  ...change,
});

test('a browser finds what is forwarded on the loopback, also where everybody can reach it', () => {
  expect(forwardUrl(forward())).toBe('http://127.0.0.1:8080/');
  expect(forwardUrl(forward({ address: '0.0.0.0' }))).toBe('http://127.0.0.1:8080/');
  expect(forwardUrl(forward({ address: '::1' }))).toBe('http://[::1]:8080/');
  expect(forwardUrl(forward({ protocol: 'udp' }))).toBeNull();
  expect(forwardUrl(forward({ address: '192.168.1.4' }))).toBeNull();
});

test('the next free port is proposed only where the wanted one is taken', () => {
  const failure = { doing: 'forward', because: 'taken', data: { free: 8081 } };
  expect(freePortOf({ ...failure, code: 'already-exists' })).toBe(8081);
  expect(freePortOf({ ...failure, code: 'denied' })).toBeNull();
  expect(freePortOf({ ...failure, code: 'already-exists', data: { free: 'javascript:' } })).toBeNull();
  expect(freePortOf(null)).toBeNull();
});

test('a port is a whole number from 1 to 65535', () => {
  expect(['1', ' 8080 ', '65535'].map(readPort)).toEqual([1, 8080, 65_535]);
  expect(['0', '65536', '80a', '', '1.5', '-1'].map(readPort)).toEqual([null, null, null, null, null, null]);
});

test('addresses of version 6 are told apart from their port', () => {
  expect(forwardText(forward({ address: '::1' }))).toBe('[::1]:8080 → 80/tcp');
});
