import { beforeEach, expect, it } from 'vitest';
import { Deferred } from '../../../base/deferred.ts';
import { CHANNEL } from '../../../guest/protocol.ts';
import { FakeClock } from '../../../host/testing/fake-clock.ts';
import { ContainerLog } from '../log/container-log.ts';
import { GrowingFiles } from '../testing/engine-bench.ts';
import { FakeSession } from '../testing/fake-session.ts';
import { ContainerOutput } from './output.ts';
import type { OutputClient } from './output-feed.ts';

const PIECE = new Uint8Array(32 * 1024).fill(0x78);

let clock: FakeClock;
let log: ContainerLog;
let output: ContainerOutput;
let session: FakeSession;

beforeEach(() => {
  clock = new FakeClock();
  log = new ContainerLog(new GrowingFiles(), '/c', clock, () => undefined);
  output = new ContainerOutput(log, clock);
  session = new FakeSession();
  output.connect(session);
});

/** A client that takes what it is given when the test lets it. */
class SlowClient implements OutputClient {
  heard = '';
  bytes = 0;
  readonly waiting: Deferred<undefined>[] = [];
  isSlow = false;

  async write(bytes: Uint8Array, channel: number): Promise<void> {
    this.heard += `${channel}:${new TextDecoder().decode(bytes)} `;
    this.bytes += bytes.length;
    if (!this.isSlow) return;
    const taken = new Deferred<undefined>();
    this.waiting.push(taken);
    await taken.promise;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await Promise.resolve();
}

it('reaches everyone who is attached, on the channel that it was printed on', async () => {
  const [one, other] = [new SlowClient(), new SlowClient()];
  output.attach(one, { replay: true, patient: false });
  output.attach(other, { replay: true, patient: false });
  session.print('a');
  session.print('b', CHANNEL.stderr);
  await settle();
  expect([one.heard, other.heard]).toEqual(['1:a 2:b ', '1:a 2:b ']);
  expect(session.owed).toBe(0);
});

it('is shown to those who attach later, but not what a run before printed', async () => {
  session.print('before');
  const next = new FakeSession();
  output.connect(next);
  next.print('now');
  const late = new SlowClient();
  output.attach(late, { replay: true, patient: false });
  const plain = new SlowClient();
  output.attach(plain, { replay: false, patient: false });
  await settle();
  expect(late.heard).toBe('1:now ');
  expect(plain.heard).toBe('');
});

it('is replayed only so far', async () => {
  for (let n = 0; n < 10; n++) session.printBytes(PIECE);
  const late = new SlowClient();
  output.attach(late, { replay: true, patient: false });
  await settle();
  expect(late.bytes).toBe(64 * 1024);
});

it('is held back in the container for a client that does not take it, whoever else does', async () => {
  const slow = new SlowClient();
  slow.isSlow = true;
  output.attach(slow, { replay: false, patient: true });
  for (let n = 0; n < 4; n++) session.printBytes(PIECE);
  await settle();
  expect(session.owed).toBeGreaterThan(0);
  clock.pass(60_000);
  await settle();
  expect(session.owed).toBeGreaterThan(0);
  slow.isSlow = false;
  for (const taken of slow.waiting.splice(0)) taken.resolve(undefined);
  await settle();
  expect(session.owed).toBe(0);
  expect(slow.bytes).toBe(4 * PIECE.length);
});

it('is not held back for long for one who only looks on', async () => {
  const slow = new SlowClient();
  slow.isSlow = true;
  output.attach(slow, { replay: false, patient: false });
  for (let n = 0; n < 4; n++) session.printBytes(PIECE);
  await settle();
  expect(session.owed).toBeGreaterThan(0);
  clock.pass(5000);
  await settle();
  expect(session.owed).toBe(0);
  slow.isSlow = false;
  for (const taken of slow.waiting.splice(0)) taken.resolve(undefined);
  await settle();
  session.print('again');
  await settle();
  expect(slow.heard.endsWith('1:again ')).toBe(true);
});

it('goes on when a client that held it back has gone', async () => {
  const slow = new SlowClient();
  slow.isSlow = true;
  const attached = output.attach(slow, { replay: false, patient: true });
  for (let n = 0; n < 4; n++) session.printBytes(PIECE);
  await settle();
  attached.dispose();
  await settle();
  expect(session.owed).toBe(0);
});

it('is all handed over before the end is told', async () => {
  const slow = new SlowClient();
  slow.isSlow = true;
  const attached = output.attach(slow, { replay: false, patient: true });
  session.print('a');
  session.print('b');
  let isFlushed = false;
  void attached.flushed().then(() => (isFlushed = true));
  await settle();
  expect(isFlushed).toBe(false);
  slow.isSlow = false;
  for (const taken of slow.waiting.splice(0)) taken.resolve(undefined);
  await settle();
  expect(isFlushed).toBe(true);
  expect(slow.heard).toBe('1:a 1:b ');
});
