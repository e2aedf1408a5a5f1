import { expect, test } from 'vitest';
import { AppError } from '../../base/errors.ts';
import { dissect } from '../wire-format/dissection.ts';
import type { Dissection } from '../wire-format/dissection.ts';
import {
  ethernetFrame,
  ipFrame,
  MAC_A,
  MAC_B,
  numbered,
  tcpPayload,
  udpPayload,
} from '../wire-format/testing/frames.ts';
import { compileFilter } from './filter.ts';

const V4 = { source: '10.86.0.2', destination: '10.86.0.3' };
const V6 = { source: 'fd12::2', destination: 'fd12::3' };
const arp = [0, 1, 8, 0, 6, 4, 0, 1, 0x52, 0x54, 0, 0, 0, 0x0a, 10, 86, 0, 2, 0, 0, 0, 0, 0, 0, 10, 86, 0, 1];
const PACKETS: Readonly<Record<string, Uint8Array>> = {
  web: ipFrame({ ...V4, protocol: 6, payload: tcpPayload({ ports: [49_152, 80] }) }),
  web6: ipFrame({ ...V6, protocol: 6, payload: tcpPayload({ ports: [443, 49_152], data: numbered(900) }) }),
  dns: ipFrame({ ...V4, protocol: 17, payload: udpPayload(5000, 53, numbered(9)) }),
  ping: ipFrame({ source: '10.86.0.9', destination: '9.9.9.9', protocol: 1, payload: numbered(12) }),
  ping6: ipFrame({ ...V6, protocol: 58, payload: numbered(12), from: MAC_B, to: MAC_A }),
  arp: ethernetFrame('ff:ff:ff:ff:ff:ff', MAC_A, 0x0806, Uint8Array.from(arp)),
};

function wantedBy(filter: string): string {
  const test = compileFilter(filter);
  return Object.keys(PACKETS)
    .filter((name) => test(dissect(PACKETS[name] ?? new Uint8Array()) as Dissection))
    .join(' ');
}

test.each([
  ['', 'web web6 dns ping ping6 arp'],
  ['tcp', 'web web6'],
  ['udp', 'dns'],
  ['ip', 'web dns ping'],
  ['ip6', 'web6 ping6'],
  ['icmp', 'ping'],
  ['icmp6', 'ping6'],
  ['arp', 'arp'],
  ['host 10.86.0.2', 'web dns arp'],
  ['10.86.0.2', 'web dns arp'],
  ['src host 10.86.0.3', ''],
  ['dst 10.86.0.3', 'web dns'],
  ['arp host 10.86.0.1', 'arp'],
  ['ip host 10.86.0.2', 'web dns'],
  ['host fd12:0::2', 'web6 ping6'],
  ['net 10.86.0.0/24', 'web dns ping arp'],
  ['net 10.86', 'web dns ping arp'],
  ['src and dst net 10.86.0.0/24', 'web dns arp'],
  ['dst net 9.0.0.0/8', 'ping'],
  ['ip6 net fd12::/16', 'web6 ping6'],
  ['port 80', 'web'],
  ['port http or https', 'web web6'],
  ['tcp dst port 80', 'web'],
  ['udp port 80', ''],
  ['port domain', 'dns'],
  ['portrange 50-60', 'dns'],
  ['src or dst port 443', 'web6'],
  ['ether host 52:54:00:00:00:0A', 'web web6 dns ping ping6 arp'],
  ['ether dst 52:54:00:00:00:0a', 'ping6'],
  ['ether broadcast', 'arp'],
  ['multicast', 'arp'],
  ['greater 900', 'web6'],
  ['less 60', 'web dns ping arp'],
  ['not tcp and not udp', 'ping ping6 arp'],
  ['! ( tcp || udp ) && ! arp', 'ping ping6'],
  // Both bind alike, from the left.
  ['icmp or tcp and port 80', 'web'],
  ['icmp or (tcp and port 80)', 'web ping'],
  ['TCP AND PORT 80', 'web'],
])('"%s" wants: %s', (filter, wanted) => {
  expect(wantedBy(filter)).toBe(wanted);
});

test.each([
  ['tcp port', 8, 'a port is missing at its end'],
  ['tcp prot 80', 4, '"prot" does not belong there'],
  ['prot 80', 0, '"prot" is no word of a filter, and no address'],
  ['port 65536', 5, '"65536" is not a port'],
  ['host 10.86.0', 5, 'no address'],
  ['net 10.86.0.1/24', 4, 'is not a network'],
  ['net 10.86.0.0/33', 4, 'is not a network'],
  ['portrange 80', 10, 'range of ports'],
  ['(tcp or udp', 11, 'a parenthesis is not closed'],
  ['tcp)', 3, '")" does not belong there'],
  ['tcp and', 7, 'missing'],
  ['not', 3, 'missing'],
  ['ether host 10.86.0.2', 11, 'card address'],
  ['tcp & udp', 4, 'does not belong there'],
  ['less much', 5, 'no number of bytes'],
])('of "%s" the mistake at %i is told', (filter, at, because) => {
  const told = (() => {
    try {
      compileFilter(filter);
      return null;
    } catch (error) {
      return error;
    }
  })();
  expect(told).toBeInstanceOf(AppError);
  expect(told).toMatchObject({ code: 'invalid-input', data: { at } });
  expect((told as AppError).because).toContain(because);
  expect((told as AppError).because).toContain(`character ${at + 1}`);
});
