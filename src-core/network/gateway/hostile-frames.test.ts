import { describe, expect, it } from 'vitest';
import type { Offload } from '../../host/frame-port.ts';
import { HOSTILE_OPERATIONS, seededRandom, type Random } from '../../machine/devices/testing/random.ts';
import { MOST_ECHOES } from './icmp/echo.ts';
import { MOST_PARTIAL_BYTES } from './ip/reassembly.ts';
import { MOST_NEIGHBOURS, MOST_SEARCHES } from './neighbours/neighbours.ts';
import {
  arpPacket,
  DB,
  echoRequest,
  frameOf,
  GATEWAY,
  GATEWAY6,
  Lan,
  OUTSIDE,
  OUTSIDE6,
  WEB,
  WEB6,
  WEB_LINK_LOCAL,
} from './testing/lan.ts';
import { MOST_EXCHANGES } from './udp/udp-exchanges.ts';

const MOST_FRAMES_FOR_ONE = 4;

function pick<T>(random: Random, values: readonly T[]): T {
  return values[random(values.length)]!;
}

function noise(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random(256));
}

const SOURCES = [WEB.address, DB.address, '10.86.0.77', GATEWAY, '0.0.0.0', '127.0.0.1', '10.86.0.255', OUTSIDE];
const SOURCES6 = [WEB6, WEB_LINK_LOCAL, 'fd12:3456:789a::77', GATEWAY6, '::', '::1', OUTSIDE6];
const TARGETS = [
  OUTSIDE,
  GATEWAY,
  '127.0.0.1',
  '255.255.255.255',
  '10.86.0.255',
  '224.0.0.251',
  DB.address,
  '10.87.0.9',
];
const TARGETS6 = [
  OUTSIDE6,
  GATEWAY6,
  '::1',
  'ff02::1',
  'ff02::2',
  'ff02::1:ff00:1',
  WEB6,
  'fe80::1',
  '::ffff:127.0.0.1',
];
const PROTOCOLS = [1, 6, 17, 58, 2, 47, 132, 0, 43, 44, 60, 255];

/** Something that is nearly right. */
function frame(random: Random, gatewayMac: string): Uint8Array {
  const kind = random(8);
  if (kind === 0) return noise(random, random(80));
  if (kind === 1)
    return arpPacket(random(4), pick(random, [WEB.mac, DB.mac]), pick(random, SOURCES), pick(random, TARGETS));
  const is4 = random(2) === 0;
  const ndp = Uint8Array.from([
    133 + random(5),
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    ...noise(random, pick(random, [0, 8, 16, 24, 32])),
  ]);
  const payload = pick(random, [
    noise(random, random(64)),
    ndp,
    echoRequest(is4 ? 4 : 6, 1, 1, 'x'),
    new Uint8Array(random(1600)),
  ]);
  const mac = random(4) === 0 ? `02:00:00:00:${(16 + random(200)).toString(16)}:10` : WEB.mac;
  const fragment = { identification: random(64), offset: random(200) * 8, more: random(2) === 0 };
  return frameOf(
    {
      source:
        random(3) === 0
          ? pick(random, is4 ? SOURCES : SOURCES6)
          : is4
            ? `10.86.0.${random(256)}`
            : `fd12:3456:789a::${random(9999)}`,
      destination: pick(random, is4 ? TARGETS : TARGETS6),
      protocol: pick(random, PROTOCOLS),
      payload: payload.length < 20 ? Uint8Array.from([...payload, ...new Uint8Array(20)]) : payload,
      hopLimit: pick(random, [0, 1, 64, 255]),
      mac: is4 && random(2) === 0 ? '52:54:00:00:00:77' : mac,
      ...(random(4) === 0 ? { fragment } : {}),
    },
    gatewayMac,
  );
}

/** Most stay as they are; some lose their end, some bytes change. */
function bent(random: Random, bytes: Uint8Array): Uint8Array {
  const kind = random(4);
  if (kind === 0) return bytes.slice(0, random(bytes.length + 1));
  if (kind === 1)
    for (let count = random(4); count >= 0; count--) if (bytes.length > 0) bytes[random(bytes.length)] = random(256);
  return bytes;
}

function offloadOf(random: Random): Offload {
  return {
    flags: random(4),
    segmentation: pick(random, [0, 0, 1, 4, 0x81, 0xff]),
    headerBytes: random(65_536),
    segmentBytes: random(65_536),
    checksumStart: pick(random, [0, 34, 54, 65_535]),
    checksumOffset: random(65_536),
  };
}

describe('hostile guests', () => {
  it(
    `cannot make the gateway throw or grow by ${HOSTILE_OPERATIONS} frames that are wrong`,
    () => {
      const random = seededRandom(0x6a7e_3a91);
      const lan = new Lan();
      lan.host.answersEcho = () => new Promise(() => undefined);
      let answers = 0;
      let most = 0;
      for (let done = 0; done < HOSTILE_OPERATIONS; done++) {
        lan.isFull = random(16) === 0;
        lan.frame(bent(random, frame(random, lan.gateway.addresses.mac)), offloadOf(random));
        if (random(50) === 0) lan.host.advance(random(1000));
        if (random(200) === 0) lan.gateway.room();
        const sent = lan.frames.splice(0).length;
        answers += sent;
        most = Math.max(most, sent);
        // Sockets and what they sent are kept by the fake alone.
        if (done % 1000 === 0)
          lan.host.udp.splice(0, lan.host.udp.length, ...lan.host.udp.filter(({ disposed }) => !disposed));
        lan.tcp.received.length = 0;
      }
      const { load, state } = lan.gateway;
      expect(load.neighbours).toBeLessThanOrEqual(MOST_NEIGHBOURS + MOST_SEARCHES);
      expect(load.fragmentBytes).toBeLessThanOrEqual(MOST_PARTIAL_BYTES);
      expect(state.flows.udp).toBeLessThanOrEqual(MOST_EXCHANGES);
      expect(state.flows.echo).toBeLessThanOrEqual(MOST_ECHOES);
      expect(lan.host.timers).toBeLessThanOrEqual(MOST_SEARCHES + 4);
      // It did listen, and no single frame is worth many.
      expect(answers).toBeGreaterThan(HOSTILE_OPERATIONS / 100);
      expect(most).toBeLessThanOrEqual(MOST_FRAMES_FOR_ONE + MOST_SEARCHES);
      lan.gateway.dispose();
      lan.host.advance(1);
      expect([lan.host.timers, lan.gateway.load]).toEqual([0, { neighbours: 0, fragmentBytes: 0 }]);
    },
    30_000 + HOSTILE_OPERATIONS,
  );
});
