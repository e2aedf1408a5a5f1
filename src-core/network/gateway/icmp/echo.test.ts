import { describe, expect, it } from 'vitest';
import { COMPLETE, OFFLOAD_FLAG } from '../../../host/frame-port.ts';
import { fold, onesSum } from '../../wire-format/checksum.ts';
import { write16 } from '../../wire-format/fields.ts';
import { pseudoSumOf } from '../../wire-format/transport-checksum.ts';
import { parseAddress } from '../address-text.ts';
import { ERROR_BURST } from '../ip/error-rate.ts';
import { arpPacket, echoRequest, GATEWAY, GATEWAY6, Lan, OUTSIDE, OUTSIDE6, WEB, WEB6 } from '../testing/lan.ts';
import { ECHO_TIMEOUT_MS, MOST_ECHOES, MOST_ECHOES_OF_A_GUEST } from './echo.ts';

/** Promises of a host settle. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

function ping(lan: Lan, destination: string, sequence = 1, data = 'abcdef'): void {
  lan.send({ source: WEB.address, destination, protocol: 1, payload: echoRequest(4, 0x1234, sequence, data) });
}

function ping6(lan: Lan, destination: string): void {
  lan.parts.link.send({
    source: GATEWAY6,
    destination: WEB6,
    protocol: 99,
    header: new Uint8Array(1),
    data: [],
    segmentBytes: 0,
  });
  lan.send({ source: WEB6, destination, protocol: 58, payload: echoRequest(6, 0x1234, 1, 'abcdef') });
}

/** Identifier, sequence number and data of what was sent. */
const own = (payload: Uint8Array): unknown[] => [
  payload[0],
  payload[1],
  ...payload.slice(4, 8),
  String.fromCharCode(...payload.slice(8)),
];

describe('echo', () => {
  it('is answered by the gateway for itself', () => {
    const lan = new Lan();
    ping(lan, GATEWAY);
    const [answer, ...more] = lan.heard();
    expect(more).toEqual([]);
    expect(answer).toMatchObject({ toMac: WEB.mac, source: GATEWAY, destination: WEB.address, isChecksumGood: true });
    expect(own(answer!.payload)).toEqual([0, 0, 0x12, 0x34, 0, 1, 'abcdef']);
    expect(lan.host.echoes).toEqual([]);
  });

  it("comes back with the guest's own identifier, sequence and data once the other really answered", async () => {
    const lan = new Lan();
    let answer: (isAnswered: boolean) => void = () => undefined;
    lan.host.answersEcho = () => new Promise((resolve) => (answer = resolve));
    ping(lan, OUTSIDE, 7);
    await settled();
    expect([lan.heard(), lan.gateway.state.flows.echo]).toEqual([[], 1]);
    answer(true);
    await settled();
    const [reply, ...more] = lan.heard();
    expect(more).toEqual([]);
    expect(reply).toMatchObject({ source: OUTSIDE, destination: WEB.address, isChecksumGood: true });
    expect(own(reply!.payload)).toEqual([0, 0, 0x12, 0x34, 0, 7, 'abcdef']);
    expect([lan.host.echoes, lan.gateway.state.flows.echo]).toEqual([[{ to: OUTSIDE, payloadBytes: 6 }], 0]);
  });

  it('goes out over IPv6 too', async () => {
    const lan = new Lan();
    lan.send({ source: WEB6, destination: GATEWAY6, protocol: 58, payload: echoRequest(6, 1, 1, '') });
    ping6(lan, OUTSIDE6);
    await settled();
    expect(lan.host.echoes).toEqual([{ to: OUTSIDE6, payloadBytes: 6 }]);
  });

  it.each([
    ['nobody answers', (): boolean => false],
    ['it fails', (): Promise<boolean> => Promise.reject(new Error('no socket'))],
  ])('is not answered when %s', async (_what, answersEcho) => {
    const lan = new Lan();
    lan.host.answersEcho = answersEcho;
    ping(lan, OUTSIDE);
    await settled();
    expect([lan.heard(), lan.gateway.state.flows.echo]).toEqual([[], 0]);
  });

  it('is refused where a guest may not reach, and to everybody', async () => {
    const lan = new Lan();
    for (const destination of ['127.0.0.1', '169.254.169.254', '10.87.0.1', '192.168.1.10']) ping(lan, destination);
    expect(lan.heard().map(({ source, payload }) => [source, payload[0], payload[1]])).toEqual(
      new Array(4).fill([GATEWAY, 3, 13]),
    );
    ping(lan, '10.86.0.255');
    ping(lan, '255.255.255.255');
    ping(lan, '224.0.0.1');
    await settled();
    expect([lan.heard(), lan.host.echoes]).toEqual([[], []]);
  });

  it('goes nowhere from an internal network but to the gateway', () => {
    const lan = new Lan({ internal: true });
    ping(lan, OUTSIDE);
    ping(lan, GATEWAY);
    expect(lan.heard().map(({ payload: [type] }) => type)).toEqual([3, 0]);
    expect(lan.host.echoes).toEqual([]);
  });

  it('waits for a bounded number of answers, of each guest and of all', async () => {
    const lan = new Lan();
    lan.host.answersEcho = () => new Promise(() => undefined);
    for (let count = 0; count < 100; count++) ping(lan, OUTSIDE, count);
    expect(lan.host.echoes.length).toBe(MOST_ECHOES_OF_A_GUEST);
    for (let guest = 10; guest < 200; guest++) {
      lan.send({ source: `10.86.0.${guest}`, destination: OUTSIDE, protocol: 1, payload: echoRequest(4, 1, 1, '') });
    }
    expect(lan.host.echoes.length).toBe(MOST_ECHOES);
    expect(ECHO_TIMEOUT_MS).toBeGreaterThan(0);
  });

  it('is answered in as many fragments as the MTU wants', () => {
    const lan = new Lan();
    const data = 'x'.repeat(4000);
    ping(lan, GATEWAY, 1, data);
    const heard = lan.heard();
    expect(heard.map(({ fragment, payload }) => [fragment?.offset, fragment?.more, payload.length])).toEqual([
      [0, true, 1480],
      [1480, true, 1480],
      [2960, false, 1048],
    ]);
    expect(new Set(heard.map(({ fragment }) => fragment?.identification)).size).toBe(1);
  });
});

describe('ICMP errors', () => {
  it.each([
    [WEB.address, OUTSIDE, 34, 8],
    [WEB6, OUTSIDE6, 54, 8],
    [WEB.address, OUTSIDE, 34, 1001],
  ])(
    'quote TCP of %s with the checksum that its card would have written',
    (source, destination, checksumStart, data) => {
      const lan = new Lan();
      lan.gateway.join({ ...WEB, key: 'six', address: WEB6 });
      const addresses = [source, destination].map((text) => parseAddress(text) ?? new Uint8Array()) as [
        Uint8Array,
        Uint8Array,
      ];
      const payload = new Uint8Array(20 + data).fill(7);
      const partial = payload.slice();
      const pseudo = pseudoSumOf(...addresses, 6, payload.length);
      write16(partial, 16, pseudo);
      write16(payload, 16, 0);
      write16(payload, 16, ~fold(pseudo + onesSum(payload)) & 0xffff);
      const offload = { ...COMPLETE, flags: OFFLOAD_FLAG.needsChecksum, checksumStart, checksumOffset: 16 };
      lan.send({ source, destination, protocol: 6, payload: partial, isRaw: true, hopLimit: 1, offload });
      lan.send({ source, destination, protocol: 6, payload, isRaw: true, hopLimit: 1 });
      const quoted = lan.heard().map((error) => error.payload.slice(8 + checksumStart - 14));
      const whole = [...payload.subarray(0, quoted[0]?.length)];
      expect(quoted.map((bytes) => [...bytes])).toEqual([whole, whole]);
      expect(whole.length).toBeGreaterThan(20);
    },
  );

  it('quote the packet, so that the guest finds what it was of', () => {
    const lan = new Lan();
    lan.udp(WEB.address, 4000, '127.0.0.1', 5000, 'hello');
    const [error] = lan.heard();
    expect(error).toMatchObject({ source: GATEWAY, destination: WEB.address, protocol: 1, isChecksumGood: true });
    const quoted = error!.payload.slice(8);
    expect([...quoted.slice(0, 4), quoted[9]]).toEqual([0x45, 0, 0, 33, 17]);
    expect([...quoted.slice(12, 24)]).toEqual([
      10,
      86,
      0,
      2,
      127,
      0,
      0,
      1,
      4000 >> 8,
      4000 & 0xff,
      5000 >> 8,
      5000 & 0xff,
    ]);
  });

  it('are not longer than they may be', () => {
    const lan = new Lan();
    lan.udp(WEB.address, 4000, '127.0.0.1', 5000, 'x'.repeat(1400));
    expect(20 + lan.heard()[0]!.payload.length).toBeLessThanOrEqual(576);
  });

  it('are never answers to errors', () => {
    const lan = new Lan();
    const error = Uint8Array.from([3, 3, 0, 0, 0, 0, 0, 0, ...new Array<number>(28).fill(0)]);
    lan.send({ source: WEB.address, destination: '127.0.0.1', protocol: 1, payload: error });
    lan.send({ source: WEB.address, destination: OUTSIDE, protocol: 1, payload: error, hopLimit: 1 });
    expect(lan.heard()).toEqual([]);
  });

  it('come at a bounded rate for each guest', () => {
    const lan = new Lan();
    const refuse = (count: number, from = WEB.address): number => {
      for (let at = 0; at < count; at++)
        lan.udp(from, 4000, '127.0.0.1', 5000, '', { mac: from === WEB.address ? WEB.mac : '52:54:00:00:00:99' });
      return lan.heard().length;
    };
    lan.frame(arpPacket(1, '52:54:00:00:00:99', '10.86.0.99', GATEWAY));
    expect(refuse(500)).toBe(ERROR_BURST);
    lan.host.advance(100);
    expect(refuse(500)).toBe(10);
    expect(refuse(10, '10.86.0.99')).toBe(10);
    lan.host.advance(3_600_000);
    lan.heard();
    expect(refuse(500)).toBe(ERROR_BURST);
  });
});
