import { describe, expect, it } from 'vitest';
import { formatAddress, formatMac, parseAddress, parseMac } from '../address-text.ts';
import { DB, GATEWAY6, Lan, OUTSIDE6, WEB, WEB6, WEB_LINK_LOCAL, type HeardPacket } from '../testing/lan.ts';
import { ADVERTISEMENT_INTERVAL_MS, LEAST_INTERVAL_MS, MOST_ANSWERS_PER_INTERVAL } from './router-advertiser.ts';

/** Solicited-node group of the gateway, RFC 4291 §2.7.1. */
const GATEWAY_GROUP = 'ff02::1:ff00:1';

function message(type: number, target: string | null, macOption: [number, string] | null, flags = 0): Uint8Array {
  const fixed = [type, 0, 0, 0, flags, 0, 0, 0, ...(target === null ? [] : parseAddress(target)!)];
  return Uint8Array.from([...fixed, ...(macOption === null ? [] : [macOption[0], 1, ...parseMac(macOption[1])!])]);
}

function tell(
  lan: Lan,
  source: string,
  destination: string,
  payload: Uint8Array,
  change: { mac?: string; hopLimit?: number } = {},
): HeardPacket[] {
  lan.frames.splice(0);
  lan.send({ source, destination, protocol: 58, payload, hopLimit: 255, ...change });
  return lan.heard();
}

const solicit = (
  lan: Lan,
  source = WEB6,
  target = GATEWAY6,
  option: [number, string] | null = [1, WEB.mac],
): HeardPacket[] =>
  tell(
    lan,
    source,
    source === '::' || target !== GATEWAY6 ? GATEWAY_GROUP : GATEWAY_GROUP,
    message(135, target, option),
  );

describe('neighbour discovery', () => {
  it("answers who asks for the gateway's addresses, as a router", () => {
    const lan = new Lan();
    const { linkLocal, mac } = lan.gateway.addresses;
    for (const [target, source] of [
      [GATEWAY6, WEB6],
      [linkLocal, WEB_LINK_LOCAL],
    ] as const) {
      const [answer, ...more] = solicit(lan, source, target);
      expect(more).toEqual([]);
      expect(answer).toMatchObject({
        toMac: WEB.mac,
        source: target,
        destination: source,
        hopLimit: 255,
        isChecksumGood: true,
      });
      expect([...answer!.payload.slice(0, 1), answer!.payload[4]]).toEqual([136, 0xe0]);
      expect(formatAddress(answer!.payload.slice(8, 24))).toBe(target);
      expect([answer!.payload[24], answer!.payload[25], formatMac(answer!.payload.slice(26))]).toEqual([2, 1, mac]);
    }
  });

  it('tells everybody when a guest without an address asks: what it was about to take is taken', () => {
    const [answer] = solicit(new Lan(), '::', GATEWAY6, null);
    expect(answer).toMatchObject({ toMac: '33:33:00:00:00:01', destination: 'ff02::1' });
    expect(answer!.payload[4]).toBe(0xa0);
  });

  it('does not answer for others, nor what cannot come from a neighbour', () => {
    const lan = new Lan();
    expect(solicit(lan, WEB6, 'fd12:3456:789a::5')).toEqual([]);
    expect(tell(lan, WEB6, GATEWAY_GROUP, message(135, GATEWAY6, [1, WEB.mac]), { hopLimit: 254 })).toEqual([]);
    expect(tell(lan, WEB6, GATEWAY_GROUP, message(135, GATEWAY6, [1, DB.mac]))).toEqual([]);
    expect(tell(lan, WEB6, GATEWAY_GROUP, message(135, GATEWAY6, null).slice(0, 20))).toEqual([]);
    const endless = Uint8Array.from([...message(135, GATEWAY6, null), 1, 0, 0, 0, 0, 0, 0, 0]);
    expect(tell(lan, WEB6, GATEWAY_GROUP, endless)).toEqual([]);
    const beyond = Uint8Array.from([...message(135, GATEWAY6, null), 1, 2, 0, 0, 0, 0, 0, 0]);
    expect(tell(lan, WEB6, GATEWAY_GROUP, beyond)).toEqual([]);
  });

  it('learns the addresses that guests make for themselves, for names and for the list', () => {
    const lan = new Lan();
    solicit(lan, '::', WEB6, null);
    solicit(lan, WEB_LINK_LOCAL, GATEWAY6);
    tell(lan, 'fd12:3456:789a::77', 'ff02::1', message(136, 'fd12:3456:789a::77', [2, DB.mac], 0x20), { mac: DB.mac });
    expect(lan.parts.addressesOf(WEB)).toEqual([WEB6, WEB_LINK_LOCAL]);
    expect(lan.gateway.state.addresses).toEqual([
      { card: WEB.key, addresses: [WEB6, WEB_LINK_LOCAL] },
      { card: DB.key, addresses: ['fd12:3456:789a::77'] },
    ]);
    expect(lan.parts.link.isGuest(WEB6)).toBe(true);
    lan.gateway.leave(WEB.key);
    expect(lan.parts.link.isGuest(WEB6)).toBe(false);
  });

  it('believes no guest that it is the gateway, or outside, and takes from nobody what another probes', () => {
    const lan = new Lan();
    tell(lan, WEB6, 'ff02::1', message(136, GATEWAY6, [2, WEB.mac], 0x20));
    tell(lan, WEB6, 'ff02::1', message(136, OUTSIDE6, [2, WEB.mac], 0x20));
    expect(lan.parts.addressesOf(WEB)).toEqual([]);
    solicit(lan, WEB6);
    tell(lan, '::', 'ff02::1:ff00:2', message(135, WEB6, null), { mac: DB.mac });
    expect([lan.parts.addressesOf(WEB), lan.parts.addressesOf(DB)]).toEqual([[WEB6], []]);
  });

  it('asks for a guest that it does not know, and sends what waited once there is an answer', () => {
    const lan = new Lan();
    lan.send({ source: WEB6, destination: GATEWAY6, protocol: 58, payload: Uint8Array.of(128, 0, 0, 0, 0, 1, 0, 1) });
    const [asked, ...more] = lan.heard();
    expect(more).toEqual([]);
    expect(asked).toMatchObject({
      toMac: '33:33:ff:00:00:02',
      source: GATEWAY6,
      destination: 'ff02::1:ff00:2',
      hopLimit: 255,
    });
    const heard = tell(lan, WEB6, GATEWAY6, message(136, WEB6, [2, WEB.mac], 0x60));
    expect(heard).toMatchObject([{ toMac: WEB.mac, source: GATEWAY6, destination: WEB6 }]);
    expect(heard[0]!.payload[0]).toBe(129);
  });
});

describe('router advertisements', () => {
  const asked = (lan: Lan, source = WEB_LINK_LOCAL): HeardPacket[] =>
    tell(lan, source, 'ff02::2', message(133, null, source === '::' ? null : [1, WEB.mac]));
  const routerSeconds = ({ payload }: HeardPacket): number => (payload[6]! << 8) | payload[7]!;
  function optionsOf({ payload }: HeardPacket): Map<number, Uint8Array> {
    const options = new Map<number, Uint8Array>();
    for (let at = 16; at < payload.length; at += payload[at + 1]! * 8) {
      options.set(payload[at]!, payload.slice(at, at + payload[at + 1]! * 8));
    }
    return options;
  }

  it('tell the prefix to make addresses of, the MTU, the name server and where names are', () => {
    const [answer] = asked(new Lan());
    expect(answer).toMatchObject({ toMac: WEB.mac, destination: WEB_LINK_LOCAL, hopLimit: 255, isChecksumGood: true });
    expect(answer!.source).toMatch(/^fe80::/);
    const options = optionsOf(answer!);
    const prefix = options.get(3)!;
    expect([prefix[2], prefix[3], formatAddress(prefix.slice(16))]).toEqual([64, 0xc0, 'fd12:3456:789a::']);
    expect([...options.get(5)!.slice(4)]).toEqual([0, 0, 5, 220]);
    expect(formatAddress(options.get(25)!.slice(8))).toBe(GATEWAY6);
    expect([...options.get(31)!.slice(8)]).toEqual([3, 0x69, 0x6e, 0x6e, 0, 0, 0, 0]);
  });

  it('say that there is a router only while this computer has a global address and the network a way out', () => {
    const lan = new Lan();
    expect(routerSeconds(asked(lan)[0]!)).toBe(0);
    lan.host.own = ['192.168.1.10', '2a00:1450::10'];
    expect(routerSeconds(asked(lan)[0]!)).toBe(1800);
    lan.host.own = ['fd00::5', 'fe80::1'];
    expect(routerSeconds(asked(lan)[0]!)).toBe(0);
    const internal = new Lan({ internal: true });
    internal.host.own = ['2a00:1450::10'];
    expect(routerSeconds(asked(internal)[0]!)).toBe(0);
  });

  it('go to everybody at intervals while there are cards, and no longer', () => {
    const lan = new Lan();
    lan.host.advance(ADVERTISEMENT_INTERVAL_MS * 2);
    expect(lan.heard().map(({ destination, toMac }) => [destination, toMac])).toEqual(
      new Array(2).fill(['ff02::1', '33:33:00:00:00:01']),
    );
    lan.gateway.leave(WEB.key);
    lan.gateway.leave(DB.key);
    expect(lan.host.timers).toBe(0);
  });

  it('go to everybody for who has no address yet, but not more often than every few seconds', () => {
    const lan = new Lan();
    expect(asked(lan, '::')).toMatchObject([{ destination: 'ff02::1' }]);
    expect(asked(lan, '::')).toEqual([]);
    lan.host.advance(LEAST_INTERVAL_MS);
    expect(asked(lan, '::').length).toBe(1);
  });

  it('are not sent at the pace of who asks', () => {
    const lan = new Lan();
    let answers = 0;
    for (let count = 0; count < 1000; count++) answers += asked(lan).length;
    expect(answers).toBe(MOST_ANSWERS_PER_INTERVAL);
  });
});
