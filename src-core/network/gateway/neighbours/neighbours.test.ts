import { describe, expect, it } from 'vitest';
import { FakeHostNetwork } from '../../testing/fake-host-network.ts';
import {
  MOST_ADDRESSES_OF_A_CARD,
  MOST_NEIGHBOURS,
  MOST_SEARCHES,
  MOST_WAITING_PACKETS,
  Neighbours,
  REACHABLE_MS,
} from './neighbours.ts';

const MINE = '52:54:00:00:00:02';
const OTHER = '52:54:00:00:00:03';

function neighbours(): { host: FakeHostNetwork; table: Neighbours; probes: string[] } {
  const host = new FakeHostNetwork();
  const probes: string[] = [];
  const table = new Neighbours({
    host,
    assignedTo: (address) => (address === '10.86.0.2' ? MINE : null),
    probe: (address, mac) => probes.push(`${address} ${mac ?? 'everybody'}`),
  });
  return { host, table, probes };
}

describe('neighbours', () => {
  it('knows what the network gave without asking, and gives it to nobody else', () => {
    const { table, probes } = neighbours();
    expect(table.find('10.86.0.2')).toBe(MINE);
    expect(table.learn('10.86.0.2', OTHER)).toBe(false);
    expect(table.learn('10.86.0.2', MINE)).toBe(true);
    expect([table.find('10.86.0.2'), table.addressesOf(MINE), table.addressesOf(OTHER)]).toEqual([
      MINE,
      ['10.86.0.2'],
      [],
    ]);
    expect(probes).toEqual([]);
  });

  it('asks three times for who is not known, then gives up', () => {
    const { host, table, probes } = neighbours();
    const found: string[] = [];
    table.seek('10.86.0.9', (mac) => found.push(mac));
    host.advance(10_000);
    expect(probes).toEqual(new Array(3).fill('10.86.0.9 everybody'));
    table.learn('10.86.0.9', OTHER);
    expect([found, host.timers]).toEqual([[], 0]);
  });

  it('sends what waits, and no more than a few, once there is an answer', () => {
    const { host, table, probes } = neighbours();
    const found: string[] = [];
    for (let count = 0; count < 100; count++) table.seek('10.86.0.9', (mac) => found.push(mac));
    expect(probes.length).toBe(1);
    table.learn('10.86.0.9', OTHER);
    expect(found).toEqual(new Array(MOST_WAITING_PACKETS).fill(OTHER));
    expect(host.timers).toBe(0);
  });

  it('asks again for who was not heard from for long, and forgets who does not answer', () => {
    const { host, table, probes } = neighbours();
    table.learn('10.86.0.9', OTHER);
    host.advance(REACHABLE_MS - 1);
    table.find('10.86.0.9');
    expect(probes).toEqual([]);
    host.advance(1);
    expect(table.find('10.86.0.9')).toBe(OTHER);
    expect(probes).toEqual([`10.86.0.9 ${OTHER}`]);
    host.advance(3_000);
    expect(table.find('10.86.0.9')).toBeNull();
  });

  it('keeps who answers in time', () => {
    const { host, table } = neighbours();
    table.learn('10.86.0.9', OTHER);
    host.advance(REACHABLE_MS);
    table.find('10.86.0.9');
    table.learn('10.86.0.9', OTHER);
    host.advance(5_000);
    expect(table.find('10.86.0.9')).toBe(OTHER);
  });

  it('forgets the addresses of a card that is gone', () => {
    const { table } = neighbours();
    table.learn('fd12::9', OTHER);
    table.forget(OTHER);
    expect([table.find('fd12::9'), table.knows('fd12::9')]).toEqual([null, false]);
  });

  it('does not grow beyond its bounds', () => {
    const { table } = neighbours();
    for (let at = 0; at < 1000; at++) table.learn(`fd12::${at.toString(16)}`, OTHER);
    expect(table.addressesOf(OTHER).length).toBe(MOST_ADDRESSES_OF_A_CARD);
    expect(table.find('fd12::3e7')).toBe(OTHER);
    for (let at = 0; at < 5000; at++) table.learn(`fd13::${at.toString(16)}`, `52:54:01:00:${at >> 8}:${at & 0xff}`);
    for (let at = 0; at < 5000; at++) table.seek(`fd14::${at.toString(16)}`, () => undefined);
    expect(table.size).toBeLessThanOrEqual(MOST_NEIGHBOURS + MOST_SEARCHES);
  });
});
