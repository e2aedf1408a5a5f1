import { beforeEach, describe, expect, it, test } from 'vitest';
import { AppError } from '../../base/errors.ts';
import type { Card } from '../../contract/networks.ts';
import type { Machine } from '../life/machine.ts';
import { Workbench } from '../testing/workbench.ts';
import { cardsPutBack } from './cards.ts';

const forward = { protocol: 'tcp', address: '127.0.0.1', port: 8080, guestPort: 80 } as const;

let bench: Workbench;
const machine = (name = 'web'): Machine => bench.hypervisor.get(name, 'use');
const defaultId = (): string => bench.networks.get('default', 'use').id;
const plugged = () =>
  [...(bench.networkRunner.networks.get(defaultId())?.cards.values() ?? [])].map(({ card }) => card);
const forwarded = () => [...(bench.networkRunner.networks.get(defaultId())?.forwards ?? [])];

async function start(name = 'web'): Promise<void> {
  await machine(name).start();
  await bench.settle();
}

beforeEach(async () => {
  bench = await Workbench.open();
  await bench.create('web', { networks: ['default'] });
});

describe('a new machine', () => {
  it('has a card on the default network, with an address of its own that lasts', async () => {
    const request = { name: 'db', source: { kind: 'image', image: 'tiny' }, disks: [], start: false } as const;
    await bench.hypervisor.create({ ...request, disks: [] });
    const [web, db] = [machine().view().cards[0], machine('db').view().cards[0]];
    expect(db).toMatchObject({ slot: 0, networkName: 'default', connected: true, address: '10.86.1.3', traffic: null });
    expect(web?.address).toBe('10.86.1.2');
    expect(web?.mac).toMatch(/^52:54:00(?::[0-9a-f]{2}){3}$/);
    expect(web?.mac).not.toBe(db?.mac);
    await bench.networks.dispose();
    await bench.restart();
    expect(machine().view().cards[0]).toEqual(web);
  });

  it('has a card on each network that is named, or none', async () => {
    await bench.networks.create({ name: 'lab', internal: true, reachesHost: false });
    await bench.create('both', { networks: ['Lab', 'default'] });
    await bench.create('none', { networks: [] });
    expect(
      machine('both')
        .view()
        .cards.map(({ networkName }) => networkName),
    ).toEqual(['lab', 'default']);
    expect(machine('none').view().cards).toEqual([]);
    const unknown = bench.create('odd', { networks: ['nowhere'] });
    await expect(unknown).rejects.toMatchObject({ code: 'not-found', because: 'there is no network nowhere' });
  });
});

describe('while it runs', () => {
  it('its cable is in, and out again at the end, with the network', async () => {
    await start();
    const [card] = bench.runner.last.spec.cards ?? [];
    expect(card).toMatchObject({ slot: 0, cable: null });
    expect(bench.runner.last.calls).toContain('change connect-card');
    expect(plugged()).toMatchObject([{ name: 'web', mac: card?.mac, address: '10.86.1.2' }]);
    await machine().kill();
    await bench.settle();
    expect(bench.networkRunner.networks.size).toBe(0);
  });

  it('it starts all the same when its network cannot be had', async () => {
    bench.networkRunner.attached = () => Promise.reject(new Error('no'));
    await start();
    expect(bench.state('web')).toBe('running');
    expect(bench.log.join()).toContain('network card 0 has no carrier');
  });

  it('its cable is pulled and put back at once, and moved', async () => {
    const lab = await bench.networks.create({ name: 'lab', internal: false, reachesHost: false });
    await start();
    await machine().connections.changeCard(0, { connected: false });
    expect(plugged()).toEqual([]);
    await machine().connections.changeCard(0, { connected: true, network: 'lab' });
    expect(plugged()).toEqual([]);
    expect(bench.networkRunner.networks.get(lab.id)?.cards.size).toBe(1);
    expect(machine().view().cards[0]).toMatchObject({ networkName: 'lab', address: '10.86.2.2' });
    // The address on the network that it left is free.
    expect(bench.networks.get('default', 'use').leases).toEqual([]);
  });

  it('gets a card at once; loses one only when its guest can be asked', async () => {
    await start();
    await machine().connections.addCard({ network: 'default' });
    expect(bench.runner.last.calls).toContain('change attach-card');
    expect(plugged().map(({ address }) => address)).toEqual(['10.86.1.2', '10.86.1.3']);
    await expect(machine().connections.removeCard(1)).rejects.toMatchObject({ code: 'wrong-state' });
    await machine().kill();
    await machine().connections.removeCard(1);
    expect(bench.networks.get('default', 'use').leases).toHaveLength(1);
  });

  it('is as before when a card cannot be written down, or plugged in', async () => {
    await start();
    bench.runner.last.changed = () => Promise.reject(new Error('no'));
    await expect(machine().connections.addCard({ network: 'default' })).rejects.toThrow('no');
    expect(machine().view().cards).toHaveLength(1);
    expect(bench.networks.get('default', 'use').leases).toHaveLength(1);
    bench.runner.last.changed = () => Promise.resolve();
    bench.files.fillAfter(0);
    await expect(machine().connections.addCard({ network: 'default' })).rejects.toMatchObject({ code: 'disk-full' });
    expect(bench.runner.last.calls.slice(-2)).toEqual(['change attach-card', 'change detach-card']);
    expect(bench.networks.get('default', 'use').leases).toHaveLength(1);
  });

  it('a network that began anew is seen as a cable that is pulled and put back', async () => {
    await start();
    const { calls } = bench.runner.last;
    const before = calls.length;
    bench.networkRunner.networks.get(defaultId())?.cards.forEach((card) => card.replace());
    await bench.settle();
    expect(calls.slice(before)).toEqual(['change connect-card', 'change connect-card']);
  });

  it('is known by its new name at once', async () => {
    await start();
    await bench.hypervisor.rename('web', 'www');
    const cards = [...(bench.networkRunner.networks.get(defaultId())?.cards.values() ?? [])];
    expect(cards.map(({ card }) => card.name)).toEqual(['www']);
  });

  it('keeps its address while it is suspended, and its cable is in again when it goes on', async () => {
    await start();
    const [before] = plugged();
    await machine().suspend();
    await bench.settle();
    expect(plugged()).toEqual([]);
    await machine().resume();
    await bench.settle();
    expect(plugged()).toEqual([before]);
  });
});

describe('a port that leads to it', () => {
  it('is held while it runs, by its name', async () => {
    await machine().connections.addForward(forward);
    expect(machine().view().forwards).toMatchObject([{ ...forward, state: 'waiting' }]);
    await start();
    expect(machine().view().forwards).toMatchObject([{ state: 'active' }]);
    expect(forwarded()).toMatchObject([{ guestAddress: '10.86.1.2', guestPort: 80, owner: 'web' }]);
    await machine().kill();
    expect(machine().view().forwards).toMatchObject([{ state: 'waiting' }]);
    expect(forwarded()).toEqual([]);
  });

  it('is refused with who has it and the next free one', async () => {
    await machine().connections.addForward(forward);
    await start();
    await bench.create('db', { networks: ['default'] });
    bench.takenPorts.add(8081);
    await expect(machine('db').connections.addForward(forward)).rejects.toMatchObject({
      code: 'already-exists',
      because: expect.stringContaining('web'),
      data: { free: 8082 },
    });
    await expect(machine('db').connections.addForward({ ...forward, port: 8081 })).rejects.toMatchObject({
      because: 'another program has tcp port 8081',
    });
  });

  it('does not keep the machine from starting when it cannot be had, and says why', async () => {
    await machine().connections.addForward(forward);
    const because = 'another program has it';
    bench.networkRunner.forwarded = () =>
      Promise.reject(new AppError({ code: 'already-exists', doing: 'listen', because }));
    await start();
    expect(bench.state('web')).toBe('running');
    expect(machine().view().forwards).toMatchObject([{ state: 'failed', failure: { because } }]);
  });

  it('comes and goes while it runs, and follows the card that is connected', async () => {
    await start();
    await machine().connections.addForward(forward);
    expect(forwarded()).toHaveLength(1);
    await machine().connections.addCard({ network: 'default' });
    await machine().connections.changeCard(0, { connected: false });
    expect(forwarded()).toMatchObject([{ guestAddress: '10.86.1.3' }]);
    await machine().connections.removeForward(forward);
    expect(forwarded()).toEqual([]);
    await expect(machine().connections.removeForward(forward)).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('another machine made of it', () => {
  it('has cards in the same slots, with addresses of its own, and none of its ports', async () => {
    await machine().connections.addForward(forward);
    await bench.hypervisor.clone('web', { name: 'copy', full: false });
    const [card] = machine('copy').view().cards;
    expect(card).toMatchObject({ slot: 0, networkName: 'default', address: '10.86.1.3' });
    expect(card?.mac).not.toBe(machine().view().cards[0]?.mac);
    expect(machine('copy').view().forwards).toEqual([]);
  });

  it('that goes on from its memory is connected only once it is known that nobody can tell its guest who it is', async () => {
    await start();
    await bench.hypervisor.fork('web', 'fork');
    await bench.settle();
    expect(plugged().map(({ name }) => name)).toEqual(['web']);
    // No agent answers in this guest.
    bench.clock.pass(10 * 60_000);
    await bench.settle();
    expect(plugged().map(({ name }) => name)).toEqual(['web', 'fork']);
  });
});

describe('a machine in the bin', () => {
  it('keeps its addresses until it is gone for good', async () => {
    const { id } = machine();
    await bench.hypervisor.remove('web', false);
    expect(bench.networks.get('default', 'use').leases).toHaveLength(1);
    await bench.hypervisor.purge(id);
    expect(bench.networks.get('default', 'use').leases).toEqual([]);
  });

  it('keeps them over a restart; what a crash left is let go of then', async () => {
    bench.networks.leases.give(defaultId(), '52:54:00:00:00:99', 'connect');
    await bench.hypervisor.remove('web', false);
    await bench.networks.dispose();
    await bench.restart();
    expect(bench.networks.get('default', 'use').leases.map(({ address }) => address)).toEqual(['10.86.1.2']);
  });
});

test('networks tell who is on them, whenever that changes', async () => {
  const told: string[] = [];
  bench.hypervisor.networks.onChanged(({ name, guests }) => {
    told.push(`${name}: ${guests.map(({ machineName, running }) => `${machineName} ${String(running)}`).join(', ')}`);
  });
  await start();
  await expect.poll(() => told.at(-1)).toBe('default: web true');
  await machine().kill();
  await expect.poll(() => told.at(-1)).toBe('default: web false');
});

test('a moment goes back with the cards that were in its memory, connected as they are now', () => {
  const card = (slot: number, mac: string, network: string, connected = true): Card => ({
    slot,
    mac,
    network,
    connected,
  });
  const then = [card(0, 'a', 'one'), card(1, 'b', 'one')];
  const now = [card(0, 'c', 'two', false), card(2, 'd', 'two')];
  expect(cardsPutBack(then, now)).toEqual([card(0, 'a', 'two', false), card(1, 'b', 'one')]);
});
