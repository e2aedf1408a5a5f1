import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TINY_FILES } from './tiny-files.ts';

test('has scripts that a shell can read', () => {
  const scripts = Object.entries(TINY_FILES).filter(([, { text }]) => text.startsWith('#!/bin/sh'));
  expect(scripts.length).toBeGreaterThan(6);
  for (const [path, { mode, text }] of scripts) {
    const { status, stderr } = spawnSync('sh', ['-n'], { input: text, encoding: 'utf8' });
    expect([path, mode, status, stderr]).toEqual([path, 0o755, 0, '']);
    expect(text).not.toMatch(/undefined|\\\$\{/);
  }
});

/** The script that udhcpc calls, with its places below a folder of the test and an `ip` that writes down what it is told. */
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'innkeeper-lease-'));
  writeFileSync(join(folder, 'ip'), `#!/bin/sh\necho "$*" >>${folder}/told\n`, { mode: 0o755 });
});
afterEach(() => rmSync(folder, { recursive: true }));

function lease(event: string, told: Readonly<Record<string, string>>): void {
  const script = (TINY_FILES['etc/udhcpc/default.script']?.text ?? '')
    .replaceAll('/run/resolv', `${folder}/resolv`)
    .replaceAll('/etc/resolv.conf', `${folder}/resolv.conf`);
  const environment = { ...told, PATH: `${folder}:/usr/bin:/bin` };
  const { status, stderr } = spawnSync('sh', ['-c', script, 'script', event], { env: environment, encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
}

const resolv = (): string => readFileSync(join(folder, 'resolv.conf'), 'utf8');
const told = (): string[] => readFileSync(join(folder, 'told'), 'utf8').trimEnd().split('\n');
const first = { interface: 'eth0', ip: '10.86.0.2', mask: '24', router: '10.86.0.1', dns: '10.86.0.1', domain: 'inn' };

test('a lease becomes an address, a way out, and servers for names', () => {
  lease('bound', first);
  expect(told()).toEqual([
    '-4 addr flush dev eth0',
    'addr replace 10.86.0.2/24 broadcast + dev eth0',
    'route replace default via 10.86.0.1 dev eth0 metric 100',
  ]);
  expect(resolv()).toBe('search inn\nnameserver 10.86.0.1\n');
});

test('a lease that is renewed does not take the address away meanwhile', () => {
  lease('renew', first);
  expect(told()[0]).toBe('addr replace 10.86.0.2/24 broadcast + dev eth0');
});

test('several cards share the list of servers, and the first is the way out', () => {
  lease('bound', { ...first, interface: 'eth1', ip: '10.87.0.2', router: '10.87.0.1', dns: '10.87.0.1' });
  lease('bound', first);
  expect(told().filter((line) => line.startsWith('route'))).toEqual([
    'route replace default via 10.87.0.1 dev eth1 metric 101',
    'route replace default via 10.86.0.1 dev eth0 metric 100',
  ]);
  expect(resolv()).toBe('search inn\nnameserver 10.86.0.1\nnameserver 10.87.0.1\n');
  lease('deconfig', { interface: 'eth0' });
  expect(resolv()).toBe('search inn\nnameserver 10.87.0.1\n');
});

test('a network without a way out gives an address and names only', () => {
  lease('bound', { ...first, router: '', search: 'inn lab.inn' });
  expect(told().some((line) => line.startsWith('route'))).toBe(false);
  expect(resolv()).toBe('search inn lab.inn\nnameserver 10.86.0.1\n');
});
