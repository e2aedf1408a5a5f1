import { expect, test } from 'vitest';
import { PERFECT_LINK } from '../../src-core/network/network-runner.ts';
import type { NetworkSpec } from '../../src-core/network/network-runner.ts';
import type { NetworkReport } from './network-protocol.ts';
import { NetworkRoom } from './network-room.ts';
import type { SwitchedNetwork } from './running-network.ts';

const spec = (id: string): NetworkSpec => ({
  ...{ id, name: id, subnet: { address: '10.86.1.0', length: 24 }, subnet6: { address: 'fd00:1:1:1::', length: 64 } },
  ...{ internal: false, reachesHost: false, conditions: PERFECT_LINK },
});

/** A network of which only its turns are of interest. */
class Counted implements SwitchedNetwork {
  turns = 0;
  isDisposed = false;
  take: (bytes: Uint8Array) => boolean = () => false;
  result = false;
  failure: Error | null = null;

  service(): boolean {
    this.turns++;
    if (this.failure) throw this.failure;
    return this.result;
  }

  capture(request: { readonly take: (bytes: Uint8Array) => boolean }): {
    stop(): { packets: number; droppedPackets: number };
  } {
    this.take = request.take;
    return { stop: () => ({ packets: 3, droppedPackets: 1 }) };
  }

  dispose(): void {
    this.isDisposed = true;
  }

  change = (): void => undefined;
  rename = (): void => undefined;
  attach = () => ({ dispose: () => undefined });
  station = () => ({ dispose: () => undefined });
  forward = () => Promise.resolve({ dispose: () => undefined });
  inspect = () => ({ addresses: [], flows: { tcp: 0, udp: 0, echo: 0 } });
}

async function roomOf(...ids: string[]) {
  const networks: Counted[] = [];
  const reports: NetworkReport[] = [];
  const room = new NetworkRoom(
    () => {
      const network = new Counted();
      networks.push(network);
      return network;
    },
    (report) => reports.push(report),
  );
  for (const id of ids) await room.carryOut({ kind: 'open', network: spec(id) });
  return { room, networks, reports };
}

test('every network has its turn, and one with more to do keeps the room going', async () => {
  const { room, networks } = await roomOf('a', 'b');
  expect(room.service()).toBe(false);
  const [first] = networks;
  if (first) first.result = true;
  expect(room.service()).toBe(true);
  expect(networks.map(({ turns }) => turns)).toEqual([2, 2]);
});

test('a defect ends the network that it is in, and no other', async () => {
  const { room, networks, reports } = await roomOf('a', 'b');
  const [first, second] = networks;
  if (first) first.failure = new Error('a defect');
  room.service();
  room.service();
  expect(reports).toMatchObject([{ kind: 'broken', network: 'a' }]);
  expect(first?.isDisposed).toBe(true);
  expect(second?.turns).toBe(2);
  await expect(room.carryOut({ kind: 'inspect', network: 'a' })).rejects.toMatchObject({ code: 'unavailable' });
});

test('a reader that takes nothing gets a bounded number of bytes, and more once it has taken some', async () => {
  const { room, networks, reports } = await roomOf('a');
  await room.carryOut({ kind: 'capture', network: 'a', key: 1, request: { form: 'pcap' } });
  const piece = new Uint8Array(256 * 1024);
  const taken = [1, 2, 3, 4, 5].map(() => networks[0]?.take(piece));
  expect(taken).toEqual([true, true, true, true, false]);
  await room.carryOut({ kind: 'captured-taken', network: 'a', key: 1, bytes: piece.length });
  expect(networks[0]?.take(piece)).toBe(true);
  expect(reports.filter(({ kind }) => kind === 'captured')).toHaveLength(5);
  expect(await room.carryOut({ kind: 'end-capture', network: 'a', key: 1 })).toEqual({ packets: 3, droppedPackets: 1 });
});
