import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeFrame } from '../../src-core/contract/frames.ts';
import { messageChannelSuite } from '../../src-core/contract/message-channel.suite.ts';
import type { ClientMessage, MessageChannel, ServerMessage } from '../../src-core/contract/wire.ts';
import { connectLocally, listenLocally } from './local-socket.ts';
import { socketPathFor } from './socket-path.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'innkeeper-socket-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

type ServerEnd = MessageChannel<ServerMessage, ClientMessage>;

async function listenOnce(name: string) {
  const path = join(directory, name);
  const connections: ServerEnd[] = [];
  const arrived: ((end: ServerEnd) => void)[] = [];
  const listener = await listenLocally(path, (end) => {
    connections.push(end);
    arrived.shift()?.(end);
  });
  return { path, listener, next: () => new Promise<ServerEnd>((resolve) => arrived.push(resolve)) };
}

messageChannelSuite('local socket', async () => {
  const { path, listener, next } = await listenOnce('suite.sock');
  const server = next();
  const client = await connectLocally(path);
  return { client, server: await server, dispose: () => listener.close() };
});

describe('the local socket', () => {
  it('is open to nobody else', async () => {
    const { path, listener } = await listenOnce('mode.sock');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await listener.close();
    expect(existsSync(path)).toBe(false);
  });

  it('takes the place of one that a dead process left', async () => {
    writeFileSync(join(directory, 'stale.sock'), '');
    const { path, listener, next } = await listenOnce('stale.sock');
    const server = next();
    (await connectLocally(path)).close();
    await server;
    await listener.close();
  });

  it('tells a client that nobody listens', async () => {
    await expect(connectLocally(join(directory, 'none.sock'))).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('ends the connection for garbage and goes on serving others', async () => {
    const { path, listener, next } = await listenOnce('fuzz.sock');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 3000 }), async (garbage) => {
        const server = next();
        const socket = connect(path);
        // Whatever they begin with, ff announces a frame that is too large.
        socket.end(Buffer.concat([garbage, Buffer.alloc(garbage[0]! * 2 + 8, 0xff)]));
        (await server).onMessage(() => undefined);
        await new Promise((resolve) =>
          socket
            .on('error', () => undefined)
            .resume()
            .on('close', resolve),
        );
      }),
      { seed: 20261122, numRuns: 100 },
    );
    const server = next();
    const client = await connectLocally(path);
    client.send({ kind: 'close', stream: 5 });
    const end = await server;
    expect(await new Promise((resolve) => end.onMessage(resolve))).toEqual({ kind: 'close', stream: 5 });
    client.close();
    await listener.close();
  });

  it('stops reading requests of a client that does not read the answers, and cuts it off when events pile up', async () => {
    const { path, listener, next } = await listenOnce('deaf.sock');
    const connected = next();
    const socket = connect(path).pause();
    socket.on('error', () => undefined);
    const server = await connected;
    let requests = 0;
    const answer = { kind: 'response', id: 1, output: 'x'.repeat(256 * 1024) } as const;
    server.onMessage(() => {
      requests++;
      server.send(answer);
    });
    const request = encodeFrame({ kind: 'request', id: 1, method: 'm', input: 'y'.repeat(60_000) }, true);
    for (let count = 0; count < 500; count++) socket.write(request);
    for (let seen = -1; seen !== requests;) {
      seen = requests;
      await sleep(100);
    }
    expect(requests).toBeGreaterThan(0);
    expect(requests).toBeLessThan(60);
    const closed = new Promise<boolean>((resolve) => server.onClose(() => resolve(true)));
    for (let count = 0; count < 300; count++) server.send(answer);
    expect(await closed).toBe(true);
    socket.destroy();
    await listener.close();
  });
});

describe('the path of the socket', () => {
  it('is in the data directory, or in a private directory when that is too long', () => {
    expect(socketPathFor('/a/b')).toBe('/a/b/service.sock');
    const long = socketPathFor(`/${'long'.repeat(30)}`);
    expect(long.length).toBeLessThan(104);
    expect(long).not.toBe(socketPathFor(`/${'long'.repeat(31)}`));
    expect(statSync(join(long, '..')).mode & 0o777).toBe(0o700);
  });
});
