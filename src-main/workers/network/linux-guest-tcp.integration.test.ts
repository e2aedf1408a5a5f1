import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CardSpec, NetworkSpec } from '../../../src-core/network/network-runner.ts';
import { PERFECT_LINK } from '../../../src-core/network/network-runner.ts';
import { DEVICE, whyNoLinuxGuest, type LinuxGuest } from './testing/linux-guest.ts';
import { NetworkHere } from './testing/network-here.ts';

const SPEC: NetworkSpec = {
  id: '00112233aabbcc70',
  name: 'tcp',
  subnet: { address: '10.86.9.0', length: 24 },
  subnet6: { address: 'fd86:9:9:9::', length: 64 },
  internal: false,
  reachesHost: true,
  conditions: PERFECT_LINK,
};
const GATEWAY = '10.86.9.1';
const CARD: CardSpec = { key: 'tcp/0', name: 'tcp', mac: '52:54:00:86:09:02', address: '10.86.9.2' };
const DIGEST_BYTES = 32;

/**
 * What the guest runs: so many connections at once that each send random bytes, end, and then read what the other side
 * answers: the digest of what it got, bytes, and their digest. Says how many were whole.
 */
const CLIENT = `
const { connect } = require('node:net'); const { createHash, randomBytes } = require('node:crypto');
const [address, port, up, down, count] = process.argv.slice(2);
let whole = 0, open = Number(count);
const over = () => { if (--open === 0) console.log('whole ' + whole); };
for (let at = 0; at < Number(count); at++) {
  const socket = connect({ host: address, port: Number(port), allowHalfOpen: true });
  const sent = randomBytes(Number(up)); const got = [];
  socket.on('error', (error) => console.log(String(error)));
  socket.on('close', over);
  socket.on('data', (bytes) => got.push(bytes));
  socket.on('end', () => {
    const all = Buffer.concat(got); const digest = (bytes) => createHash('sha256').update(bytes).digest();
    const body = all.subarray(${DIGEST_BYTES}, -${DIGEST_BYTES});
    if (body.length === Number(down) && digest(sent).equals(all.subarray(0, ${DIGEST_BYTES}))
      && digest(body).equals(all.subarray(-${DIGEST_BYTES}))) whole++;
  });
  socket.end(sent);
}
`;

/** The other side: see `CLIENT`. */
function answer(socket: Socket, down: number): void {
  const hash = createHash('sha256');
  socket.on('error', () => undefined);
  socket.on('data', (bytes: Buffer) => hash.update(bytes));
  socket.on('end', () => {
    const body = randomBytes(down);
    socket.write(hash.digest());
    socket.write(body);
    socket.end(createHash('sha256').update(body).digest());
  });
}

const reason = whyNoLinuxGuest();

describe.skipIf(reason !== null)('TCP against that of Linux', () => {
  const folder = mkdtempSync(join(tmpdir(), 'inn-linux-tcp-'));
  const client = join(folder, 'client.cjs');
  let here: NetworkHere;
  let guest: LinuxGuest;
  let server: Server;
  let down = 0;

  beforeAll(async () => {
    writeFileSync(client, CLIENT);
    here = new NetworkHere(SPEC);
    guest = await here.plug(CARD, folder, GATEWAY);
    await guest.must('ip', 'address', 'add', `${CARD.address}/24`, 'dev', DEVICE);
    await guest.must('ip', 'route', 'add', 'default', 'via', GATEWAY);
    server = createServer({ allowHalfOpen: true }, (socket) => answer(socket, down));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', 4_096, done));
  });

  afterAll(async () => {
    server.close();
    await here.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function exchange(up: number, back: number, count: number): Promise<string> {
    down = back;
    const { port } = server.address() as AddressInfo;
    const args = [client, GATEWAY, port, up, back, count].map(String);
    return (await guest.must(process.execPath, ...args)).trim();
  }

  test('50 MB arrive whole each way, the second after the first side has ended', async () => {
    expect(await exchange(50_000_000, 50_000_000, 1)).toBe('whole 1');
  });

  test('500 connections at once are whole', async () => {
    expect(await exchange(20_000, 30_000, 500)).toBe('whole 500');
  });

  test('what the line loses is sent again, both ways', async () => {
    here.network.change({ conditions: { delayMs: 5, loss: 0.02, bitsPerSecond: null } });
    expect(await exchange(1_000_000, 1_000_000, 4)).toBe('whole 4');
    here.network.change({ conditions: PERFECT_LINK });
  });

  test('a connection to where nobody listens is refused at once', async () => {
    const { port } = server.address() as AddressInfo;
    server.close();
    const said = await guest.must(process.execPath, client, GATEWAY, String(port), '10', '10', '1');
    expect(said).toMatch(/ECONNREFUSED[^]*whole 0/);
  });

  test('who connects to a forwarded port that the guest does not serve is reset', async () => {
    const spec = {
      protocol: 'tcp',
      address: '127.0.0.1',
      port: 0,
      guestAddress: CARD.address,
      guestPort: 9,
      owner: 'tcp',
    };
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((done) => taken.once('listening', done));
    const { port } = taken.address() as AddressInfo;
    await new Promise((done) => taken.close(done));
    const forward = await here.network.forward({ ...spec, protocol: 'tcp', port });
    const failure = await new Promise((done) => {
      connect(port, '127.0.0.1')
        .on('error', (error: NodeJS.ErrnoException) => done(error.code))
        .on('end', () => done('end'));
    });
    forward.dispose();
    expect(failure).toBe('ECONNRESET');
  });
});
