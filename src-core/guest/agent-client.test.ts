import { beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../base/errors.ts';
import { AgentClient, type AgentState } from './agent-client.ts';
import { encodeGrant } from './credit.ts';
import type { ExecSession } from './exec-session.ts';
import { CHUNK_BYTES, FRAME_KIND, MAX_PAYLOAD_BYTES, WINDOW_BYTES } from './protocol.ts';
import { FakeGuest } from './testing/fake-guest.ts';
import { ManualTimers } from './testing/manual-timers.ts';
import { deliver, MemoryEnd, settle } from './testing/memory-duplex.ts';

let end: MemoryEnd;
let guest: FakeGuest;
let timers: ManualTimers;
let client: AgentClient;
let states: AgentState[];

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const ticks = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};
const move = async (): Promise<void> => {
  await ticks();
  settle(end, guest.end);
  await ticks();
};

beforeEach(() => {
  end = new MemoryEnd();
  guest = new FakeGuest();
  timers = new ManualTimers();
  client = new AgentClient({ duplex: end, timers, random: Math.random });
  states = [];
  client.onStateChange((state) => states.push(state));
});

async function ready(): Promise<void> {
  client.start();
  guest.link.start();
  await move();
  expect(client.state).toBe('ready');
}

async function started(request: Parameters<AgentClient['exec']>[0] = { command: ['sh'] }): Promise<ExecSession> {
  const session = client.exec(request);
  await move();
  guest.say(lastOpened(), { kind: 'started', pid: 42 });
  await move();
  return session;
}

const lastOpened = (): number => guest.heard.findLast((each) => 'message' in each)?.session ?? -1;

async function failure(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

describe('the state', () => {
  test('is absent before the start, waiting until the agent tells of itself, and then ready', async () => {
    expect(client.state).toBe('absent');
    client.start();
    expect(client.state).toBe('waiting');
    await ready();
    expect(client.about).toEqual({ agent: 'fake', features: expect.arrayContaining(['exec']) });
    client.dispose();
    expect(states).toEqual(['waiting', 'ready', 'absent']);
    expect(timers.pending).toBe(0);
  });

  test('is absent when nobody answers for minutes, and ready when somebody does after all', async () => {
    client.start();
    const waiting = failure(client.whenReady(1_000_000, 'wait'));
    timers.pass(180_000);
    expect(client.state).toBe('absent');
    expect((await waiting).code).toBe('unavailable');
    guest.link.start();
    await move();
    expect(client.state).toBe('ready');
  });

  test('goes back to waiting when the agent starts anew, and everything in progress fails', async () => {
    await ready();
    const session = await started();
    guest.link.start();
    await move();
    const { code, message } = await failure(session.result);
    expect(code).toBe('guest-failed');
    expect(message).toBe(
      'Failed to run sh in the guest: the connection to the agent in the guest was lost: the other side started anew',
    );
    timers.pass(100);
    await move();
    expect(states).toEqual(['waiting', 'ready', 'waiting', 'ready']);
  });
});

describe('a program', () => {
  test('is started with what was asked for, heard, and ends with its status', async () => {
    await ready();
    const request = {
      command: ['sh', '-c', 'echo grüße'],
      environment: { A: 'b' },
      workingDirectory: '/tmp',
      terminal: { columns: 80, rows: 24 },
    };
    const session = await started(request);
    expect(guest.heard).toEqual([{ session: 1, message: { kind: 'exec', ...request } }]);
    expect(session.pid).toBe(42);
    expect(timers.pending).toBe(0);
    guest.send(FRAME_KIND.data, 1, 1, bytesOf('out'));
    guest.send(FRAME_KIND.data, 1, 2, bytesOf('err'));
    guest.say(1, { kind: 'ended', status: 3 });
    await move();
    // Nobody listened yet: it is kept.
    const heard: string[] = [];
    session.onData((bytes, channel) => heard.push(`${channel}:${new TextDecoder().decode(bytes)}`));
    expect(heard).toEqual(['1:out', '2:err']);
    expect(await session.result).toEqual({ exitStatus: 3 });
  });

  test('gets its input, resizes and signals in order, and no more input than it has credit for', async () => {
    await ready();
    const session = await started();
    guest.heard.length = 0;
    session.resize({ columns: 1, rows: 2 });
    session.signal(15);
    const writing = session.write(new Uint8Array(WINDOW_BYTES + 5).fill(97));
    session.finish();
    await move();
    const input = (): number => guest.heard.reduce((sum, each) => sum + ('stdin' in each ? each.stdin.length : 0), 0);
    expect(guest.heard.slice(0, 2)).toEqual([
      { session: 1, message: { kind: 'resize', columns: 1, rows: 2 } },
      { session: 1, message: { kind: 'signal', signal: 15 } },
    ]);
    expect(input()).toBe(WINDOW_BYTES);
    expect(guest.heard.every((each) => !('stdin' in each) || each.stdin.length <= CHUNK_BYTES)).toBe(true);
    guest.send(FRAME_KIND.credit, 1, 0, encodeGrant(1000));
    await move();
    await writing;
    expect(input()).toBe(WINDOW_BYTES + 5);
    expect(guest.heard.at(-1)).toEqual({ session: 1, finished: 0 });
    expect((await failure(session.write(bytesOf('late')))).code).toBe('wrong-state');
  });

  test('gets credit for its output when, and only when, the output has been taken', async () => {
    await ready();
    const session = await started();
    const taken: (() => void)[] = [];
    session.onData((_, __, done) => taken.push(done));
    guest.heard.length = 0;
    for (let i = 0; i < 4; i++) guest.send(FRAME_KIND.data, 1, 1, new Uint8Array(CHUNK_BYTES));
    await move();
    expect(guest.heard).toEqual([]);
    taken[0]!();
    taken[0]!();
    await move();
    expect(guest.heard).toEqual([]);
    taken[1]!();
    await move();
    expect(guest.heard).toEqual([{ session: 1, channel: 1, credit: 2 * CHUNK_BYTES }]);
  });

  test('that is closed is told so, and what still comes of it is ignored', async () => {
    await ready();
    const session = await started();
    session.close();
    guest.send(FRAME_KIND.data, 1, 1, bytesOf('late'));
    await move();
    expect(guest.heard.at(-1)).toEqual({ session: 1, message: { kind: 'close' } });
    guest.say(1, { kind: 'ended', status: 0 });
    await move();
    expect((await failure(session.result)).code).toBe('cancelled');
    expect(client.state).toBe('ready');
  });

  test('is waited for while the guest boots, for so long', async () => {
    client.start();
    const session = client.exec({ command: ['true'], waitMs: 5000 });
    guest.link.start();
    await move();
    await move();
    guest.say(1, { kind: 'started', pid: 1 });
    await move();
    await session;
    client.dispose();
    client.start();
    const late = failure(client.exec({ command: ['true'], waitMs: 5000 }));
    timers.pass(5000);
    expect(await late).toMatchObject({ code: 'timeout', because: 'the agent in the guest was not ready after 5 s' });
  });

  test('is refused before it is sent when it cannot be meant', async () => {
    await ready();
    for (const request of [
      { command: [] },
      { command: ['a\0b'] },
      { command: ['a'], environment: { 'A=B': 'c' } },
      { command: ['a', 'x'.repeat(65536)] },
    ]) {
      expect((await failure(client.exec(request))).code).toBe('invalid-input');
    }
    expect(guest.heard).toEqual([]);
  });

  test('fails when the agent cannot do it, refuses it, or does not answer', async () => {
    guest.onUp = () => guest.about(['exec']);
    await ready();
    const terminal = { columns: 80, rows: 24 };
    expect((await failure(client.exec({ command: ['a'], terminal }))).code).toBe('not-supported');
    expect((await failure(client.powerOff())).code).toBe('not-supported');
    const refused = failure(client.exec({ command: ['a'] }));
    await move();
    guest.say(1, { kind: 'failed', code: 'no-room', because: 'too many' });
    await move();
    expect(await refused).toMatchObject({ code: 'no-room', message: 'Failed to run a in the guest: too many' });
    const unanswered = failure(client.exec({ command: ['a'] }));
    await move();
    timers.pass(30_000);
    expect((await unanswered).code).toBe('timeout');
    await move();
    expect(guest.heard.at(-1)).toEqual({ session: 2, message: { kind: 'close' } });
  });
});

describe('a request', () => {
  test('is answered, or fails with what the agent says', async () => {
    await ready();
    const ping = client.ping();
    const time = failure(client.setTime(1_700_000_000_123_456_789n));
    await move();
    expect(guest.heard).toEqual([
      { session: 1, message: { kind: 'ping' } },
      { session: 2, message: { kind: 'set-time', ns: '1700000000123456789' } },
    ]);
    timers.pass(7);
    guest.say(2, { kind: 'failed', code: 'guest-failed', because: 'date failed' });
    guest.say(1, { kind: 'done' });
    await move();
    expect(await ping).toBe(7);
    expect((await time).message).toBe("Failed to set the guest's clock: date failed");
  });
});

describe('what the service asks of a guest', () => {
  const seed = 'ab'.repeat(32);
  const identity = { hostName: 'copy', machineId: '0'.repeat(32), seed };
  const pci = '0000:00:1c.0';
  const cards = [{ pci, mac: '52:54:00:12:34:56' }];
  const mount = { type: 'virtiofs', source: 'share-0', directory: '/srv/däta', options: 'ro' };
  const requests: Record<string, [ask: () => Promise<void>, message: Record<string, unknown>]> = {
    identify: [() => client.identify(identity), { kind: 'identify', ...identity }],
    'identify with cards': [() => client.identify({ ...identity, cards }), { kind: 'identify', ...identity, cards }],
    'bring-up-cards': [() => client.bringUpCards(), { kind: 'bring-up-cards' }],
    'bring-up-cards of some': [() => client.bringUpCards([pci]), { kind: 'bring-up-cards', cards: [pci] }],
    'rescan-pci': [() => client.rescanPci(), { kind: 'rescan-pci' }],
    'remove-pci': [() => client.removePci('0000:00:05.0'), { kind: 'remove-pci', address: '0000:00:05.0' }],
    mount: [() => client.mount(mount), { kind: 'mount', ...mount }],
    unmount: [() => client.unmount('/srv'), { kind: 'unmount', directory: '/srv', lazy: false }],
    sync: [() => client.sync(), { kind: 'sync' }],
  };

  test.each(Object.entries(requests))('%s is said as it was meant, and answered', async (_, [ask, message]) => {
    await ready();
    const asked = ask();
    await move();
    expect(guest.heard).toEqual([{ session: 1, message }]);
    guest.say(1, { kind: 'done' });
    await move();
    await asked;
  });

  test.each(Object.entries(requests))('%s is not asked of an agent that does not know it', async (_, [ask]) => {
    guest.onUp = () => guest.about(['exec', 'ping']);
    await ready();
    expect((await failure(ask())).code).toBe('not-supported');
    expect(guest.heard).toEqual([]);
  });

  test('has time to make keys for a server', async () => {
    await ready();
    const asked = client.identify(identity);
    await move();
    timers.pass(170_000);
    guest.say(1, { kind: 'done' });
    await move();
    await asked;
  });

  test('must fit into one frame', async () => {
    await ready();
    const options = 'x'.repeat(MAX_PAYLOAD_BYTES);
    expect((await failure(client.mount({ ...mount, options }))).code).toBe('invalid-input');
    expect(guest.heard).toEqual([]);
  });
});

describe('an agent of another version', () => {
  const own = { version: '2-newer', source: new TextEncoder().encode('the newer agent') };
  const greets = (agent: string, features = ['exec', 'ping']) => {
    guest.onUp = () => guest.say(0, { kind: 'about', agent, features });
  };

  beforeEach(() => {
    client = new AgentClient({ duplex: end, timers, random: Math.random, ownAgent: own });
  });

  test('is replaced before it is said to be ready, and then the new one is', async () => {
    greets('1');
    client.start();
    guest.link.start();
    await move();
    expect(client.state).toBe('waiting');
    expect(guest.heard).toMatchObject([
      { session: 1, message: { kind: 'exec', command: ['sh', '-c', expect.any(String), 'innkeeper', '15'] } },
      { session: 1, stdin: 'the newer agent' },
      { session: 1, finished: 0 },
    ]);
    greets(own.version);
    guest.link.start();
    await move();
    timers.pass(1000);
    await move();
    expect([client.state, client.about?.agent]).toEqual(['ready', own.version]);
  });

  test.each([
    ['ended with a failure', () => guest.say(1, { kind: 'ended', status: 1 })],
    ['was refused', () => guest.say(1, { kind: 'failed', code: 'no-room', because: 'full' })],
    ['did not end', () => timers.pass(30_000)],
  ])('is taken as it is when its renewal %s', async (_, answer) => {
    greets('1');
    client.start();
    guest.link.start();
    await move();
    guest.say(1, { kind: 'started', pid: 5 });
    await move();
    answer();
    await move();
    expect([client.state, client.about?.agent]).toEqual(['ready', '1']);
  });

  test('is asked to make place only once in a start', async () => {
    greets('1');
    client.start();
    guest.link.start();
    await move();
    guest.link.start();
    await move();
    timers.pass(1000);
    await move();
    expect([client.state, client.about?.agent]).toEqual(['ready', '1']);
  });

  test.each([
    ['newer', '3-newest', ['exec']],
    ['the same', '2-newer', ['exec']],
    ['one that cannot run programs', '1', ['ping']],
    ['a stranger', 'theirs', ['exec']],
  ])('is left alone when it is %s', async (_, version, features) => {
    greets(version, features);
    client.start();
    guest.link.start();
    await move();
    expect([client.state, guest.heard]).toEqual(['ready', []]);
  });
});

describe('a hostile guest', () => {
  const violations: Record<string, () => void> = {
    'output beyond its credit': () => {
      for (let i = 0; i < 5; i++) guest.send(FRAME_KIND.data, 1, 1, new Uint8Array(CHUNK_BYTES));
    },
    'empty output': () => guest.send(FRAME_KIND.data, 1, 1, new Uint8Array(0)),
    'output on the channel of input': () => guest.send(FRAME_KIND.data, 1, 0, bytesOf('x')),
    'credit for what was never sent': () => guest.send(FRAME_KIND.credit, 1, 0, encodeGrant(1)),
    'a session that was never opened': () => guest.say(9, { kind: 'done' }),
    'a second start': () => guest.say(1, { kind: 'started', pid: 1 }),
    'an answer to something else': () => guest.say(1, { kind: 'done' }),
    'a message that is none': () => guest.send(FRAME_KIND.message, 1, 0, bytesOf('{')),
    'data on the connection itself': () => guest.send(FRAME_KIND.data, 0, 1, bytesOf('x')),
    'a second introduction': () => guest.about(),
  };

  for (const [what, violate] of Object.entries(violations)) {
    test(`that sends ${what} loses its sessions and is greeted anew`, async () => {
      await ready();
      const session = await started();
      violate();
      await move();
      expect(client.state).toBe('waiting');
      expect((await failure(session.result)).code).toBe('guest-failed');
      timers.pass(100);
      await move();
      expect(client.state).toBe('ready');
      await started();
    });
  }

  test('is greeted ever more slowly when it goes on', async () => {
    await ready();
    let changes = 0;
    client.onStateChange(() => changes++);
    for (let ms = 0; ms < 60_000; ms += 10) {
      if (guest.link.up) guest.about();
      settle(end, guest.end);
      timers.pass(10);
    }
    expect(changes).toBeLessThan(30);
  });

  test('that reads nothing makes nothing grow here', async () => {
    await ready();
    const session = await started();
    session.onData((_, __, done) => done());
    const sent = session.write(new Uint8Array(10 * WINDOW_BYTES));
    for (let i = 0; i < 100_000; i++) {
      session.resize({ columns: (i % 100) + 1, rows: 1 });
      session.signal(1);
    }
    end.take();
    expect(end.pendingBytes).toBeLessThan(64 * 1024 + CHUNK_BYTES);
    deliver(end.take(), guest.end);
    deliver(end.take(), guest.end);
    const signals = guest.heard.filter((each) => 'message' in each && each.message['kind'] === 'signal');
    expect(signals.length).toBeLessThanOrEqual(2 * 16);
    for (let i = 0; i < 50; i++) {
      guest.send(FRAME_KIND.data, 1, 1, new Uint8Array(CHUNK_BYTES));
      deliver(guest.end.take(), end);
    }
    expect(end.pendingBytes).toBeLessThan(2 * 64 * 1024);
    client.dispose();
    await sent;
  });

  test('may know messages that we do not', async () => {
    await ready();
    const session = await started();
    guest.say(1, { kind: 'statistics', memory: 1 });
    guest.say(0, { kind: 'announcement' });
    guest.say(1, { kind: 'unknown', of: 'resize' });
    guest.say(1, { kind: 'ended', status: 0 });
    await move();
    expect(await session.result).toEqual({ exitStatus: 0 });
  });
});
