import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AgentClient } from './agent-client.ts';
import { encodeJson } from './ascii-json.ts';
import { FRAME_KIND, MAGIC, RESYNC_BYTES, type FrameKind } from './protocol.ts';
import { FakeGuest } from './testing/fake-guest.ts';
import { ManualTimers } from './testing/manual-timers.ts';
import { deliver, MemoryEnd, settle } from './testing/memory-duplex.ts';

type Act = (guest: FakeGuest, end: MemoryEnd, timers: ManualTimers, client: AgentClient) => void;

const anyMessage = fc.oneof(
  fc.record({
    kind: fc.constantFrom('about', 'started', 'ended', 'done', 'failed', 'unknown', 'else'),
    pid: fc.option(fc.integer(), { nil: undefined }),
    status: fc.option(fc.integer({ min: -1, max: 257 }), { nil: undefined }),
    code: fc.constantFrom('no-room', 'nonsense'),
    because: fc.string(),
    of: fc.string(),
    agent: fc.string(),
    features: fc.constantFrom([], ['exec', 'ping'], [1], 'exec'),
  }),
  fc.json().map((text) => JSON.parse(text) as unknown),
);

const anyAct: fc.Arbitrary<Act> = fc.oneof(
  fc.tuple(fc.nat(5), anyMessage).map<Act>(
    ([session, message]) =>
      (guest) =>
        guest.say(session, message),
  ),
  fc.tuple(fc.constantFrom<FrameKind>(...Object.values(FRAME_KIND)), fc.nat(5), fc.nat(3), fc.uint8Array()).map<Act>(
    ([kind, session, channel, bytes]) =>
      (guest) =>
        guest.send(kind, session, channel, bytes),
  ),
  fc.uint8Array({ maxLength: 40 }).map<Act>((bytes) => (_, end) => deliver(bytes, end, 7)),
  fc.constant<Act>((_, end) => deliver(MAGIC, end)),
  fc.constant<Act>((guest) => guest.link.start()),
  fc.constant<Act>((_, __, ___, client) => void client.exec({ command: ['x'], waitMs: 50 }).catch(() => undefined)),
  fc.constant<Act>((_, __, ___, client) => void client.ping().catch(() => undefined)),
  fc.constantFrom<Act>(
    (_, __, ___, client) => void client.rescanPci().catch(() => undefined),
    (_, __, ___, client) => void client.unmount('/x').catch(() => undefined),
    (_, __, ___, client) => void client.mount({ type: 'a', source: 'b', directory: '/c' }).catch(() => undefined),
  ),
  fc.nat(2000).map<Act>((ms) => (_, __, timers) => timers.pass(ms)),
);

test('whatever a guest sends, the client neither throws nor grows, and an honest agent is heard afterwards', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyAct, { maxLength: 40 }), async (acts) => {
      const end = new MemoryEnd();
      const guest = new FakeGuest();
      const timers = new ManualTimers();
      const client = new AgentClient({ duplex: end, timers, random: Math.random });
      client.start();
      guest.link.start();
      settle(end, guest.end, 1000);
      for (const act of acts) {
        act(guest, end, timers, client);
        deliver(guest.end.take(), end, 1000);
        expect(end.pendingBytes).toBeLessThan(4 * RESYNC_BYTES);
        deliver(end.take(), guest.end, 1000);
        await Promise.resolve();
      }
      guest.link.start();
      settle(end, guest.end);
      timers.pass(60_000);
      settle(end, guest.end);
      expect(client.state).toBe('ready');
      const ping = client.ping();
      settle(end, guest.end);
      const asked = guest.heard.findLast((each) => 'message' in each);
      guest.send(FRAME_KIND.message, asked?.session ?? 0, 0, encodeJson({ kind: 'done' }));
      settle(end, guest.end);
      await ping;
      client.dispose();
    }),
    { seed: 20261122, numRuns: 300 },
  );
});
