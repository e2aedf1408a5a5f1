import { afterEach, describe, expect, it } from 'vitest';
import { MAX_DATA_BYTES } from './channel-credit.ts';
import { smallClient } from './testing/small-contract.ts';
import type { PipeEnd } from './testing/small-contract.ts';
import { STREAM_CREDIT_BYTES } from './wire.ts';
import type { ClientMessage, MessageChannel, ServerMessage } from './wire.ts';

export interface ChannelUnderTest {
  client: MessageChannel<ClientMessage, ServerMessage>;
  server: MessageChannel<ServerMessage, ClientMessage>;
  /** Lets go of what the pair stands on: a listening socket, a server. */
  dispose?(): Promise<void> | void;
}

/** What `MessageChannel` promises. Every transport runs this suite. */
export function messageChannelSuite(name: string, connect: () => Promise<ChannelUnderTest>): void {
  describe(`message channel: ${name}`, () => {
    let pair: ChannelUnderTest | undefined;
    afterEach(async () => {
      pair?.client.close();
      pair?.server.close();
      await pair?.dispose?.();
      pair = undefined;
    });
    const open = async () => (pair = await connect());

    it('carries messages both ways in order', async () => {
      const { client, server } = await open();
      const atServer = collect(server, 200);
      const atClient = collect(client, 200);
      for (let id = 0; id < 200; id++) {
        client.send({ kind: 'request', id, method: 'machines.list', input: { n: id } });
        server.send({ kind: 'response', id, output: [id] });
      }
      expect((await atServer).map((message) => (message.kind === 'request' ? message.id : -1))).toEqual(range(200));
      expect((await atClient).map((message) => (message.kind === 'response' ? message.output : -1))).toEqual(
        range(200).map((id) => [id]),
      );
    });

    it('carries every byte value and every size of data unchanged', async () => {
      const { client, server } = await open();
      const sizes = [0, 1, 255, 256, 4097, MAX_DATA_BYTES];
      const received = collect(server, sizes.length);
      for (const size of sizes) client.send({ kind: 'data', stream: 1, channel: 2, bytes: pattern(size) });
      const messages = await received;
      expect(messages).toEqual(
        sizes.map((size) => ({ kind: 'data', stream: 1, channel: 2, bytes: plain(pattern(size)) })),
      );
    });

    it('sends exactly the part of a buffer that a view shows', async () => {
      const { client, server } = await open();
      const received = collect(client, 1);
      server.send({ kind: 'data', stream: 1, channel: 0, bytes: pattern(10_000).subarray(100, 110) });
      const [message] = await received;
      const bytes = message?.kind === 'data' ? message.bytes : new Uint8Array();
      expect([...bytes]).toEqual(range(10).map((index) => index + 100));
      expect(bytes.buffer.byteLength).toBeLessThan(10_000);
    });

    it('takes bytes out of shared memory', async () => {
      const { client, server } = await open();
      const received = collect(client, 1);
      const shared = new Uint8Array(new SharedArrayBuffer(16)).fill(7);
      server.send({ kind: 'data', stream: 1, channel: 0, bytes: shared.subarray(4, 8) });
      const [message] = await received;
      expect(message?.kind === 'data' ? [...message.bytes] : []).toEqual([7, 7, 7, 7]);
      expect(message?.kind === 'data' && message.bytes.buffer instanceof SharedArrayBuffer).toBe(false);
    });

    it('is not disturbed when the sender reuses its buffer', async () => {
      const { client, server } = await open();
      const received = collect(server, 1);
      const buffer = pattern(64);
      client.send({ kind: 'data', stream: 1, channel: 0, bytes: buffer });
      buffer.fill(0);
      const [message] = await received;
      expect(message?.kind === 'data' ? [...message.bytes] : []).toEqual([...pattern(64)]);
    });

    it('carries large and foreign text', async () => {
      const { client, server } = await open();
      const received = collect(client, 1);
      const output = { text: 'Grüße, 世界 🏠\u0000\u001b[31m'.repeat(20_000) };
      server.send({ kind: 'response', id: 1, output });
      expect(await received).toEqual([{ kind: 'response', id: 1, output }]);
    });

    it('keeps messages until someone listens', async () => {
      const { client, server } = await open();
      client.send({ kind: 'close', stream: 1 });
      await new Promise((resolve) => setTimeout(resolve, 20));
      client.send({ kind: 'close', stream: 2 });
      expect(await collect(server, 2)).toEqual([
        { kind: 'close', stream: 1 },
        { kind: 'close', stream: 2 },
      ]);
    });

    it.each(['client', 'server'] as const)('tells both sides once when the %s closes', async (who) => {
      const { client, server } = await open();
      let told = 0;
      const both = [client, server].map(
        (side) =>
          new Promise<void>((resolve) =>
            side.onClose(() => {
              told++;
              resolve();
            }),
          ),
      );
      client.onMessage(() => undefined);
      server.onMessage(() => undefined);
      (who === 'client' ? client : server).close();
      (who === 'client' ? client : server).close();
      await Promise.all(both);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(told).toBe(2);
    });

    it('carries a stream: all of it, in order, and no more at a time than there is credit for', async () => {
      const total = 20 * STREAM_CREDIT_BYTES;
      let sent = 0;
      let read = 0;
      let furthest = 0;
      const flood = async (stream: PipeEnd) => {
        for (; sent < total; sent += 50_000) {
          await stream.write(Uint8Array.from({ length: 50_000 }, (_, index) => (sent + index) % 251));
          furthest = Math.max(furthest, sent + 50_000 - read);
        }
        stream.end({ total: sent });
      };
      const { client } = smallClient(
        {
          pipe: (_input, stream) => {
            void flood(stream);
            return Promise.resolve({ welcome: '' });
          },
        },
        await open(),
      );
      const pipe = await client.pipes.open({ name: 'a' });
      let wrong = 0;
      pipe.onData(async (bytes) => {
        for (const byte of bytes) if (byte !== read++ % 251) wrong++;
        // A slow reader: everything else gets its turn first.
        await new Promise((resolve) => setTimeout(resolve, 0));
      });
      expect(await pipe.result).toEqual({ total: sent });
      expect([read, wrong]).toEqual([sent, 0]);
      expect(furthest).toBeLessThanOrEqual(STREAM_CREDIT_BYTES + 50_000);
    });

    it('delivers what was sent before the close', async () => {
      const { client, server } = await open();
      const received = collect(client, 50);
      for (const id of range(50)) server.send({ kind: 'response', id, output: 'x'.repeat(1000) });
      server.close();
      expect(await received).toHaveLength(50);
    });

    it('ignores what is sent after the close', async () => {
      const { client, server } = await open();
      const closed = new Promise<void>((resolve) => server.onClose(resolve));
      server.onMessage(() => undefined);
      client.onMessage(() => undefined);
      client.close();
      expect(() => client.send({ kind: 'close', stream: 1 })).not.toThrow();
      await closed;
      expect(() => server.send({ kind: 'response', id: 1, output: {} })).not.toThrow();
    });
  });
}

/** @returns the first `count` messages that arrive */
function collect<In>(channel: MessageChannel<never, In>, count: number): Promise<In[]> {
  return new Promise((resolve) => {
    const messages: In[] = [];
    channel.onMessage((message) => {
      messages.push(message);
      if (messages.length === count) resolve(messages.map(comparable));
    });
  });
}

/** Node hands out Buffers, which are Uint8Arrays that no test calls equal to one. */
function comparable<T>(message: T): T {
  const { bytes } = message as { bytes?: unknown };
  return bytes instanceof Uint8Array ? { ...message, bytes: plain(bytes) } : message;
}

function plain(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes);
}

function pattern(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => index & 0xff);
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
