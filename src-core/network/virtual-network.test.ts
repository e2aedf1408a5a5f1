import { expect, test } from 'vitest';
import { AppError } from '../base/errors.ts';
import { COMPLETE } from '../host/frame-port.ts';
import { PERFECT_LINK } from './network-runner.ts';
import type { CardSpec, NetworkSpec } from './network-runner.ts';
import { FakeCard } from './switch/testing/lab.ts';
import { FakeHostNetwork } from './testing/fake-host-network.ts';
import { VirtualNetwork } from './virtual-network.ts';
import { dissect } from './wire-format/dissection.ts';
import { ethernetFrame, ipFrame } from './wire-format/testing/frames.ts';
import { formatMac } from './gateway/address-text.ts';

const SPEC: NetworkSpec = {
  id: '00112233aabbccdd',
  name: 'default',
  subnet: { address: '10.86.0.0', length: 24 },
  subnet6: { address: 'fd12:3456:789a::', length: 64 },
  internal: false,
  reachesHost: false,
  conditions: PERFECT_LINK,
};

class Lab {
  readonly host = new FakeHostNetwork();
  wakes = 0;
  readonly network = new VirtualNetwork(SPEC, {
    host: this.host,
    wake: () => {
      this.wakes++;
    },
    time: () => 1_700_000_000_000,
    subnets: () => [SPEC.subnet],
  });

  attach(name: string): { card: FakeCard; spec: CardSpec; pull: () => void } {
    const card = new FakeCard(name);
    const plug = this.network.attach(card);
    return { card, spec: card.card, pull: () => plug.dispose() };
  }
}

/** "Who has the gateway's address?" */
function arpRequest({ mac, address }: CardSpec): Uint8Array {
  const bytes = mac.split(':').map((byte) => parseInt(byte, 16));
  const request = [0, 1, 8, 0, 6, 4, 0, 1, ...bytes, ...address.split('.').map(Number), 0, 0, 0, 0, 0, 0, 10, 86, 0, 1];
  return ethernetFrame('ff:ff:ff:ff:ff:ff', mac, 0x0806, Uint8Array.from(request));
}

/** The gateway's MAC, as it says it. */
function askGateway(lab: Lab, card: FakeCard): string | null {
  card.put(arpRequest(card.card));
  lab.network.service();
  const replies = card.received.map(({ bytes }) => dissect(bytes)?.arp).filter((arp) => arp?.operation === 2);
  const reply = replies[replies.length - 1];
  return reply ? formatMac(reply.senderMac) : null;
}

test('a guest asks for the gateway, and has its echo answered', () => {
  const lab = new Lab();
  const { card, spec } = lab.attach('a');
  const to = askGateway(lab, card) ?? '';
  expect(to).toMatch(/^[0-9a-f:]{17}$/);
  const payload = Uint8Array.of(8, 0, 0, 0, 0, 1, 0, 1, 5);
  card.put(
    ipFrame({
      from: spec.mac,
      to,
      source: '10.86.0.97',
      destination: '10.86.0.1',
      protocol: 1,
      payload,
      checksumAt: 2,
    }),
  );
  lab.network.service();
  const reply = card.received.map(({ bytes }) => dissect(bytes)).find((packet) => packet?.icmp?.type === 0);
  expect(reply?.frame.at(-1)).toBe(5);
  expect(lab.network.inspect().addresses).toEqual([{ card: 'a', addresses: ['10.86.0.97'] }]);
});

test('a card that is pulled out is answered no more', () => {
  const lab = new Lab();
  const { card, pull } = lab.attach('a');
  expect(askGateway(lab, card)).not.toBeNull();
  pull();
  card.received.length = 0;
  expect(askGateway(lab, card)).toBeNull();
  expect(lab.network.inspect().addresses).toEqual([]);
});

test('a guest behind the card of another is one of its own: answered, named, and listed until it is gone', () => {
  const lab = new Lab();
  const { card } = lab.attach('node');
  const behind = { key: 'web:0', name: 'web', mac: '52:54:00:00:00:77', address: '10.86.0.119', behind: 'node' };
  const station = lab.network.station(behind);
  card.put(arpRequest(behind));
  lab.network.service();
  const replies = card.received.map(({ bytes }) => dissect(bytes)?.arp).filter((arp) => arp?.operation === 2);
  expect(replies.map((arp) => arp && formatMac(arp.targetMac))).toEqual([behind.mac]);
  expect(lab.network.inspect().addresses).toContainEqual({ card: 'web:0', addresses: ['10.86.0.119'] });
  station.dispose();
  expect(lab.network.inspect().addresses).not.toContainEqual({ card: 'web:0', addresses: ['10.86.0.119'] });
});

test('a guest behind a card is heard through that card only', () => {
  const lab = new Lab();
  const [node, other] = [lab.attach('node:1').card, lab.attach('other:0').card];
  const behind = { key: 'web:0', name: 'web', mac: '52:54:00:00:00:77', address: '10.86.0.119', behind: 'node' };
  lab.network.station(behind);
  for (const card of [other, node]) {
    card.put(arpRequest(behind));
    lab.network.service();
    expect(lab.network.inspect().addresses.find(({ card: key }) => key === 'web:0')?.addresses).toHaveLength(
      card === node ? 1 : 0,
    );
  }
  expect(other.droppedFrames).toBe(1);
});

test('conditions that change hold at once for cards that are there, and for those that come', () => {
  const lab = new Lab();
  const { card } = lab.attach('a');
  lab.network.change({ conditions: { ...PERFECT_LINK, loss: 1 } });
  const { card: other } = lab.attach('b');
  expect([askGateway(lab, card), askGateway(lab, other)]).toEqual([null, null]);
  lab.network.change({ conditions: PERFECT_LINK });
  expect([askGateway(lab, card), askGateway(lab, other)]).not.toContain(null);
});

test('a capture sees question and answer in this order until it is stopped', () => {
  const lab = new Lab();
  const { card } = lab.attach('a');
  let text = '';
  const take = (bytes: Uint8Array): boolean => {
    text += new TextDecoder().decode(bytes);
    return true;
  };
  const capture = lab.network.capture({ form: 'summaries', filter: 'arp', take });
  askGateway(lab, card);
  const lines = text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { from: string; info: string });
  expect(lines.map(({ from }) => from)).toEqual(['a', '']);
  expect(capture.stop()).toEqual({ packets: 2, droppedPackets: 0 });
  askGateway(lab, card);
  expect(text.split('\n')).toHaveLength(3);
});

test('a filter with a mistake is refused, and captures nothing', () => {
  const lab = new Lab();
  expect(() => lab.network.capture({ form: 'pcap', filter: 'tcp prot', take: () => true })).toThrow(AppError);
  const { card } = lab.attach('a');
  expect(askGateway(lab, card)).not.toBeNull();
});

test('nothing goes on in a network that was closed', () => {
  const lab = new Lab();
  const { card } = lab.attach('a');
  lab.network.dispose();
  card.put(new Uint8Array(60), COMPLETE);
  expect(lab.network.service()).toBe(false);
  expect(card.takenFrames).toBe(0);
});
