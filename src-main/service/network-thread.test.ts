import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AppError, assert } from '../../src-core/base/errors.ts';
import { Doorbell } from '../../src-core/hypervisor/pipes/doorbell.ts';
import { PERFECT_LINK } from '../../src-core/network/network-runner.ts';
import type { NetworkSpec } from '../../src-core/network/network-runner.ts';
import type { NetworkCommand } from '../workers/network-protocol.ts';
import { NetworkThread } from './network-thread.ts';
import type { NetworkHear } from './network-worker.ts';

const spec: NetworkSpec = {
  ...{
    id: 'n1',
    name: 'lab',
    subnet: { address: '10.86.1.0', length: 24 },
    subnet6: { address: 'fd00:1:1:1::', length: 64 },
  },
  ...{ internal: false, reachesHost: false, conditions: PERFECT_LINK },
};
const card = { key: 'm:0', name: 'web', mac: '52:54:00:00:00:01', address: '10.86.1.2' };
const forward = {
  protocol: 'tcp',
  address: '127.0.0.1',
  port: 80,
  guestAddress: '10.86.1.2',
  guestPort: 80,
  owner: 'web',
} as const;

/** A thread that does what it is told, and remembers it. */
class Thread {
  readonly bell = new Doorbell();
  readonly told: NetworkCommand[] = [];
  readonly hear: NetworkHear;
  readonly die: (because: string) => void;
  isTerminated = false;

  constructor(hear: NetworkHear, died: (because: string) => void) {
    this.hear = hear;
    this.die = died;
  }

  ask(command: NetworkCommand): Promise<null> {
    this.told.push(command);
    return Promise.resolve(null);
  }

  terminate(): Promise<void> {
    this.isTerminated = true;
    return Promise.resolve();
  }

  get kinds(): string[] {
    return this.told.map(({ kind }) => kind);
  }
}

let threads: Thread[];
let runner: NetworkThread;
const last = (): Thread => {
  const thread: Thread | undefined = threads[threads.length - 1];
  assert(thread, 'a thread was started');
  return thread;
};

beforeEach(() => {
  threads = [];
  runner = new NetworkThread((hear, died) => {
    const thread = new Thread(hear, died);
    threads.push(thread);
    return thread;
  });
});

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
};

afterEach(() => void vi.useRealTimers());

test('the thread is there from the first network until half an hour after the last', async () => {
  vi.useFakeTimers();
  expect(threads).toHaveLength(0);
  await runner.open(spec);
  await runner.open({ ...spec, id: 'n2' });
  await runner.close('n1');
  expect(threads).toHaveLength(1);
  expect(last().isTerminated).toBe(false);
  await runner.close('n2');
  await vi.advanceTimersByTimeAsync(29 * 60_000);
  await runner.open(spec);
  await vi.advanceTimersByTimeAsync(60 * 60_000);
  expect(last().isTerminated).toBe(false);
  await runner.close('n1');
  await vi.advanceTimersByTimeAsync(31 * 60_000);
  expect(last().isTerminated).toBe(true);
  expect(threads).toHaveLength(1);
});

test('when the thread dies, networks, cards and forwards are there again in another, over new cables', async () => {
  const defects: string[] = [];
  runner.onDefect((because) => defects.push(because));
  await runner.open(spec);
  const attached = await runner.attach('n1', card, new SharedArrayBuffer(4));
  await runner.forward('n1', forward);
  const behind = { key: 'c:0', name: 'web', mac: card.mac, address: '10.86.1.9', behind: 'node' };
  const station = await runner.station('n1', behind);
  (await runner.station('n1', { ...behind, key: 'd:0' })).dispose();
  station.rename('other');
  const before = attached.cable;
  const replaced: unknown[] = [];
  attached.onReplaced((cable) => replaced.push(cable));
  last().die('out of memory');
  await settle();
  expect(threads).toHaveLength(2);
  expect(last().kinds).toEqual(['open', 'attach', 'station', 'forward']);
  expect(last().told[2]).toMatchObject({ card: { key: 'c:0', name: 'other' } });
  expect(replaced).toEqual([attached.cable]);
  expect(attached.cable.toNetwork).not.toBe(before.toNetwork);
  expect(attached.cable.bell).toBe(last().bell.buffer);
  expect(defects.join()).toContain('out of memory');
});

test('a network that broke begins anew in the same thread, and the others are left alone', async () => {
  await runner.open(spec);
  await runner.open({ ...spec, id: 'n2' });
  last().told.length = 0;
  last().hear({ kind: 'broken', network: 'n2', because: 'a defect' });
  await settle();
  expect(threads).toHaveLength(1);
  expect(last().told).toMatchObject([{ kind: 'open', network: { id: 'n2' } }]);
});

test('what breaks again and again is left as it is', async () => {
  await runner.open(spec);
  for (let time = 0; time < 20; time++) {
    last().hear({ kind: 'broken', network: 'n1', because: 'a defect' });
    await settle();
  }
  expect(last().kinds.filter((kind) => kind === 'open')).toHaveLength(6);
});

test('a network that is left as it is says why, without asking the thread, until it is opened again', async () => {
  await runner.open(spec);
  const capture = await runner.capture('n1', { form: 'pcap', take: () => undefined });
  for (let time = 0; time < 6; time++) {
    last().die(`defect ${time}`);
    await settle();
  }
  const began = threads.length;
  await capture.ended;
  expect(await runner.inspect('n1')).toEqual({
    addresses: [],
    flows: { tcp: 0, udp: 0, echo: 0 },
    failure: 'defect 5',
  });
  expect(threads).toHaveLength(began);
  await runner.close('n1');
  await runner.open(spec);
  expect(last().kinds).toEqual(['close', 'open']);
});

test('a network that cannot begin anew says why', async () => {
  await runner.open(spec);
  last().ask = () => Promise.reject(new Error('no room'));
  last().hear({ kind: 'broken', network: 'n1', because: 'a defect' });
  await settle();
  expect((await runner.inspect('n1')).failure).toContain('no room');
});

test('a capture ends with its network; what is captured goes to who asked', async () => {
  const got: number[] = [];
  await runner.open(spec);
  const capture = await runner.capture('n1', { form: 'pcap', take: (bytes) => got.push(bytes.length) });
  const key = last().told.flatMap((command) => (command.kind === 'capture' ? [command.key] : []))[0] ?? -1;
  last().hear({ kind: 'captured', key, bytes: new Uint8Array(24) });
  await runner.close('n1');
  await capture.ended;
  expect(got).toEqual([24]);
});

test('a network that is not open is refused', async () => {
  await expect(runner.attach('n1', card, new SharedArrayBuffer(4))).rejects.toThrow(AppError);
});
