import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { AppError } from '../../src-core/base/errors.ts';
import { buildAgent } from '../setup/build-agent.ts';
import { openImageRoom } from './images/open-image-room.ts';
import { createService } from './service.ts';
import type { Service } from './service.ts';
import { runScript } from './testing/exec-lines.ts';

/** Machines that run Linux, on networks: what they reach, and what they do not. */
const source = { kind: 'image', image: 'debian-13-tiny' } as const;
let directory: string;
let service: Service;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'innkeeper-networks-'));
  const dataDirectory = join(directory, 'data');
  const room = openImageRoom({ dataDirectory, debianMirror: () => null, agentSource: buildAgent });
  await room.build('debian-13-tiny', { signal: new AbortController().signal, progress: () => undefined });
  await room.close();
  service = await createService({ dataDirectory, host: 'background', version: 'test' });
  await service.handlers.networks.create({ name: 'lab', internal: true, reachesHost: false });
  await Promise.all([run('one', ['default']), run('two', ['default']), run('three', ['lab'])]);
});
afterAll(async () => {
  await service.dispose();
  await rm(directory, { recursive: true });
});

async function run(name: string, networks: string[]): Promise<void> {
  const { machines } = service.handlers;
  await machines.create({ name, source, disks: [], networks, start: false });
  await machines.start({ machine: name });
  await hasAddress(name);
}

/** Runs a script in a guest. @returns its status and the lines that it printed */
async function sh(machine: string, script: string): Promise<{ status: number; text: string }> {
  const lines: string[] = [];
  const { exec } = service.handlers.machines;
  const status = await runScript(exec, machine, script, (line) => lines.push(line));
  return { status, text: lines.join('\n') };
}

async function card(machine: string, slot = 0) {
  return (await service.handlers.machines.inspect({ machine })).cards.find((each) => each.slot === slot);
}

/** The guest has the address that its card was given. */
async function hasAddress(machine: string, slot = 0, link = 'eth0'): Promise<void> {
  const address = (await card(machine, slot))?.address ?? 'none';
  const look = `ip -4 addr show ${link} | grep -q -F "inet ${address}/24"`;
  const { status } = await sh(machine, `for n in $(seq 120); do ${look} && exit; sleep 0.5; done; false`);
  expect([machine, status]).toEqual([machine, 0]);
}

const WAIT = { timeout: 60_000, interval: 500 };
const ping = (to: string): string => `ping -c 1 -W 5 ${to} >/dev/null`;
/** What a listener at an address says; it is given three seconds. */
const hear = (address: string, port: number): string => `nc -w 3 ${address} ${port} </dev/null`;

async function listen(address: string): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => socket.on('error', () => undefined).end('SECRET\n'));
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

describe('on a network', () => {
  it('guests have their addresses by DHCP, and know each other and the gateway by name', async () => {
    const { text } = await sh('one', 'ip route; cat /etc/resolv.conf');
    expect(text).toContain('default via 10.86.');
    expect(text).toContain('search inn');
    for (const name of ['two.inn', 'two', 'gateway.inn']) expect((await sh('one', ping(name))).status).toBe(0);
  });

  it('guests of another network are out of reach, and so is everything outside of an internal one', async () => {
    const [one, three] = [(await card('one'))?.address ?? '', (await card('three'))?.address ?? ''];
    expect((await sh('one', ping(three))).status).not.toBe(0);
    expect((await sh('three', ping(one))).status).not.toBe(0);
    expect((await sh('three', ping('one.inn'))).status).not.toBe(0);
    const { server, port } = await listen('0.0.0.0');
    for (const address of ownAddresses(4)) expect((await sh('three', hear(address, port))).text).toBe('');
    server.close();
    expect((await sh('three', 'ip route')).text).not.toContain('default');
  });

  it('nothing of this computer is reached, by whatever address, unless a person allows it', async () => {
    const { server, port } = await listen('::');
    const ways = ['127.0.0.1', '0.0.0.0', 'gateway.inn', 'host.inn', '10.86.0.1', '64:ff9b::7f00:1', '2002:7f00:1::1'];
    for (const way of [...ways, ...ownAddresses(4), ...ownAddresses(6)]) {
      expect([way, (await sh('one', hear(way, port))).text]).toEqual([way, '']);
    }
    await service.handlers.networks.change({ network: 'default', reachesHost: true });
    expect((await sh('one', hear('host.inn', port))).text).toBe('SECRET');
    await service.handlers.networks.change({ network: 'default', reachesHost: false });
    expect((await sh('one', hear('host.inn', port))).text).toBe('');
    server.close();
  });

  it('a cable that is pulled carries nothing, and everything again once it is put back', async () => {
    const { connections } = service.handlers;
    const other = (await card('two'))?.address ?? '';
    await connections.changeCard({ machine: 'one', slot: 0, connected: false });
    expect((await sh('one', 'cat /sys/class/net/eth0/carrier')).text).toBe('0');
    expect((await sh('one', ping(other))).status).not.toBe(0);
    await connections.changeCard({ machine: 'one', slot: 0, connected: true });
    await expect.poll(async () => (await sh('one', ping(other))).status, WAIT).toBe(0);
  });

  it('cards come and go while a guest runs, and work at once', async () => {
    const { connections } = service.handlers;
    await connections.addCard({ machine: 'one', network: 'lab' });
    await hasAddress('one', 1, 'eth1');
    expect((await sh('one', ping((await card('three'))?.address ?? ''))).status).toBe(0);
    await connections.removeCard({ machine: 'one', slot: 1 });
    expect((await sh('one', 'ls /sys/class/net')).text).not.toContain('eth1');
  });
});

test('a port of this computer leads to a guest, and belongs to it while it runs', async () => {
  const { connections } = service.handlers;
  const { server, port } = await listen('127.0.0.1');
  const forward = { protocol: 'tcp', address: '127.0.0.1', guestPort: 80 } as const;
  const taken = connections.addForward({ machine: 'two', ...forward, port });
  await expect(taken).rejects.toMatchObject({ code: 'already-exists' });
  const free = await taken.catch((error: unknown) => (error instanceof AppError ? error.data['free'] : null));
  server.close();
  if (typeof free !== 'number') throw new Error('no port is said to be free');
  await sh(
    'two',
    "(while true; do printf 'HTTP/1.0 200 OK\\r\\n\\r\\nfrom two' | nc -l -p 80; done) >/dev/null 2>&1 &",
  );
  const { forwards } = await connections.addForward({ machine: 'two', ...forward, port: free });
  expect(forwards).toMatchObject([{ port: free, state: 'active' }]);
  await expect
    .poll(async () => (await fetch(`http://127.0.0.1:${free}/`).catch(() => null))?.text() ?? '', WAIT)
    .toBe('from two');
  const other = connections.addForward({ machine: 'one', ...forward, port: free });
  await expect(other).rejects.toMatchObject({ because: expect.stringContaining('two') });
  await connections.removeForward({ machine: 'two', ...forward, port: free });
  await expect(fetch(`http://127.0.0.1:${free}/`)).rejects.toThrow();
});

test('a fork has addresses of its own at once, and both are reached', async () => {
  const { machines } = service.handlers;
  await machines.fork({ machine: 'two', name: 'fork' });
  await hasAddress('fork');
  const [old, fresh] = [await card('two'), await card('fork')];
  expect(fresh?.address).not.toBe(old?.address);
  expect((await sh('fork', 'cat /sys/class/net/eth0/address')).text).toBe(fresh?.mac);
  expect((await sh('two', 'cat /sys/class/net/eth0/address')).text).toBe(old?.mac);
  for (const name of ['two', 'fork']) expect((await sh('one', ping(`${name}.inn`))).status).toBe(0);
  await machines.kill({ machine: 'fork' });
});

test('a machine that was suspended has its address still, and is reached again', async () => {
  const { machines } = service.handlers;
  const before = await card('two');
  await machines.suspend({ machine: 'two' });
  await machines.resume({ machine: 'two' });
  await expect.poll(async () => (await sh('one', ping('two.inn'))).status, WAIT).toBe(0);
  expect(await card('two')).toMatchObject({ mac: before?.mac, address: before?.address });
});

/** This computer's, but for its loopback and what is good on one link only. */
function ownAddresses(family: 4 | 6): string[] {
  const all = Object.values(networkInterfaces()).flatMap((own) => own ?? []);
  return all
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80'))
    .map(({ address }) => address)
    .filter((address) => address.includes(':') === (family === 6));
}
