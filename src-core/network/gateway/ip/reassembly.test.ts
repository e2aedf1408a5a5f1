import { describe, expect, it } from 'vitest';
import { FakeHostNetwork } from '../../testing/fake-host-network.ts';
import {
  MOST_FRAGMENTS,
  MOST_PARTIAL_BYTES,
  MOST_PARTIAL_PACKETS,
  MOST_PARTIAL_PACKETS_OF_A_GUEST,
  Reassembly,
  REASSEMBLY_MS,
  type Fragment,
} from './reassembly.ts';

function bytes(from: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => from + at);
}

function fragment(offset: number, length: number, more: boolean, change: Partial<Fragment> = {}): Fragment {
  return { key: 'a', guest: 'web', offset, more, data: bytes(offset, length), ...change };
}

function reassembly(): { host: FakeHostNetwork; parts: Reassembly } {
  const host = new FakeHostNetwork();
  return { host, parts: new Reassembly(host) };
}

describe('reassembly', () => {
  it.each([[[0, 1, 2]], [[2, 1, 0]], [[1, 2, 0]], [[2, 0, 1]]])(
    'puts fragments together that come in the order %j',
    (order) => {
      const { parts } = reassembly();
      const fragments = [fragment(0, 16, true), fragment(16, 8, true), fragment(24, 5, false)];
      const results = order.map((at) => parts.add(fragments[at]!));
      expect(results).toEqual([null, null, bytes(0, 29)]);
      expect([parts.waiting, parts.bytes]).toEqual([0, 0]);
    },
  );

  it('keeps what it is given: the ring that it came in goes on', () => {
    const { parts } = reassembly();
    const first = fragment(0, 8, true);
    parts.add(first);
    first.data.fill(0xee);
    expect(parts.add(fragment(8, 1, false))).toEqual(bytes(0, 9));
  });

  it('takes the same fragment twice for once', () => {
    const { parts } = reassembly();
    parts.add(fragment(0, 8, true));
    parts.add(fragment(0, 8, true));
    expect(parts.add(fragment(8, 4, false))).toEqual(bytes(0, 12));
  });

  it.each([
    ['inside', fragment(4, 8, true, { offset: 0, data: new Uint8Array(8) })],
    ['across', fragment(8, 16, true)],
    ['beyond the end', fragment(32, 8, true)],
    ['another end', fragment(16, 8, false)],
  ])('throws a packet away of which pieces overlap (%s), and what comes of it later', (_how, bad) => {
    const { parts, host } = reassembly();
    parts.add(fragment(0, 16, true));
    parts.add(fragment(24, 8, false));
    expect(parts.add(bad)).toBeNull();
    expect(parts.bytes).toBe(0);
    expect(parts.add(fragment(16, 8, true))).toBeNull();
    expect(parts.add(fragment(0, 16, true))).toBeNull();
    host.advance(REASSEMBLY_MS);
    expect(parts.waiting).toBe(0);
  });

  it('spoils a packet whose end lies before what is already here', () => {
    const { parts } = reassembly();
    parts.add(fragment(16, 8, true));
    parts.add(fragment(0, 8, false));
    expect(parts.bytes).toBe(0);
  });

  it('ignores what no packet can have: empty, beyond 64 KiB, or of a length between', () => {
    const { parts } = reassembly();
    expect(parts.add(fragment(0, 0, true))).toBeNull();
    expect(parts.add(fragment(65_528, 8, false))).toBeNull();
    expect(parts.add(fragment(0, 7, true))).toBeNull();
    expect(parts.waiting).toBe(0);
  });

  it('forgets what is not complete in time', () => {
    const { parts, host } = reassembly();
    parts.add(fragment(0, 8, true));
    host.advance(REASSEMBLY_MS - 1);
    parts.add(fragment(0, 8, true, { key: 'b' }));
    host.advance(1);
    expect(parts.waiting).toBe(1);
    expect(parts.add(fragment(8, 1, false))).toBeNull();
    host.advance(REASSEMBLY_MS);
    expect([parts.waiting, parts.bytes, host.timers]).toEqual([0, 0, 0]);
  });

  it('keeps few packets of one guest, and all together: the oldest give way', () => {
    const { parts } = reassembly();
    parts.add(fragment(0, 8, true, { key: 'mine', guest: 'db' }));
    for (let at = 0; at < 1000; at++) parts.add(fragment(0, 8, true, { key: `k${at}` }));
    expect(parts.waiting).toBe(MOST_PARTIAL_PACKETS_OF_A_GUEST + 1);
    expect(parts.add(fragment(8, 1, false, { key: 'mine', guest: 'db' }))).toEqual(bytes(0, 9));
    for (let at = 0; at < 1000; at++) parts.add(fragment(0, 8, true, { key: `g${at}`, guest: `g${at}` }));
    expect(parts.waiting).toBe(MOST_PARTIAL_PACKETS);
  });

  it('keeps no more bytes and no more fragments than it says', () => {
    const { parts } = reassembly();
    for (let guest = 0; guest < 12; guest++) {
      for (let at = 0; at < 16; at++) {
        const many = { key: `${guest} ${at}`, guest: String(guest) };
        parts.add({ ...fragment(0, 0, true, many), data: new Uint8Array(32_000) });
        parts.add({ ...fragment(32_000, 0, true, many), data: new Uint8Array(32_000) });
      }
      expect(parts.bytes).toBeLessThanOrEqual(MOST_PARTIAL_BYTES);
    }
    const tiny = reassembly().parts;
    for (let at = 0; at <= MOST_FRAGMENTS; at++) tiny.add(fragment(at * 8, 8, true));
    expect(tiny.bytes).toBe(0);
  });
});
