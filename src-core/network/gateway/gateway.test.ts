import { describe, expect, it } from 'vitest';
import { OFFLOAD_FLAG, SEGMENTATION } from '../../host/frame-port.ts';
import { arpPacket, DB, GATEWAY, GATEWAY6, Lan, NETWORK, OUTSIDE, WEB, WEB6 } from './testing/lan.ts';

/** A TCP segment to a guest, with so much data. */
function segment(lan: Lan, destination: string, bytes: number, segmentBytes: number): boolean {
  const source = destination.includes(':') ? GATEWAY6 : GATEWAY;
  const header = new Uint8Array(20);
  header[12] = 0x50;
  const data = [new Uint8Array(bytes >> 1).fill(1), new Uint8Array(bytes - (bytes >> 1)).fill(2)];
  return lan.parts.link.send({ source, destination, protocol: 6, header, data, segmentBytes });
}

describe('a gateway', () => {
  it('has an address of its own that stays the same, and differs from network to network', () => {
    const macOf = (id: string): string => new Lan({ id }).gateway.addresses.mac;
    expect(macOf(NETWORK.id)).toBe(macOf(NETWORK.id));
    expect(new Set(['0000000000000001', '0000000000000002', '0100000000000000', NETWORK.id].map(macOf)).size).toBe(4);
    const first = parseInt(macOf(NETWORK.id).slice(0, 2), 16);
    expect([first & 1, first & 2]).toEqual([0, 2]);
  });

  it('hears frames for itself and for everybody only', () => {
    const lan = new Lan();
    const ask = (toMac: number[]): number => {
      const frame = arpPacket(1, WEB.mac, WEB.address, GATEWAY);
      frame.set(toMac, 0);
      lan.frame(frame);
      return lan.heardArp().length;
    };
    const own = lan.gateway.addresses.mac.split(':').map((byte) => parseInt(byte, 16));
    expect([ask([255, 255, 255, 255, 255, 255]), ask(own), ask([0x52, 0x54, 0, 0, 0, 3])]).toEqual([1, 1, 0]);
    lan.frame(new Uint8Array(13));
    lan.frame(new Uint8Array(0));
    const tagged = arpPacket(1, WEB.mac, WEB.address, GATEWAY);
    tagged.set([0x81, 0x00], 12);
    lan.frame(tagged);
    expect(lan.frames).toEqual([]);
  });

  it('knows which addresses are guests', () => {
    const { link } = new Lan().parts;
    expect([WEB.address, DB.address].map((address) => link.isGuest(address))).toEqual([true, true]);
    for (const address of [GATEWAY, GATEWAY6, '10.86.0.9', '10.86.0.255', OUTSIDE, WEB6, 'fe80::1', '', 'web']) {
      expect([address, link.isGuest(address)]).toEqual([address, false]);
    }
  });

  it('leaves checksums and cutting of TCP to the card', () => {
    const lan = new Lan();
    lan.can = 7;
    expect(segment(lan, WEB.address, 10_000, 1460)).toBe(true);
    const [sent, ...more] = lan.heard();
    expect(more).toEqual([]);
    expect(sent!.offload).toEqual({
      flags: OFFLOAD_FLAG.needsChecksum,
      segmentation: SEGMENTATION.tcp4,
      headerBytes: 54,
      segmentBytes: 1460,
      checksumStart: 34,
      checksumOffset: 16,
    });
    expect(sent!.payload.length).toBe(10_020);
    // 10.86.0.1 + 10.86.0.2 + TCP + length: what the card adds the segment's sum to.
    const pseudo = 0x0a56 + 0x0001 + 0x0a56 + 0x0002 + 6 + 10_020;
    expect((sent!.payload[16]! << 8) | sent!.payload[17]!).toBe(pseudo);
    segment(lan, WEB.address, 1460, 1460);
    expect(lan.heard()[0]!.offload).toMatchObject({ flags: 1, segmentation: 0, segmentBytes: 0, headerBytes: 0 });
  });

  it('does so over IPv6, with its longer header', () => {
    const lan = new Lan();
    lan.gateway.join({ ...DB, key: 'six', address: WEB6, mac: WEB.mac });
    segment(lan, WEB6, 5000, 1440);
    expect(lan.heard()[0]!.offload).toMatchObject({
      segmentation: SEGMENTATION.tcp6,
      headerBytes: 74,
      checksumStart: 54,
    });
  });

  it('says how much a card takes at once', () => {
    const lan = new Lan();
    expect([lan.parts.link.mostPayload(WEB.address), lan.parts.link.mtu]).toEqual([1420, 1500]);
    lan.can = 1 | 2;
    expect(lan.parts.link.mostPayload(WEB.address)).toBe(65_535 - 20 - 60);
    expect(lan.parts.link.mostPayload(WEB6)).toBe(1500 - 40 - 60);
  });

  it('tells TCP once there is room for a guest that it was refused for', () => {
    const lan = new Lan();
    lan.isFull = true;
    expect([segment(lan, WEB.address, 1, 0), segment(lan, WEB.address, 1, 0)]).toEqual([false, false]);
    lan.isFull = false;
    lan.gateway.room();
    lan.gateway.room();
    expect(lan.tcp.roomFor).toEqual([WEB.address]);
  });

  it('keeps what it sends to a guest that it has to look for first', () => {
    const lan = new Lan();
    const header = new Uint8Array(20).fill(7);
    const data = [new Uint8Array(4).fill(8)];
    lan.parts.link.send({ source: GATEWAY, destination: '10.86.0.77', protocol: 6, header, data, segmentBytes: 0 });
    header.fill(0);
    data[0]!.fill(0);
    expect(lan.heardArp()).toMatchObject([{ operation: 1, target: '10.86.0.77' }]);
    lan.frame(arpPacket(2, '52:54:00:00:00:77', '10.86.0.77', GATEWAY));
    const [sent] = lan.heard();
    expect([sent!.toMac, sent!.payload[0], sent!.payload[20]]).toEqual(['52:54:00:00:00:77', 7, 8]);
  });

  it('leaves the header as it was given: what found no room is sent again', () => {
    const lan = new Lan();
    const header = new Uint8Array(20);
    lan.parts.link.send({ source: GATEWAY, destination: WEB.address, protocol: 6, header, data: [], segmentBytes: 0 });
    expect([lan.heard().length, header]).toEqual([1, new Uint8Array(20)]);
  });

  it('sends nothing that is longer than a packet, and nothing between families', () => {
    const lan = new Lan();
    expect([segment(lan, WEB.address, 65_536 - 40, 1460), segment(lan, WEB.address, 65_535 - 40, 1460)]).toEqual([
      true,
      true,
    ]);
    const header = new Uint8Array(20);
    lan.parts.link.send({ source: GATEWAY6, destination: WEB.address, protocol: 6, header, data: [], segmentBytes: 0 });
    expect(lan.heard().map(({ payload }) => payload.length)).toEqual([65_515]);
  });

  it('forgets all of a guest whose card leaves: who gets its address hears nothing that was for it', () => {
    const lan = new Lan();
    lan.udp(WEB.address, 4000, OUTSIDE, 5000, 'ask');
    lan.gateway.leave(WEB.key);
    expect([lan.tcp.forgotten, lan.host.udp[0]!.disposed, lan.gateway.state.flows.udp]).toEqual([
      [WEB.address],
      true,
      0,
    ]);
    expect(lan.gateway.state.addresses.map(({ card }) => card)).toEqual([DB.key]);
    lan.gateway.leave('nobody');
  });

  it('goes by the card that has an address now', () => {
    const lan = new Lan();
    const moved = { ...WEB, mac: '52:54:00:00:00:66' };
    lan.gateway.join(moved);
    segment(lan, WEB.address, 1, 0);
    expect(lan.heard()[0]!.toMac).toBe(moved.mac);
    lan.gateway.rename(moved.key, 'shop');
    expect(lan.parts.cards.withName('shop').map(({ mac }) => mac)).toEqual([moved.mac]);
  });
});
