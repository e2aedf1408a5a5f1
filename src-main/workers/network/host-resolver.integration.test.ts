import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Endpoint } from '../../../src-core/network/host-network.ts';
import { answers } from './dns-exchange.ts';
import { DnsServers, endpointOf } from './dns-servers.ts';
import { HostResolver } from './host-resolver.ts';
import { HostsFile, parseHosts } from './hosts-file.ts';

const toClose: (() => void)[] = [];
afterEach(() => {
  for (const close of toClose.splice(0)) close();
});

const NO_HOSTS = { answer: () => null };
/** Of "a.example", A, as an answer to which an address is to be added. */
function query(id = 0x1234): Uint8Array {
  return Uint8Array.from([
    id >> 8,
    id & 255,
    1,
    0,
    0,
    1,
    0,
    0,
    0,
    0,
    0,
    0,
    1,
    97,
    7,
    ...Buffer.from('example'),
    0,
    0,
    1,
    0,
    1,
  ]);
}
function answerTo(asked: Uint8Array, last: number, flags = 0x80): Uint8Array {
  const record = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, last];
  return Uint8Array.from([...asked, ...record])
    .with(2, 0x81)
    .with(3, flags)
    .with(7, 1);
}

/** A name server. @param answer to each query, in order: one datagram each */
async function serve(
  answer: (asked: Uint8Array) => Uint8Array[],
  byTcp?: (asked: Uint8Array) => Uint8Array,
): Promise<Endpoint> {
  const socket = createSocket('udp4');
  socket.on('message', (bytes, from) => {
    for (const each of answer(Uint8Array.from(bytes))) socket.send(each, from.port, from.address);
  });
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
  toClose.push(() => socket.close());
  const { port } = socket.address();
  if (byTcp === undefined) return { address: '127.0.0.1', port };
  const server = createServer((connection) => {
    connection.on('error', () => undefined);
    let received = Buffer.alloc(0);
    connection.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      const message = byTcp(Uint8Array.from(received.subarray(2)));
      // In pieces, as it may come.
      connection.write(Uint8Array.of(message.length >> 8));
      setTimeout(() => connection.end(Uint8Array.from([message.length & 255, ...message])), 5);
    });
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  toClose.push(() => server.close());
  expect((server.address() as AddressInfo).port).toBe(port);
  return { address: '127.0.0.1', port };
}

async function resolve(...servers: Endpoint[]): Promise<number | string | null> {
  const answer = await new HostResolver(() => servers, NO_HOSTS).resolve(query());
  if (answer === null) return null;
  expect([answer[0], answer[1]]).toEqual([0x12, 0x34]);
  return answer[7] === 0 ? `rcode ${answer[3]! & 15}` : answer.at(-1);
}

test('an answer comes back with the id of the query, which another one was asked with', async () => {
  const ids = new Set<number>();
  const server = await serve((asked) => {
    ids.add(asked[0]! * 256 + asked[1]!);
    return [answerTo(asked, 7)];
  });
  for (let at = 0; at < 4; at++) expect(await resolve(server)).toBe(7);
  expect(ids.size).toBeGreaterThan(1);
});

test('a server that is not there, refuses or fails is passed over for the next', async () => {
  const gone = await serve(() => []);
  toClose.pop()!();
  const failing = await serve((asked) => [asked.with(2, 0x81).with(3, 0x82)]);
  const good = await serve((asked) => [answerTo(asked, 8)]);
  expect(await resolve(gone, failing, good)).toBe(8);
  expect(await resolve(gone, failing)).toBe('rcode 2');
  expect(await resolve(gone)).toBeNull();
  expect(await resolve()).toBeNull();
});

test('that a name is not there is an answer: nobody else is asked', async () => {
  const first = await serve((asked) => [asked.with(2, 0x81).with(3, 0x83)]);
  let wasAsked = false;
  const second = await serve(() => {
    wasAsked = true;
    return [];
  });
  expect(await resolve(first, second)).toBe('rcode 3');
  expect(wasAsked).toBe(false);
});

test('what answers something else is not taken for the answer', async () => {
  const server = await serve((asked) => [
    answerTo(asked.with(0, asked[0]! ^ 1), 1),
    answerTo(asked.with(13, 98), 2),
    asked,
    answerTo(asked, 3),
  ]);
  expect(await resolve(server)).toBe(3);
});

test('an answer that was cut off is fetched over a connection', async () => {
  const cut = (asked: Uint8Array): Uint8Array[] => [asked.with(2, 0x83)];
  expect(await resolve(await serve(cut, (asked) => answerTo(asked, 9)))).toBe(9);
  // Without one, that it was cut off is all there is to say.
  expect(await resolve(await serve(cut))).toBe('rcode 0');
});

test('letters of the question may come back in another case', () => {
  expect(answers(answerTo(query(), 1), query().with(13, 65))).toBe(true);
  expect(answers(answerTo(query(), 1).subarray(0, 20), query())).toBe(false);
});

test('servers are read as Node writes them', () => {
  expect(['192.0.2.1', '192.0.2.1:5353', '2001:db8::1', '[2001:db8::1]:5353', 'name', ''].flatMap(endpointOf)).toEqual([
    { address: '192.0.2.1', port: 53 },
    { address: '192.0.2.1', port: 5353 },
    { address: '2001:db8::1', port: 53 },
    { address: '2001:db8::1', port: 5353 },
  ]);
  for (const { address, port } of new DnsServers().get(0)) expect([address.length > 0, port > 0]).toEqual([true, true]);
});

test('names of the hosts file are known without a server, and anew once it changes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'inn-hosts-'));
  toClose.push(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'hosts');
  writeFileSync(path, '192.0.2.5\tA.Example b # nobody\n127.0.0.1 localhost\n');
  utimesSync(path, 1, 1);
  const resolver = new HostResolver(() => [], new HostsFile(path));
  const answer = await resolver.resolve(query());
  expect([answer?.[0], answer?.[7], ...answer!.subarray(-4)]).toEqual([0x12, 1, 192, 0, 2, 5]);
  // Of the other family it has none: a server may.
  expect(await resolver.resolve(query().with(24, 28))).toBeNull();
  expect(await new HostResolver(() => [], new HostsFile(join(folder, 'none'))).resolve(query())).toBeNull();
});

test('a hosts file has names for addresses, but for those of the loopback', () => {
  const text =
    '# all\r\n0.0.0.0 ads.example\r\n::1 me\n127.0.1.1 me\nfe80::1%lo0 link\nnonsense x\n192.0.2.1 two two.example.\n192.0.2.2 two\n';
  const found = [...parseHosts(text)].map(
    ([name, addresses]) => `${name} ${addresses.map((bytes) => bytes.length).join(' ')}`,
  );
  expect(found).toEqual(['ads.example 4', 'link 16', 'two 4 4', 'two.example 4']);
});
