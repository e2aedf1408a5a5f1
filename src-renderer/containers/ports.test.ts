import { expect, test } from 'vitest';
import type { ForwardView } from '../../src-core/contract/networks.ts';
import { proposedHostPort, publishedText, takenPorts } from './ports.ts';

const forward: ForwardView = {
  protocol: 'tcp',
  address: '127.0.0.1',
  port: 8080,
  guestPort: 80,
  state: 'active',
  failure: null,
};

test('a port that needs no privilege is proposed as it is, a low one 8000 higher', () => {
  expect(proposedHostPort(5432, new Set())).toBe(5432);
  expect(proposedHostPort(80, new Set())).toBe(8080);
});

test('what another guest holds or wants is passed over', () => {
  const taken = takenPorts(null, [{ ports: [forward] }, { forwards: [{ ...forward, port: 8081 }] }]);
  expect(proposedHostPort(80, taken)).toBe(8082);
});

test('the address stands before the port only where others reach it', () => {
  expect(publishedText(forward)).toBe('8080 → 80');
  expect(publishedText({ ...forward, address: '0.0.0.0', protocol: 'udp' })).toBe('0.0.0.0:8080 → 80/udp');
});
