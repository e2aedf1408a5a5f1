import { beforeEach, expect, test, vi } from 'vitest';

/** What is in the guest: folders with their names, and small files. */
const folders = new Map<string, readonly string[]>();
const files = new Map<string, string>();
const tools = new Set<string>();
const ran: string[] = [];
const removed: string[] = [];
let fails: string | undefined;

vi.mock('./quickjs.ts', () => ({
  os: {
    readdir: (path: string) => [folders.get(path) ?? [], folders.has(path) ? 0 : 2],
    stat: (path: string) => [files.has(path) || folders.has(path) ? { mode: 0 } : null, 0],
    remove: (path: string) => removed.push(path),
  },
  readSmallFile: (path: string) => files.get(path),
}));
vi.mock('./environment.ts', () => ({
  findTool: (name: string) => (tools.has(name) ? `/usr/bin/${name}` : undefined),
  isDirectory: (path: string) => folders.has(path),
}));
vi.mock('./tool.ts', () => ({
  toolEnds: (command: readonly string[]) => {
    const line = command.join(' ');
    ran.push(line);
    return Promise.resolve(line === fails ? { status: 1, said: 'no' } : { status: 0, said: '' });
  },
  failureOf: (_: string, { status, said }: { status: number; said: string }) => (status === 0 ? undefined : said),
}));

/** The agent is a program of its own, type-checked apart: by name it would be checked here too, with Node's types. */
const program = './cards.ts';
const { bringUpCards, checkCards, renewCards, settleCards } = (await import(program)) as {
  bringUpCards(cards?: unknown): Promise<string | undefined>;
  checkCards(cards: unknown): void;
  renewCards(cards: readonly { pci: string; mac: string }[]): Promise<string | undefined>;
  settleCards(): Promise<string | undefined>;
};

const pci = '0000:00:1c.0';
const mac = '52:54:00:12:34:56';
const SCRIPT = '/usr/lib/innkeeper/network';

beforeEach(() => {
  for (const each of [folders, files, tools]) each.clear();
  ran.length = removed.length = 0;
  fails = undefined;
  tools.add('ip');
  folders.set('/sys/bus/pci/devices', [pci, '0000:00:01.0']);
  folders.set(`/sys/bus/pci/devices/${pci}`, ['virtio7', 'power']);
  folders.set(`/sys/bus/pci/devices/${pci}/virtio7/net`, ['eth0']);
  files.set('/sys/class/net/eth0/flags', '0x1003\n');
});

const CHANGES = [
  'ip link set dev eth0 down',
  'ip addr flush dev eth0',
  `ip link set dev eth0 address ${mac}`,
  'ip link set dev eth0 up',
];

test('a card gets its own address while it is down, and what it was given before is gone', async () => {
  await expect(renewCards([{ pci, mac }])).resolves.toBeUndefined();
  expect(ran).toEqual(CHANGES);
});

test('a card that was down stays down', async () => {
  files.set('/sys/class/net/eth0/flags', '0x1002\n');
  await renewCards([{ pci, mac }]);
  expect(ran).toEqual(CHANGES.slice(0, 3));
});

test('a card that refuses its address stays down, and is not brought up by the script either', async () => {
  files.set(SCRIPT, '');
  fails = CHANGES[2];
  await expect(renewCards([{ pci, mac }])).resolves.toBe('eth0: no');
  expect(ran).toEqual(CHANGES.slice(0, 3));
});

test('a system without "ip" is changed by ifconfig', async () => {
  tools.clear();
  await renewCards([{ pci, mac }]);
  expect(ran).toEqual([
    ...['ifconfig eth0 down', 'ifconfig eth0 0.0.0.0 down', `ifconfig eth0 hw ether ${mac}`, 'ifconfig eth0 up'],
  ]);
});

test('the script of a system of ours begins anew with the card', async () => {
  files.set(SCRIPT, '');
  await renewCards([{ pci, mac }]);
  expect(ran).toEqual([...CHANGES, `${SCRIPT} eth0`]);
});

test('dhcpcd forgets what it told servers that it is', async () => {
  folders.set('/var/lib/dhcpcd', ['.', '..', 'duid', 'eth0.lease', 'eth0.lease6', 'other']);
  folders.set('/run/dhcpcd', []);
  await renewCards([{ pci, mac }]);
  expect(removed).toEqual(['duid', 'eth0.lease', 'eth0.lease6'].map((name) => `/var/lib/dhcpcd/${name}`));
  expect(ran.at(-1)).toBe('systemctl --no-block try-restart dhcpcd.service');
});

test('nothing is done for no cards, nor for one without a driver', async () => {
  folders.set('/var/lib/dhcpcd', ['duid']);
  await renewCards([]);
  expect([ran, removed]).toEqual([[], []]);
  await expect(renewCards([{ pci: '0000:00:1d.0', mac }])).resolves.toBeUndefined();
  expect(ran).toEqual([]);
});

test('cables that were plugged in are told to the script, for these cards or for all', async () => {
  await bringUpCards();
  expect(ran).toEqual([]);
  files.set(SCRIPT, '');
  await bringUpCards();
  await bringUpCards([pci]);
  await bringUpCards(['0000:00:01.0']);
  await settleCards();
  expect(ran).toEqual([`${SCRIPT} eth0`, `${SCRIPT} eth0`, SCRIPT]);
});

test.each([
  [{}],
  [[{ pci: '../..', mac }]],
  [[{ pci, mac: '53:54:00:12:34:56' }]],
  [[{ pci, mac: '52:54:00:12:34' }]],
  [[{ pci }]],
])('what is no card is refused: %j', (cards) => {
  expect(() => checkCards(cards)).toThrow();
});

test('what is no address of a device is refused', () => {
  expect(() => bringUpCards(['eth0'])).toThrow();
  expect(() => bringUpCards('0000:00:1c.0')).toThrow();
});
