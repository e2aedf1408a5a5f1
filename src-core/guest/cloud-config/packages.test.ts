import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { planConfiguration } from './plan.ts';
import { parseUserData } from './user-data.ts';

/** The step that installs packages, on a system that is a folder: its tables of routes, its cards, its apt-get and sleep. */
let folder: string;

const NO_ROUTE = 'Iface\tDestination\tGateway\n';
const ROUTE = `${NO_ROUTE}eth0\t0056560A\t00000000\neth0\t00000000\t0156560A\n`;
const V6 = '0'.repeat(32);
const LOCAL_V6 = `${V6} 00 ${V6} 00 ${V6} ffffffff 00000001 00000000 00200200       lo\n`;
const ROUTE_V6 = `${V6} 00 ${V6} 00 fe800000000000000000000000000001 00000400 00000001 00000000 00450003     eth0\n`;

function program(name: string, text: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'innkeeper-packages-'));
  mkdirSync(join(folder, 'cards/lo'), { recursive: true });
  mkdirSync(join(folder, 'cards/eth0'));
  writeFileSync(join(folder, 'route'), NO_ROUTE);
  writeFileSync(join(folder, 'ipv6_route'), LOCAL_V6);
  program('apt-get', `echo "apt $*" >>${folder}/ran`);
  program('sleep', `echo sleep >>${folder}/ran`);
});
afterEach(() => rmSync(folder, { recursive: true }));

function install(): { status: number | null; said: string; ran: string[] } {
  const [step] = planConfiguration(parseUserData('#cloud-config\npackages: [nginx-light]\n', 'test')).once;
  const script = (step?.script ?? '')
    .replaceAll('/proc/net/', `${folder}/`)
    .replaceAll('/sys/class/net', `${folder}/cards`)
    .replaceAll('/sys/bus/pci/devices', `${folder}/bus`);
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script, 'step', ...(step?.arguments ?? [])], {
    env: { PATH: `${folder}:/usr/bin:/bin` },
    encoding: 'utf8',
  });
  const ran = readFileSync(join(folder, 'ran'), 'utf8').trimEnd().split('\n');
  return { status, said: stdout + stderr, ran: ran.map((line) => line.replace(/ -o \S+/g, '')) };
}

const APT = ['apt -q -y update', 'apt -q -y install -- nginx-light'];

test.each([
  ['IPv4', () => writeFileSync(join(folder, 'route'), ROUTE)],
  ['IPv6', () => writeFileSync(join(folder, 'ipv6_route'), LOCAL_V6 + ROUTE_V6)],
])('packages are installed at once where there is a way out by %s', (_, lead) => {
  lead();
  expect(install()).toEqual({ status: 0, said: '', ran: APT });
});

test('a way out is waited for', () => {
  const route = join(folder, 'route');
  program('sleep', `echo sleep >>${folder}/ran; [ $(wc -l <${folder}/ran) -lt 3 ] || printf '${ROUTE}' >${route}`);
  expect(install()).toEqual({ status: 0, said: '', ran: ['sleep', 'sleep', 'sleep', ...APT] });
});

test('a way out is waited for while the card has no driver yet', () => {
  rmSync(join(folder, 'cards/eth0'), { recursive: true });
  mkdirSync(join(folder, 'bus/0000:00:1c.0'), { recursive: true });
  writeFileSync(join(folder, 'bus/0000:00:1c.0/class'), '0x020000\n');
  program('sleep', `echo sleep >>${folder}/ran; printf '${ROUTE}' >${join(folder, 'route')}`);
  expect(install()).toEqual({ status: 0, said: '', ran: ['sleep', ...APT] });
});

test('when there is none for long, it is tried all the same, and a failure says what was missing', () => {
  program('apt-get', `echo "apt $*" >>${folder}/ran; exit 100`);
  const { status, said, ran } = install();
  expect(status).toBe(100);
  expect(said).toBe('the network has given this machine no way out for 60 s (see "ip addr" and "ip route")\n');
  expect(ran).toEqual([...Array<string>(60).fill('sleep'), ...APT]);
});

test('a machine without a card does not wait, and is told so', () => {
  rmSync(join(folder, 'cards/eth0'), { recursive: true });
  program('apt-get', `echo "apt $*" >>${folder}/ran; exit 100`);
  expect(install()).toEqual({ status: 100, said: 'this machine has no network card\n', ran: APT });
});

test('a list that cannot be had does not keep packages from being installed', () => {
  writeFileSync(join(folder, 'route'), ROUTE);
  program('apt-get', `echo "apt $*" >>${folder}/ran; case "$*" in *update) exit 100 ;; esac`);
  expect(install()).toEqual({ status: 0, said: '', ran: APT });
});
