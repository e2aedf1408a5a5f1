import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AgentLink } from './link.ts';
import { FRAME_KIND, HELLO_BYTES, MAGIC, RESYNC_BYTES } from './protocol.ts';
import { deliver, MemoryEnd, settle } from './testing/memory-duplex.ts';

class Side {
  readonly end: MemoryEnd;
  readonly link: AgentLink;
  readonly events: string[] = [];

  constructor(seed: number, capacity?: number) {
    this.end = new MemoryEnd(capacity);
    let state = seed;
    const random = (): number => (state = (state * 48271) % 0x7fff_ffff) / 0x7fff_ffff;
    this.link = new AgentLink(this.end, random, {
      onUp: () => this.events.push('up'),
      onDown: (reason) => {
        this.events.push(`down: ${reason}`);
        this.link.start();
      },
      onFrame: (frame) => this.events.push(`frame ${new TextDecoder().decode(frame.payload)}`),
      onWritable: () => undefined,
    });
  }

  say(text: string): void {
    this.link.send(FRAME_KIND.data, 1, 1, new TextEncoder().encode(text));
  }
}

function connected(): [Side, Side] {
  const sides: [Side, Side] = [new Side(1), new Side(2)];
  for (const side of sides) side.link.start();
  settle(sides[0].end, sides[1].end);
  return sides;
}

describe('a link', () => {
  test('comes up when both start, in whatever order, and carries frames', () => {
    for (const together of [true, false]) {
      const [left, right] = [new Side(1), new Side(2)];
      left.link.start();
      // What is said before the other side listens is lost.
      if (!together) left.end.take();
      right.link.start();
      settle(left.end, right.end, 5);
      left.say('hello');
      right.say('there');
      settle(left.end, right.end, 5);
      expect(left.events).toEqual(['up', 'frame there']);
      expect(right.events).toEqual(['up', 'frame hello']);
    }
  });

  test('skips garbage before the greeting', () => {
    const [left, right] = [new Side(1), new Side(2)];
    deliver(
      Uint8Array.from([...MAGIC.subarray(0, 9), ...new TextEncoder().encode('login: '), 0xd7, 0xd7]),
      left.end,
      3,
    );
    left.link.start();
    deliver(Uint8Array.from([...MAGIC.subarray(0, 9), 0xd7, 1, 2, 0xd7]), left.end, 2);
    right.link.start();
    settle(left.end, right.end);
    expect([left.link.up, right.link.up]).toEqual([true, true]);
  });

  test('comes up again when one side starts anew in the middle of a frame', () => {
    for (const restarter of [0, 1] as const) {
      for (const cut of [0, 1, 11, 12, 500, 1012]) {
        const sides = connected();
        const [from, to] = [sides[restarter], sides[1 - restarter]!];
        from.say('x'.repeat(1000));
        deliver(from.end.take().subarray(0, cut), to.end);
        from.link.start();
        settle(sides[0].end, sides[1].end);
        to.say('after');
        from.say('again');
        settle(sides[0].end, sides[1].end);
        expect(to.events).toEqual(['up', 'down: the other side started anew', 'up', 'frame again']);
        expect(from.events.at(-1)).toBe('frame after');
      }
    }
  });

  test('that breaks the rules is greeted anew', () => {
    const [left, right] = connected();
    deliver(new TextEncoder().encode('Kernel panic'), left.end);
    settle(left.end, right.end);
    expect(left.events).toEqual(['up', 'down: what arrived is not a frame', 'up']);
    expect(right.link.up).toBe(true);
  });

  test('answers a flood of hellos with no more than fits', () => {
    const side = new Side(1, 1000);
    side.link.start();
    const hello = new Uint8Array(HELLO_BYTES);
    hello.set(MAGIC);
    for (let nonce = 1; nonce < 10_000; nonce++) {
      new DataView(hello.buffer).setUint32(MAGIC.length, nonce, true);
      deliver(hello, side.end);
    }
    expect(side.end.pendingBytes).toBeLessThanOrEqual(RESYNC_BYTES + HELLO_BYTES);
    side.end.take();
    expect(side.end.pendingBytes).toBe(HELLO_BYTES);
  });

  test('survives whatever arrives, and comes up with an honest side afterwards', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.uint8Array({ maxLength: 64 }), fc.constant(MAGIC)), { maxLength: 30 }),
        (noise) => {
          const [left, right] = connected();
          for (const bytes of noise) deliver(bytes, left.end);
          expect(left.end.pendingBytes).toBeLessThan(4 * RESYNC_BYTES);
          right.link.start();
          settle(left.end, right.end);
          left.say('still here');
          settle(left.end, right.end);
          expect(right.events.at(-1)).toBe('frame still here');
        },
      ),
      { seed: 20261122, numRuns: 300 },
    );
  });
});
