import { createSocket } from 'node:dgram';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { HostTcp, TcpEvents, TcpFailure, UdpEvents } from '../../../src-core/network/host-network.ts';
import { nodeHostNetwork } from './host-network.ts';

const network = nodeHostNetwork(() => undefined);
const toClose: (() => void)[] = [];
afterEach(() => {
  for (const close of toClose.splice(0)) close();
});

/** What a connection told, and promises of its moments. */
class Told implements TcpEvents {
  readonly pieces: Uint8Array[] = [];
  readonly log: string[] = [];
  failure: TcpFailure | null | undefined;
  #waiting: { readonly until: () => boolean; readonly done: () => void }[] = [];

  get text(): string {
    return Buffer.concat(this.pieces).toString();
  }
  get bytes(): number {
    return this.pieces.reduce((sum, piece) => sum + piece.length, 0);
  }
  readonly connected = (): void => this.#note('connected');
  readonly ended = (): void => this.#note('ended');
  readonly drained = (): void => this.#note('drained');
  readonly closed = (failure: TcpFailure | null): void => {
    this.failure = failure;
    this.#note('closed');
  };
  readonly data = (bytes: Uint8Array): void => {
    this.pieces.push(bytes);
    this.#note('data');
  };
  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((done) => this.#waiting.push({ until: condition, done }));
  }
  has(what: string): Promise<void> {
    return this.until(() => this.log.includes(what));
  }
  #note(what: string): void {
    this.log.push(what);
    for (const { done } of this.#waiting.filter(({ until }) => until())) done();
    this.#waiting = this.#waiting.filter(({ until }) => !until());
  }
}

async function serve(accept: (socket: Socket) => void, host = '127.0.0.1'): Promise<number> {
  const server: Server = createServer({ allowHalfOpen: true }, accept);
  toClose.push(() => server.close());
  await new Promise<void>((done) => server.listen(0, host, done));
  return (server.address() as AddressInfo).port;
}

test.each(['127.0.0.1', '::1'])(
  'a connection to %s carries bytes both ways and ends each way by itself',
  async (address) => {
    const port = await serve((socket) => {
      let asked = '';
      socket.on('data', (bytes) => (asked += bytes.toString()));
      socket.on('end', () => socket.end(`answer to ${asked}`));
    }, address);
    const told = new Told();
    const tcp = network.connectTcp({ address, port }, told);
    await told.has('connected');
    tcp.write(Buffer.from('question'));
    tcp.end();
    await told.has('closed');
    expect(told.text).toBe('answer to question');
    expect(told.log.filter((what) => what !== 'data')).toEqual(['connected', 'ended', 'closed']);
    expect(told.failure).toBeNull();
  },
);

test('what is received is plain bytes of its own memory: a slice of it is a copy', async () => {
  const port = await serve((socket) => socket.end('abcdef'));
  const told = new Told();
  const tcp = network.connectTcp({ address: '127.0.0.1', port }, told);
  await told.has('ended');
  tcp.end();
  const [first] = told.pieces;
  expect(Object.getPrototypeOf(first)).toBe(Uint8Array.prototype);
  const copy = first!.slice();
  first![0] = 0;
  expect(copy[0]).toBe(0x61);
});

test('a connection that nobody accepts is refused, and one to nowhere is unreachable', async () => {
  const port = await serve(() => undefined);
  toClose.pop()!();
  const refused = new Told();
  network.connectTcp({ address: '127.0.0.1', port }, refused);
  const unreachable = new Told();
  network.connectTcp({ address: '255.255.255.255', port: 9 }, unreachable);
  await Promise.all([refused.has('closed'), unreachable.has('closed')]);
  expect(refused).toMatchObject({ failure: 'refused', log: ['closed'] });
  expect(unreachable).toMatchObject({ failure: 'unreachable', log: ['closed'] });
});

test('a writer is told that it is enough, and once it has left', async () => {
  let peer: Socket | undefined;
  const port = await serve((socket) => (peer = socket.pause()));
  const told = new Told();
  const tcp = network.connectTcp({ address: '127.0.0.1', port }, told);
  await told.has('connected');
  let written = 0;
  while (tcp.write(new Uint8Array(65_536))) written += 65_536;
  written += 65_536;
  expect(told.log).not.toContain('drained');
  let read = 0;
  peer!.on('data', (bytes) => (read += bytes.length)).resume();
  await told.has('drained');
  tcp.end();
  await new Promise((done) => peer!.once('end', done));
  expect(read).toBe(written);
  peer!.end();
  await told.has('closed');
});

test('a paused connection gives nothing until it is resumed, and loses nothing', async () => {
  const total = 4 * 1024 * 1024;
  const port = await serve((socket) => socket.end(new Uint8Array(total)));
  const told = new Told();
  const tcp = network.connectTcp({ address: '127.0.0.1', port }, told);
  await told.has('data');
  tcp.pause();
  const before = told.bytes;
  await new Promise((done) => setTimeout(done, 50));
  expect(told.bytes).toBe(before);
  expect(told.log).not.toContain('ended');
  tcp.resume();
  await told.has('ended');
  expect(told.bytes).toBe(total);
  tcp.end();
  await told.has('closed');
});

test('a reset is a reset for the other side, and the last that is told here', async () => {
  let whatTheyGot = '';
  const port = await serve((socket) => {
    socket.on('error', (error: NodeJS.ErrnoException) => (whatTheyGot = error.code ?? ''));
    socket.on('close', () => told.data(Buffer.from('theirs is closed')));
    socket.write('hello');
  });
  const told = new Told();
  const tcp = network.connectTcp({ address: '127.0.0.1', port }, told);
  await told.has('data');
  tcp.reset();
  tcp.reset();
  await told.has('closed');
  await told.until(() => told.text.includes('theirs'));
  expect(whatTheyGot).toBe('ECONNRESET');
  expect(told.failure).toBeNull();
  expect(tcp.write(new Uint8Array(1))).toBe(true);
  tcp.end();
});

test('the other side resets: the connection closes with that', async () => {
  const port = await serve((socket) => socket.resetAndDestroy());
  const told = new Told();
  network.connectTcp({ address: '127.0.0.1', port }, told);
  await told.has('closed');
  expect(told.failure).toBe('reset');
});

test('a connection that is reset before it is made ends at once', async () => {
  const told = new Told();
  // Documentation addresses, RFC 5737, answer nobody.
  network.connectTcp({ address: '192.0.2.1', port: 9 }, told).reset();
  await told.has('closed');
  expect(told).toMatchObject({ failure: null, log: ['closed'] });
});

test('a listener gives connections until it is let go of, and a port has one', async () => {
  const told = new Told();
  let accepted: HostTcp | undefined;
  const listener = await network.listenTcp({ address: '127.0.0.1', port: 0 }, (connection, from) => {
    accepted = connection;
    expect(from.address).toBe('127.0.0.1');
    return told;
  });
  const client = connect(listener.at.port, '127.0.0.1');
  client.write('in');
  await told.has('data');
  accepted!.write(Buffer.from('out'));
  accepted!.end();
  const heard = await new Promise<string>((done) => client.once('data', (bytes) => done(bytes.toString())));
  expect([told.text, heard]).toEqual(['in', 'out']);
  await expect(network.listenTcp(listener.at, () => told)).rejects.toMatchObject({ code: 'already-exists' });
  client.end();
  await told.has('closed');
  listener.dispose();
  listener.dispose();
  (await network.listenTcp(listener.at, () => told)).dispose();
});

test('listening at an address that this computer does not have says so', async () => {
  const at = { address: '192.0.2.1', port: 9_999 };
  await expect(network.listenTcp(at, () => new Told())).rejects.toMatchObject({ code: 'not-found' });
  await expect(network.bindUdp(at, quiet())).rejects.toMatchObject({ code: 'not-found' });
});

function quiet(received: UdpEvents['received'] = () => undefined): UdpEvents {
  return { received, refused: () => undefined };
}

test.each([
  [4, '127.0.0.1'],
  [6, '::1'],
] as const)(
  'datagrams of IPv%s go out and are answered, and their bytes are taken when they are sent',
  async (family, address) => {
    const echo = createSocket(family === 4 ? 'udp4' : 'udp6');
    toClose.push(() => echo.close());
    echo.on('message', (bytes, from) => echo.send(bytes, from.port, from.address));
    await new Promise<void>((done) => echo.bind(0, address, done));
    const answered = new Promise<{ text: string; from: unknown; plain: boolean }>((done) => {
      const udp = network.openUdp(
        family,
        quiet((bytes, from) =>
          done({
            text: Buffer.from(bytes).toString(),
            from,
            plain: Object.getPrototypeOf(bytes) === Uint8Array.prototype,
          }),
        ),
      );
      toClose.push(() => udp.dispose());
      const bytes = Buffer.from('ping');
      udp.send(bytes, { address, port: echo.address().port });
      bytes.fill(0);
    });
    expect(await answered).toEqual({ text: 'ping', from: { address, port: echo.address().port }, plain: true });
  },
);

test('a bound datagram socket has its port alone, and hears what is sent there', async () => {
  const at = { address: '127.0.0.1', port: 40_000 + (process.pid % 20_000) };
  const heard: string[] = [];
  const bound = await network.bindUdp(
    at,
    quiet((bytes) => heard.push(Buffer.from(bytes).toString())),
  );
  await expect(network.bindUdp(at, quiet())).rejects.toMatchObject({ code: 'already-exists' });
  const udp = network.openUdp(4, quiet());
  toClose.push(() => udp.dispose());
  udp.send(Buffer.from('x'), at);
  udp.send(Buffer.from('y'), at);
  await expect.poll(() => heard).toEqual(['x', 'y']);
  bound.dispose();
  bound.dispose();
  bound.send(new Uint8Array(1), at);
  (await network.bindUdp(at, quiet())).dispose();
});

test('datagrams that cannot leave are lost, and nothing else happens', async () => {
  const udp = network.openUdp(4, quiet());
  toClose.push(() => udp.dispose());
  udp.send(new Uint8Array(65_535), { address: '127.0.0.1', port: 9 });
  udp.send(new Uint8Array(8), { address: '::1', port: 9 });
  udp.send(new Uint8Array(8), { address: '255.255.255.255', port: 9 });
  await new Promise((done) => setTimeout(done, 20));
});

test('addresses that are names are a defect, never looked up', () => {
  expect(() => network.connectTcp({ address: 'localhost', port: 9 }, new Told())).toThrow(/is not an address/);
  expect(() => network.connectTcp({ address: 'fe80::1%lo', port: 9 }, new Told())).toThrow(/is not an address/);
});

test('this computer knows its loopback, its clock and random bytes', async () => {
  expect(network.ownAddresses()).toContain('127.0.0.1');
  const begin = network.now();
  await new Promise<void>((done) => network.after(5, done));
  expect(network.now()).toBeGreaterThan(begin);
  let called = false;
  network.after(0, () => (called = true)).dispose();
  await new Promise((done) => setTimeout(done, 10));
  expect(called).toBe(false);
  const bytes = new Uint8Array(64);
  network.random(bytes);
  expect(new Set(bytes).size).toBeGreaterThan(16);
});
