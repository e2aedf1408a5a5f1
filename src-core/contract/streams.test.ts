import { describe, expect, it } from 'vitest';
import { AppError } from '../base/errors.ts';
import { MAX_OPEN_STREAMS } from './server.ts';
import { MAX_STREAM_CHANNELS } from './stream-flow.ts';
import { connectSmall, settle, smallClient } from './testing/small-contract.ts';
import type { PipeEnd } from './testing/small-contract.ts';
import { STREAM_CREDIT_BYTES } from './wire.ts';
import type { ClientMessage } from './wire.ts';

/** A pipe whose service end the test holds in its hand. */
async function openPipe() {
  let end!: PipeEnd;
  const setup = smallClient({
    pipe: (_input, stream) => {
      end = stream;
      return Promise.resolve({ welcome: 'hello' });
    },
  });
  const pipe = await setup.client.pipes.open({ name: 'a' });
  return { ...setup, pipe, end };
}

describe('a stream', () => {
  it('opens, carries bytes both ways and ends with its result', async () => {
    const { pipe, end } = await openPipe();
    expect(pipe.opened).toEqual({ welcome: 'hello' });
    end.onData((bytes, channel, done) => {
      void end.write(
        bytes.map((byte) => byte + 1),
        channel,
      );
      done();
    });
    end.onFinish(() => end.end({ total: 3 }));
    const echoed: number[] = [];
    pipe.onData((bytes, channel, done) => {
      echoed.push(channel, ...bytes);
      done();
    });
    await pipe.write(Uint8Array.of(1, 2, 3), 2);
    pipe.finish(2);
    expect(await pipe.result).toEqual({ total: 3 });
    expect(echoed).toEqual([2, 2, 3, 4]);
  });

  it('delivers what was written before the handler answered and before the end, to one who listens late', async () => {
    const { client } = smallClient({
      pipe: (_input, stream) => {
        void stream.write(Uint8Array.of(1));
        stream.end({ total: 1 });
        return Promise.resolve({ welcome: '' });
      },
    });
    const pipe = await client.pipes.open({ name: 'a' });
    expect(await pipe.result).toEqual({ total: 1 });
    const seen: number[] = [];
    pipe.onData((bytes) => void seen.push(...bytes));
    expect(seen).toEqual([1]);
  });

  it('does not open when the handler refuses', async () => {
    const refusal = new AppError({ code: 'wrong-state', doing: 'open it', because: 'it is shut' });
    const { client } = smallClient({ pipe: () => Promise.reject(refusal) });
    await expect(client.pipes.open({ name: 'a' })).rejects.toMatchObject({ code: 'wrong-state', doing: 'open it' });
  });

  it('breaks with the cause that the service tells', async () => {
    const { pipe, end } = await openPipe();
    end.fail(new AppError({ code: 'guest-failed', doing: 'pipe', because: 'the guest crashed' }));
    await expect(pipe.result).rejects.toMatchObject({ code: 'guest-failed' });
    await expect(end.write(Uint8Array.of(1))).rejects.toMatchObject({ code: 'cancelled' });
  });

  it.each(['throws', 'rejects'])('breaks when the handler of its bytes %s', async (how) => {
    const { pipe, end, defects } = await openPipe();
    end.onData(() => {
      const defect = new TypeError('oops');
      if (how === 'throws') throw defect;
      return Promise.reject(defect);
    });
    await pipe.write(Uint8Array.of(1));
    await expect(pipe.result).rejects.toMatchObject({ code: 'internal', because: 'oops' });
    expect(defects).toHaveLength(1);
  });

  it('takes control values and breaks on one that is none', async () => {
    const { pipe, end } = await openPipe();
    pipe.control({ resize: 7 });
    await settle();
    const sizes: number[] = [];
    end.onControl(({ resize }) => sizes.push(resize));
    pipe.control({ resize: 8 });
    await settle();
    expect(sizes).toEqual([7, 8]);
    pipe.control({ resize: 'large' } as never);
    await expect(pipe.result).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it.each(['closes it', 'disconnects'])(
    'tells the service once when the client %s, also a handler that asks late',
    async (how) => {
      const { pipe, end, client } = await openPipe();
      let told = 0;
      end.onClose(() => told++);
      const waiting = end.write(new Uint8Array(STREAM_CREDIT_BYTES + 1));
      if (how === 'disconnects') client.disconnect();
      else pipe.close();
      await expect(pipe.result).rejects.toMatchObject({ code: how === 'disconnects' ? 'unavailable' : 'cancelled' });
      await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
      end.onClose(() => told++);
      expect(told).toBe(2);
      expect(() => end.end({ total: 1 })).not.toThrow();
    },
  );

  it('rejects its writes and its result when the connection is lost', async () => {
    const { pipe, channels } = await openPipe();
    const written = pipe.write(new Uint8Array(STREAM_CREDIT_BYTES * 2));
    channels.server.close();
    await expect(written).rejects.toMatchObject({ code: 'unavailable' });
    await expect(pipe.result).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('credit', () => {
  it('holds back a writer whose reader is slow, and lets it go on in step', async () => {
    const { pipe, end } = await openPipe();
    const unread: (() => void)[] = [];
    let arrived = 0;
    pipe.onData((bytes, _channel, done) => {
      arrived += bytes.length;
      unread.push(done);
    });
    const total = 3 * STREAM_CREDIT_BYTES;
    let sent = false;
    void end.write(new Uint8Array(total)).then(() => (sent = true));
    await settle();
    expect(arrived).toBe(STREAM_CREDIT_BYTES);
    expect(sent).toBe(false);
    while (unread.length > 0) {
      unread.shift()?.();
      await settle();
      expect(unread.length).toBeLessThanOrEqual(4);
    }
    expect(arrived).toBe(total);
    expect(sent).toBe(true);
  });

  it('is counted for each channel by itself', async () => {
    const { pipe, end } = await openPipe();
    const arrived: number[] = [0, 0];
    end.onData((bytes, channel) => void (arrived[channel]! += bytes.length));
    void pipe.write(new Uint8Array(2 * STREAM_CREDIT_BYTES), 0);
    void pipe.write(new Uint8Array(10), 1);
    await settle();
    expect(arrived).toEqual([STREAM_CREDIT_BYTES, 10]);
  });

  it('counts small pieces that are given back one by one', async () => {
    const { pipe, end } = await openPipe();
    let arrived = 0;
    end.onData((bytes, _channel, done) => {
      arrived += bytes.length;
      done();
      done();
    });
    for (let piece = 0; piece < 3000; piece++) await pipe.write(new Uint8Array(100));
    await settle();
    expect(arrived).toBe(300_000);
  });

  it.each<[string, (send: (message: object) => void) => void]>([
    ['sends more than it has credit for', (send) => [...Array(5)].forEach(() => send(data(STREAM_CREDIT_BYTES / 4)))],
    ['grants what it never received', (send) => send({ kind: 'credit', channel: 0, bytes: 1 })],
    ['uses a channel that does not exist', (send) => send(data(1, MAX_STREAM_CHANNELS))],
    ['sends after it finished', (send) => [{ kind: 'finish', channel: 0 }, data(1)].forEach(send)],
    ['finishes twice', (send) => [1, 2].forEach(() => send({ kind: 'finish', channel: 0 }))],
  ])('cuts off a client that %s', async (_, misbehave) => {
    const { channels, violations } = connectSmall();
    channels.client.send({ kind: 'open', stream: 1, method: 'pipes.open', input: { name: 'a' } });
    misbehave((message) => channels.client.send({ stream: 1, ...message } as ClientMessage));
    await settle();
    expect(violations).toHaveLength(1);
  });

  it('cuts off a client that grants more than it received', async () => {
    const { channels, violations } = connectSmall({
      pipe: (_input, stream) => {
        void stream.write(new Uint8Array(10));
        return Promise.resolve({ welcome: '' });
      },
    });
    channels.client.send({ kind: 'open', stream: 1, method: 'pipes.open', input: { name: 'a' } });
    await settle();
    channels.client.send({ kind: 'credit', stream: 1, channel: 0, bytes: 10 });
    await settle();
    expect(violations).toEqual([]);
    channels.client.send({ kind: 'credit', stream: 1, channel: 0, bytes: 1 });
    await settle();
    expect(violations).toHaveLength(1);
  });

  it('bounds the streams of one client', async () => {
    const { client } = smallClient();
    for (let count = 0; count < MAX_OPEN_STREAMS; count++) await client.pipes.open({ name: 'a' });
    await expect(client.pipes.open({ name: 'a' })).rejects.toMatchObject({ code: 'no-room' });
  });

  function data(count: number, channel = 0) {
    return { kind: 'data', channel, bytes: new Uint8Array(count) };
  }
});
