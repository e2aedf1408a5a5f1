import fc from 'fast-check';
import { expect, it } from 'vitest';
import { connectSmall, settle } from './testing/small-contract.ts';
import type { ClientMessage } from './wire.ts';

const small = fc.integer({ min: -1, max: 6 });
const bytes = fc.integer({ min: 0, max: 70_000 }).map((size) => new Uint8Array(size));
const method = fc.constantFrom('sums.add', 'sums.fail', 'pipes.open', 'events.subscribe', 'no.such', '', '__proto__.x');
const input = fc.oneof(fc.constant({ name: 'a' }), fc.constant({ a: 1 }), fc.anything());
const anyMessage = fc.oneof(
  fc.record({ kind: fc.constant('request'), id: small, method, input }),
  fc.record({ kind: fc.constant('open'), stream: small, method, input }),
  fc.record({
    kind: fc.constant('control'),
    stream: small,
    value: fc.oneof(fc.constant({ resize: 1 }), fc.anything()),
  }),
  fc.record({ kind: fc.constant('data'), stream: small, channel: small, bytes }),
  fc.record({ kind: fc.constant('credit'), stream: small, channel: small, bytes: fc.nat(200_000) }),
  fc.record({ kind: fc.constantFrom('finish', 'close'), stream: small, channel: small }),
  fc.anything(),
);

it('survives whatever a client sends: each request is answered once or the connection is cut off', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyMessage, { maxLength: 40 }), async (messages) => {
      const { channels, violations, defects } = connectSmall({
        pipe: (_input, stream) => {
          stream.onData((data, channel, done) => void stream.write(data, channel).then(done, done));
          stream.onFinish(() => stream.end({ total: 0 }));
          return Promise.resolve({ welcome: '' });
        },
      });
      const answered: number[] = [];
      channels.client.onMessage((answer) => {
        if (answer.kind === 'response' || answer.kind === 'failure') answered.push(answer.id);
      });
      for (const message of messages) send(channels.client.send.bind(channels.client), message);
      await settle();
      expect(defects).toEqual([]);
      expect(new Set(answered).size).toBe(answered.length);
      if (violations.length === 0) expect(answered.length).toBe(countRequests(messages));
      else expect(violations).toHaveLength(1);
    }),
    { seed: 20261122, numRuns: 400 },
  );
});

/** What cannot be cloned cannot be sent either. */
function send(out: (message: ClientMessage) => void, message: unknown): void {
  try {
    out(message as ClientMessage);
  } catch (error) {
    expect(['DataCloneError', 'TypeError']).toContain((error as Error).name);
  }
}

function countRequests(messages: readonly unknown[]): number {
  return messages.filter((message) => (message as { kind?: unknown } | null | undefined)?.kind === 'request').length;
}
