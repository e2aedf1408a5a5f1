import { describe, expect, it } from 'vitest';
import { arpPacket, DB, GATEWAY, Lan, WEB } from '../testing/lan.ts';
import { DEFEND_INTERVAL_MS } from './arp.ts';

const STRANGER = '52:54:00:00:00:99';
const EVERYBODY = 'ff:ff:ff:ff:ff:ff';

/** The frames that go to an address which nobody was given: to whom the gateway sends them. */
function wayTo(lan: Lan, address: string): string[] {
  lan.frames.splice(0);
  lan.parts.link.send({
    source: GATEWAY,
    destination: address,
    protocol: 6,
    header: new Uint8Array(20),
    data: [],
    segmentBytes: 0,
  });
  return lan.heard().map(({ toMac }) => toMac);
}

describe('ARP', () => {
  it("answers who asks for the gateway's address, and nobody who asks for another", () => {
    const lan = new Lan();
    lan.frame(arpPacket(1, WEB.mac, WEB.address, GATEWAY));
    lan.frame(arpPacket(1, WEB.mac, WEB.address, DB.address));
    lan.frame(arpPacket(1, WEB.mac, WEB.address, '9.9.9.9'));
    expect(lan.heardArp()).toEqual([
      { toMac: WEB.mac, operation: 2, sender: GATEWAY, target: WEB.address, targetMac: WEB.mac },
    ]);
  });

  it('answers who looks whether its address is free, and learns nothing of that', () => {
    const lan = new Lan();
    lan.frame(arpPacket(1, STRANGER, '0.0.0.0', GATEWAY));
    expect(lan.heardArp()).toMatchObject([{ toMac: STRANGER, operation: 2, target: '0.0.0.0' }]);
    expect(lan.parts.link.isGuest('0.0.0.0')).toBe(false);
  });

  it('learns of requests, answers and announcements', () => {
    const lan = new Lan();
    lan.frame(arpPacket(1, STRANGER, '10.86.0.50', GATEWAY));
    lan.frame(arpPacket(1, STRANGER, '10.86.0.51', '10.86.0.51'));
    lan.frame(arpPacket(2, STRANGER, '10.86.0.52', GATEWAY));
    for (const address of ['10.86.0.50', '10.86.0.51', '10.86.0.52']) expect(wayTo(lan, address)).toEqual([STRANGER]);
  });

  it('believes the last who says that it has an address that was given to nobody', () => {
    const lan = new Lan();
    lan.frame(arpPacket(1, STRANGER, '10.86.0.50', '10.86.0.50'));
    lan.frame(arpPacket(1, DB.mac, '10.86.0.50', '10.86.0.50'));
    expect(wayTo(lan, '10.86.0.50')).toEqual([DB.mac]);
  });

  it('lets no card take the address that another was given', () => {
    const lan = new Lan();
    lan.frame(arpPacket(1, STRANGER, WEB.address, WEB.address));
    lan.frame(arpPacket(2, DB.mac, WEB.address, GATEWAY));
    lan.frame(arpPacket(1, DB.mac, WEB.address, GATEWAY));
    expect(lan.heardArp()).toEqual([]);
    expect(wayTo(lan, WEB.address)).toEqual([WEB.mac]);
  });

  it('believes nothing that is said for the MAC of another, or of an address outside', () => {
    const lan = new Lan();
    const forged = arpPacket(1, STRANGER, '10.86.0.50', GATEWAY);
    forged.set([0x52, 0x54, 0, 0, 0, 3], 6);
    lan.frame(forged);
    lan.frame(arpPacket(1, STRANGER, '9.9.9.9', GATEWAY));
    lan.frame(arpPacket(1, STRANGER, '10.86.0.255', GATEWAY));
    lan.frame(arpPacket(1, STRANGER, '10.86.0.50', GATEWAY).slice(0, 41));
    for (const at of [14, 16, 18, 19]) {
      const bent = arpPacket(1, STRANGER, '10.86.0.50', GATEWAY);
      bent[at]! ^= 1;
      lan.frame(bent);
    }
    expect(lan.heardArp()).toEqual([]);
    expect(lan.parts.link.isGuest('10.86.0.50')).toBe(false);
  });

  it("says whose its address is when a guest claims it, but not at the guest's pace", () => {
    const lan = new Lan();
    for (let count = 0; count < 100; count++) lan.frame(arpPacket(1, WEB.mac, GATEWAY, GATEWAY));
    const announcement = { toMac: EVERYBODY, operation: 1, sender: GATEWAY, target: GATEWAY };
    expect(lan.heardArp()).toMatchObject([announcement]);
    lan.host.advance(DEFEND_INTERVAL_MS);
    lan.frame(arpPacket(2, WEB.mac, GATEWAY, DB.address));
    expect(lan.heardArp()).toMatchObject([announcement]);
  });
});
