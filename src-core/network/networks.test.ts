import { beforeEach, describe, expect, it, test } from 'vitest';
import { FakeClock } from '../host/testing/fake-clock.ts';
import { MemoryFiles } from '../host/testing/memory-files.ts';
import { Networks } from './networks.ts';
import { overlap, parseNetwork, refusalOf } from './subnet.ts';
import { FakeNetworkRunner } from './testing/fake-network-runner.ts';

let files: MemoryFiles;
let runner: FakeNetworkRunner;
let log: string[];
let networks: Networks;
let random = 0;

async function load(hostNetworks: readonly string[] = ['192.168.1.7/24']): Promise<Networks> {
  runner = new FakeNetworkRunner();
  networks = new Networks({
    ...{ files, clock: new FakeClock(), runner, directory: '/data/networks', hostNetworks: () => hostNetworks },
    random: (into) => void into.fill(++random),
    log: { info: () => undefined, warn: (message) => log.push(message) },
  });
  await networks.load();
  return networks;
}

beforeEach(async () => {
  files = new MemoryFiles();
  log = [];
  await load();
});

const plain = { internal: false, reachesHost: false };
const text = (path: string): string => new TextDecoder().decode(files.entries.get(path)?.bytes ?? new Uint8Array(0));

describe('the default network', () => {
  it('is made at the first start, once, and keeps its name and its place', async () => {
    const [network] = networks.list();
    expect(network).toMatchObject({ name: 'default', subnet: '10.86.0.0/24', internal: false, reachesHost: false });
    expect(network?.subnet6).toMatch(/^fd[0-9a-f]{2}:/);
    await load();
    expect(networks.list()).toEqual([network]);
    await expect(networks.remove('default', () => [])).rejects.toMatchObject({ code: 'wrong-state' });
    await expect(networks.change('default', { name: 'lab' })).rejects.toMatchObject({ code: 'wrong-state' });
  });

  it('has a subnet that this computer is not on', async () => {
    files = new MemoryFiles();
    await load(['10.86.0.9/16', '10.0.0.1/32']);
    expect(networks.get('default', 'use').subnet).toBe('10.87.0.0/24');
  });

  it('is there on a full disk too', async () => {
    files = new MemoryFiles();
    files.fillAfter(1);
    await load();
    expect(networks.list()).toHaveLength(1);
  });
});

describe('a network', () => {
  it('is safely on disk when it is made, with a subnet that no other has', async () => {
    const made = await networks.create({ name: 'lab', ...plain });
    expect(made.subnet).toBe('10.86.1.0/24');
    await load();
    expect(networks.get('LAB', 'use')).toEqual(made);
  });

  it('is refused for a name that is taken in any case, and a subnet that overlaps, with who has it', async () => {
    await expect(networks.create({ name: 'Default', ...plain })).rejects.toMatchObject({ code: 'already-exists' });
    const overlapping = networks.create({ name: 'lab', subnet: '10.86.0.0/16', ...plain });
    await expect(overlapping).rejects.toMatchObject({
      code: 'already-exists',
      because: expect.stringContaining('network default'),
    });
    const ofHost = networks.create({ name: 'lab', subnet: '192.168.0.0/16', ...plain });
    await expect(ofHost).rejects.toMatchObject({ because: expect.stringContaining('this computer itself') });
    await expect(networks.create({ name: 'lab', subnet: '8.8.8.0/24', ...plain })).rejects.toMatchObject({
      code: 'invalid-input',
    });
    expect(networks.list()).toHaveLength(1);
  });

  it('changes on disk and where it runs', async () => {
    const { id } = await networks.create({ name: 'lab', ...plain });
    const mac = networks.leases.newMac();
    const card = { key: 'm:0', name: 'web', mac, address: '10.86.1.2' };
    const attached = await networks.open.attach(id, card, new SharedArrayBuffer(4));
    const conditions = { delayMs: 10, lossPercent: 25, bitsPerSecond: null };
    await networks.change('lab', { reachesHost: true, conditions });
    expect(runner.networks.get(id)?.spec).toMatchObject({ reachesHost: true, conditions: { delayMs: 10, loss: 0.25 } });
    attached?.dispose();
    await networks.open.change(id, {});
    expect(runner.networks.has(id)).toBe(false);
    await load();
    expect(networks.get('lab', 'use')).toMatchObject({ reachesHost: true, conditions });
  });

  it('is not removed while a machine has a card on it', async () => {
    const { id } = await networks.create({ name: 'lab', ...plain });
    await expect(networks.remove('lab', () => ['web'])).rejects.toMatchObject({
      code: 'wrong-state',
      because: 'web has a card on it',
    });
    await networks.remove('lab', () => []);
    expect(files.entries.has(`/data/networks/${id}.json`)).toBe(false);
  });

  it('whose document is damaged is told of, left as it is, and said to be damaged when it is asked for', async () => {
    const path = '/data/networks/00000000000000aa.json';
    files.put(path, new TextEncoder().encode('{"version":1'));
    await load();
    expect(log.join()).toContain('damaged');
    expect(text(path)).toBe('{"version":1');
    expect(() => networks.get('00000000000000aa', 'use')).toThrow(expect.objectContaining({ code: 'corrupt' }));
  });
});

describe('addresses', () => {
  it('stay their card’s, over a restart too, until it goes for good', async () => {
    const { id } = networks.get('default', 'use');
    const [one, two] = [networks.leases.newMac(), '52:54:00:aa:aa:aa'];
    expect(networks.leases.give(id, one, 'connect')).toBe('10.86.0.2');
    expect(networks.leases.give(id, two, 'connect')).toBe('10.86.0.3');
    expect(networks.leases.give(id, one, 'connect')).toBe('10.86.0.2');
    await networks.dispose();
    await load();
    expect(networks.leases.addressOf(id, two)).toBe('10.86.0.3');
    networks.leases.sweep((_, mac) => mac === two);
    expect(networks.leases.addressOf(id, one)).toBeNull();
    expect(() => networks.leases.check(two, 'add')).toThrow(expect.objectContaining({ code: 'already-exists' }));
  });

  it('can be used up, which is said with the network', async () => {
    const { id } = await networks.create({ name: 'tight', subnet: '10.90.0.0/29', ...plain });
    for (let n = 0; n < 5; n++) networks.leases.give(id, `52:54:00:00:00:0${n}`, 'connect');
    expect(() => networks.leases.give(id, '52:54:00:00:00:09', 'connect')).toThrow(
      expect.objectContaining({ code: 'no-room', because: expect.stringContaining('tight') }),
    );
  });

  it('that came while a change of the network was written are kept', async () => {
    const { id } = networks.get('default', 'use');
    const changing = networks.change('default', { reachesHost: true });
    networks.leases.give(id, '52:54:00:00:00:01', 'connect');
    await changing;
    await networks.dispose();
    await load();
    expect(networks.leases.addressOf(id, '52:54:00:00:00:01')).toBe('10.86.0.2');
    expect(networks.get('default', 'use').reachesHost).toBe(true);
  });
});

test.each([
  ['10.86.0.0/24', true],
  ['192.168.4.0/29', true],
  ['172.31.0.0/16', true],
  ['172.32.0.0/16', false],
  ['10.0.0.0/8', false],
  ['10.0.0.0/30', false],
  ['10.86.0.1/24', false],
  ['10.86.0.256/24', false],
  ['010.86.0.0/24', false],
])('%s can be a subnet of guests: %s', (subnet, can) => {
  expect(refusalOf(subnet) === null).toBe(can);
});

test('subnets overlap when one is within the other', () => {
  const of = (subnet: string) => parseNetwork(subnet) ?? { address: '', length: 0 };
  expect(overlap(of('10.86.0.0/16'), of('10.86.3.0/24'))).toBe(true);
  expect(overlap(of('10.86.3.0/24'), of('10.86.0.0/16'))).toBe(true);
  expect(overlap(of('10.86.2.0/24'), of('10.86.3.0/24'))).toBe(false);
});
