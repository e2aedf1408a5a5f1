import { beforeEach, describe, expect, it } from 'vitest';
import { joinBytes } from '../../../base/join-bytes.ts';
import { HOSTILE_OPERATIONS, seededRandom } from '../../../machine/devices/testing/random.ts';
import type { Endpoint, HostTcp, TcpEvents } from '../../host-network.ts';
import { FakeHostNetwork, FakeTcp } from '../../testing/fake-host-network.ts';
import type { Reach } from '../guest-link.ts';
import { FLAG, NO_SACK } from './endpoint/segment.ts';
import { writeHeader } from './endpoint/segment-format.ts';
import { TcpProtocol } from './tcp-protocol.ts';
import { TCP_LIMITS } from './tcp-limits.ts';
import type { TcpService } from './tcp-service.ts';
import { FakeGuest, GATEWAY, GATEWAY6, GUEST } from './testing/fake-guest.ts';
import { patternAt, sendPattern } from './testing/simulated-line.ts';

const WEB: Endpoint = { address: '203.0.113.5', port: 80 };
const MIB = 1024 * 1024;

let host: FakeHostNetwork;
let guest: FakeGuest;
let protocol: TcpProtocol;
let reach: (destination: string) => Reach;
let service: TcpService;
let served: { connection: HostTcp; from: Endpoint; received: Uint8Array[]; ended: boolean; closed: boolean }[];

beforeEach(() => {
  host = new FakeHostNetwork();
  guest = new FakeGuest(host);
  reach = (address) => ({ kind: 'outside', address });
  served = [];
  service = {
    port: 53,
    open(connection, from): TcpEvents {
      const one = { connection, from, received: [] as Uint8Array[], ended: false, closed: false };
      served.push(one);
      return {
        connected: () => undefined,
        data: (bytes) => one.received.push(bytes),
        ended: () => (one.ended = true),
        drained: () => undefined,
        closed: () => (one.closed = true),
      };
    },
  };
  protocol = new TcpProtocol({
    host,
    link: guest,
    policy: { decide: (destination) => reach(destination) },
    gateway: [GATEWAY, GATEWAY6],
    services: [service],
  });
  guest.protocol = protocol;
});

/** A guest's connection to outside that stands. */
function connected(): { end: ReturnType<FakeGuest['connect']>; outside: FakeTcp } {
  const end = guest.connect(WEB.address, WEB.port);
  guest.settle();
  const outside = host.tcp.at(-1);
  outside.connect();
  guest.settle();
  return { end, outside };
}

function segment(
  flags: number,
  fields: { from?: number; to?: number; sequence?: number; acknowledgment?: number },
): Uint8Array {
  const { from = 5_000, to = 80, sequence = 1, acknowledgment = 0 } = fields;
  return writeHeader(
    { sourcePort: from, destinationPort: to },
    {
      sequence,
      acknowledgment,
      flags,
      window: 65_535,
      maximumSegment: 0,
      windowScale: -1,
      sackPermitted: false,
      timestamps: null,
      sack: NO_SACK,
    },
  );
}

describe('a connection to outside', () => {
  it('is answered only once the connection of this computer stands', () => {
    const end = guest.connect(WEB.address, WEB.port);
    guest.pass(500);
    expect([end.isEstablished, host.tcp.map(({ to }) => to)]).toEqual([false, [WEB]]);
    host.tcp[0]!.connect();
    guest.settle();
    expect([end.isEstablished, protocol.flows]).toEqual([true, 1]);
  });

  it('carries bytes both ways and is over once both sides have ended', () => {
    const { end, outside } = connected();
    end.endpoint.write(patternAt(0, 100_000, 1));
    outside.say(patternAt(0, 200_000, 2));
    guest.pass(100);
    expect(Buffer.compare(joinBytes(outside.written), patternAt(0, 100_000, 1))).toBe(0);
    expect(Buffer.compare(joinBytes(end.received), patternAt(0, 200_000, 2))).toBe(0);
    end.endpoint.end();
    guest.pass(100);
    expect([outside.ended, end.hasEnded]).toEqual([true, false]);
    outside.say('half of it still lives');
    outside.finish();
    outside.close();
    guest.pass(5_000);
    expect([end.hasEnded, end.receivedBytes, end.result]).toEqual([true, 200_022, 'well']);
    expect([protocol.flows, protocol.heldBytes, host.timers]).toEqual([0, 0, 0]);
  });

  it('lets the guest go on sending after the outside has ended', () => {
    const { end, outside } = connected();
    outside.finish();
    guest.pass(100);
    expect(end.hasEnded).toBe(true);
    end.endpoint.write(patternAt(0, 5_000));
    end.endpoint.end();
    guest.pass(100);
    expect([joinBytes(outside.written).length, outside.ended]).toEqual([5_000, true]);
    outside.close();
    guest.pass(5_000);
    expect([end.result, protocol.flows, protocol.heldBytes]).toEqual(['well', 0, 0]);
  });

  it.each([
    ['refused', 'refused', []],
    ['reset', 'refused', []],
    ['unreachable', null, ['host']],
    ['timeout', null, ['host']],
  ] as const)('that is %s is told to the guest', (failure, result, errors) => {
    const end = guest.connect(WEB.address, WEB.port);
    guest.settle();
    host.tcp[0]!.close(failure);
    guest.settle();
    expect([end.result, guest.errors, protocol.flows]).toEqual([result, errors, 0]);
  });

  it('is not made where the policy does not allow it', () => {
    reach = () => ({ kind: 'prohibited' });
    guest.connect('192.168.1.10', 22);
    guest.settle();
    expect([host.tcp.length, guest.errors, protocol.flows]).toEqual([0, ['prohibited'], 0]);
  });

  it('to the gateway is refused, or goes to the loopback where a person allowed it', () => {
    reach = () => ({ kind: 'prohibited' });
    const refused = guest.connect(GATEWAY, 8080);
    guest.settle();
    expect([refused.result, host.tcp.length]).toEqual(['refused', 0]);
    reach = () => ({ kind: 'this-computer', address: '127.0.0.1' });
    guest.connect(GATEWAY, 8080);
    guest.settle();
    expect(host.tcp[0]!.to).toEqual({ address: '127.0.0.1', port: 8080 });
  });

  it.each([
    ['127.0.0.1', '::1'],
    ['::1', '127.0.0.1'],
  ])('to this computer goes to its other loopback where %s refuses', (first, second) => {
    reach = () => ({ kind: 'this-computer', address: first });
    const end = guest.connect(GATEWAY, 8080);
    guest.settle();
    host.tcp[0]!.close('refused');
    guest.settle();
    expect([end.result, host.tcp.map(({ to }) => to.address)]).toEqual([null, [first, second]]);
    host.tcp[1]!.connect();
    guest.settle();
    expect([end.isEstablished, protocol.flows]).toEqual([true, 1]);
  });

  it('to this computer is refused where both its loopbacks refuse', () => {
    reach = () => ({ kind: 'this-computer', address: '::1' });
    const end = guest.connect(GATEWAY, 8080);
    guest.settle();
    for (const index of [0, 1]) {
      host.tcp[index]!.close('refused');
      guest.settle();
    }
    expect([end.result, host.tcp.length, protocol.flows]).toEqual(['refused', 2, 0]);
  });

  it('is reset for the guest when it is reset outside, and the other way round', () => {
    const one = connected();
    one.outside.close('reset');
    guest.settle();
    expect([one.end.result, protocol.flows]).toEqual(['reset', 0]);
    const other = connected();
    other.end.endpoint.reset();
    guest.settle();
    expect([other.outside.wasReset, protocol.flows]).toEqual([true, 0]);
  });

  it('closes the guest’s window while nobody outside reads, and loses nothing', () => {
    const { end, outside } = connected();
    outside.room = 100_000;
    sendPattern(end, 8 * MIB, () => 65_536, 3);
    guest.pass(2_000);
    expect(joinBytes(outside.written).length).toBeLessThan(300_000);
    expect(protocol.heldBytes).toBeLessThan(1.3 * MIB);
    guest.pass(120_000, 500);
    expect(end.result).toBe(null);
    for (let turn = 0; turn < 2_000 && !outside.ended; turn++) {
      outside.drain();
      guest.pass(5);
    }
    expect(outside.ended).toBe(true);
    expect(Buffer.compare(joinBytes(outside.written), patternAt(0, 8 * MIB, 3))).toBe(0);
  });

  it('pauses the outside while the guest does not read', () => {
    const { end, outside } = connected();
    let reads = false;
    end.reads = () => reads;
    let said = 0;
    for (; said < 1_000 && !outside.paused; said++) {
      outside.say(patternAt(said * 65_536, 65_536, 4));
      guest.settle();
    }
    expect(outside.paused).toBe(true);
    expect(protocol.heldBytes).toBeLessThan(4 * MIB);
    reads = true;
    end.endpoint.read();
    guest.pass(2_000);
    expect([outside.paused, end.receivedBytes]).toEqual([false, said * 65_536]);
  });

  it('reaches a card that is given one segment at a time', () => {
    guest.most = 1_420;
    const { end, outside } = connected();
    outside.say(patternAt(0, 300_000, 6));
    guest.pass(200);
    expect(Buffer.compare(joinBytes(end.received), patternAt(0, 300_000, 6))).toBe(0);
  });

  it('waits for room on the way to the guest', () => {
    const { end, outside } = connected();
    guest.isFull = true;
    outside.say(patternAt(0, 150_000));
    guest.pass(10_000);
    expect(end.receivedBytes).toBe(0);
    guest.isFull = false;
    protocol.room(GUEST);
    guest.settle();
    expect(end.receivedBytes).toBe(150_000);
  });
});

describe('many connections', () => {
  it('are carried 2,000 at once', () => {
    const ends = Array.from({ length: 2_000 }, () => guest.connect(WEB.address, WEB.port));
    guest.settle();
    expect(host.tcp.length).toBe(2_000);
    for (const outside of host.tcp) outside.connect();
    guest.settle();
    ends.forEach((end, index) => end.endpoint.write(patternAt(index, 100)));
    for (const outside of host.tcp) outside.say('hello');
    guest.settle();
    expect(ends.every((end) => end.receivedBytes === 5)).toBe(true);
    expect(host.tcp.every(({ written }) => joinBytes(written).length === 100)).toBe(true);
    for (const end of ends) end.endpoint.end();
    guest.settle();
    for (const outside of host.tcp) {
      outside.finish();
      outside.close();
    }
    guest.pass(5_000, 100);
    expect([protocol.flows, protocol.heldBytes, ends.every(({ result }) => result === 'well')]).toEqual([0, 0, true]);
  });

  it('that are never completed make way for new ones, the oldest first', () => {
    for (let at = 0; at < 20_000; at++) {
      guest.put(segment(FLAG.syn, { from: 1_024 + (at % 60_000), sequence: at }), WEB.address);
      if (at % 100 === 0) {
        guest.settle();
        host.advance(100);
      }
    }
    guest.settle();
    expect(protocol.flows).toBeLessThanOrEqual(TCP_LIMITS.halfOpenPerGuest);
    expect(host.tcp.filter(({ wasReset }) => !wasReset).length).toBeLessThanOrEqual(TCP_LIMITS.halfOpenPerGuest);
    host.advance(1_000);
    const { end } = connected();
    expect(end.isEstablished).toBe(true);
  });

  it('are begun at a bounded rate', () => {
    for (let at = 0; at < 20_000; at++) guest.put(segment(FLAG.syn, { from: 1_024 + at, sequence: at }), WEB.address);
    guest.settle();
    expect(host.tcp.length).toBe(TCP_LIMITS.newAtOnce);
  });
});

describe('a segment of no connection', () => {
  it('is answered by RST, so that a guest resumed from a snapshot learns that its connections are gone', () => {
    const { end } = connected();
    protocol.forget(GUEST);
    expect([protocol.flows, host.tcp[0]!.wasReset]).toEqual([0, true]);
    end.endpoint.write(patternAt(0, 100));
    guest.settle();
    expect(end.result).toBe('reset');
  });

  it('is not answered when it is RST itself', () => {
    guest.put(segment(FLAG.rst, {}), WEB.address);
    guest.settle();
    expect(guest.strays).toEqual([]);
  });
});

describe('a forwarded port', () => {
  const spec = {
    protocol: 'tcp',
    address: '127.0.0.1',
    port: 8080,
    guestAddress: GUEST,
    guestPort: 80,
    owner: 'web',
  } as const;

  it('leads to the guest from the gateway’s address', async () => {
    await protocol.forward(spec);
    const ends: ReturnType<FakeGuest['connect']>[] = [];
    guest.listening.set(80, (end) => ends.push(end));
    const outside = host.listeners[0]!.connect({ address: '127.0.0.1', port: 40_000 });
    outside.say('GET / HTTP/1.1\r\n\r\n');
    guest.settle();
    expect([...guest.ends.keys()][0]).toMatch(/^10\.86\.0\.1 80 \d+$/);
    ends[0]!.endpoint.write(patternAt(0, 10_000));
    ends[0]!.endpoint.end();
    guest.settle();
    expect([ends[0]!.receivedBytes, joinBytes(outside.written).length, outside.ended]).toEqual([18, 10_000, true]);
  });

  it('resets who connects when the guest refuses', async () => {
    await protocol.forward(spec);
    const outside = host.listeners[0]!.connect({ address: '127.0.0.1', port: 40_000 });
    guest.settle();
    expect([outside.wasReset, protocol.flows]).toEqual([true, 0]);
  });

  it('carries many at once, and no more once it is closed', async () => {
    const forward = await protocol.forward(spec);
    guest.listening.set(80, (end) => void end.endpoint.write(patternAt(0, 1_000)));
    const outside = Array.from({ length: 200 }, (_, at) =>
      host.listeners[0]!.connect({ address: '127.0.0.1', port: at }),
    );
    guest.settle();
    expect(outside.every(({ written }) => joinBytes(written).length === 1_000)).toBe(true);
    forward.dispose();
    expect(host.listeners[0]!.disposed).toBe(true);
    protocol.dispose();
    expect([outside.every(({ wasReset }) => wasReset), host.timers >= 0, protocol.flows]).toEqual([true, true, 0]);
  });
});

describe('a service of the gateway', () => {
  it('is told what a guest sends and answers it', () => {
    const end = guest.connect(GATEWAY, 53);
    guest.settle();
    end.endpoint.write(Uint8Array.of(1, 2, 3));
    guest.settle();
    const [one] = served;
    expect([one!.from.address, joinBytes(one!.received)]).toEqual([GUEST, Uint8Array.of(1, 2, 3)]);
    one!.connection.write(Uint8Array.of(4, 5));
    one!.connection.end();
    guest.settle();
    expect([joinBytes(end.received), end.hasEnded]).toEqual([Uint8Array.of(4, 5), true]);
    end.endpoint.end();
    guest.pass(5_000);
    expect([one!.ended, one!.closed, end.result, protocol.flows]).toEqual([true, true, 'well', 0]);
    expect(host.tcp.length).toBe(0);
  });

  it('stops the guest while it is paused', () => {
    const end = guest.connect(GATEWAY, 53);
    guest.settle();
    served[0]!.connection.pause();
    sendPattern(end, 2 * MIB, () => 60_000, 7);
    guest.pass(1_000);
    expect(joinBytes(served[0]!.received).length).toBeLessThan(100_000);
    served[0]!.connection.resume();
    guest.pass(1_000);
    expect(Buffer.compare(joinBytes(served[0]!.received), patternAt(0, 2 * MIB, 7))).toBe(0);
  });

  it('can refuse', () => {
    const end = guest.connect(GATEWAY, 53);
    guest.settle();
    served[0]!.connection.reset();
    guest.settle();
    expect([end.result, protocol.flows]).toEqual(['reset', 0]);
  });
});

describe('a hostile guest', () => {
  it('costs bounded memory whatever segments it sends', () => {
    const random = seededRandom(77);
    for (let at = 0; at < HOSTILE_OPERATIONS; at++) {
      const from = 2_000 + random(30);
      const sequence = random(3) === 0 ? random(2 ** 32) : 1_000 + random(200_000);
      const outside = host.tcp[host.tcp.length - 1 - random(30)];
      if (outside !== undefined && random(20) === 0 && !outside.wasReset && !outside.closed) {
        [
          () => outside.connect(),
          () => outside.say('x'.repeat(random(3_000))),
          () => outside.drain(),
          () => outside.finish(),
        ][random(4)]!();
      }
      const header = segment(random(64), { from, sequence, acknowledgment: random(2 ** 32) });
      if (random(4) === 0) header[12] = random(256);
      const packet = joinBytes([header, new Uint8Array(random(3) === 0 ? random(1_400) : 0)]);
      guest.put(
        random(50) === 0 ? packet.subarray(0, random(packet.length)) : packet,
        random(5) === 0 ? GATEWAY : WEB.address,
      );
      guest.settle();
      if (random(10) === 0) host.advance(random(500));
      if (at % 1_000 === 0) {
        guest.strays.length = 0;
        if (host.tcp.length > 100) host.tcp.splice(0, host.tcp.length - 100);
      }
    }
    expect(protocol.flows).toBeLessThan(100);
    expect(protocol.heldBytes).toBeLessThan(100 * 2 * MIB);
    protocol.forget(GUEST);
    expect([protocol.flows, protocol.heldBytes]).toEqual([0, 0]);
    expect(connected().end.isEstablished).toBe(true);
  });
});
