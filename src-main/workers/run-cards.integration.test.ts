import { afterAll, beforeAll, expect, test } from 'vitest';
import { TinyBench, type TinyRun } from '../service/testing/tiny-run.ts';
import { AnsweringNetwork } from './testing/answering-network.ts';

/** Network cards of a guest that runs: what its kernel makes of them and of their cables. */
const MAC = '52:54:00:12:34:56';
let bench: TinyBench;
let guest: TinyRun;
const networks: AnsweringNetwork[] = [];

beforeAll(async () => {
  bench = await TinyBench.open();
  guest = await bench.start('carded', { cards: [{ slot: 0, mac: MAC, cable: null }] });
  await sh('modprobe virtio_net');
});

afterAll(async () => {
  for (const network of networks) network.end();
  await guest.end();
  await bench.close();
});

function newNetwork(of: TinyRun = guest): AnsweringNetwork {
  const network = new AnsweringNetwork(of.run.bell);
  networks.push(network);
  return network;
}

async function sh(script: string, of: TinyRun = guest): Promise<string> {
  const { status, text } = await of.sh(script);
  expect([status, text]).toEqual([0, expect.anything()]);
  return text.trim();
}

async function eventually(look: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (await look()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect.fail('it does not come about');
}

const carrierIs = (carrier: string, of = guest) =>
  eventually(async () => (await sh('cat /sys/class/net/eth0/carrier', of)) === carrier);

test('a guest finds its card, with its address and the MTU, and without a carrier', async () => {
  await sh('ip link set eth0 up && ip addr add 10.0.0.2/24 dev eth0');
  expect(await sh('cat /sys/class/net/eth0/address /sys/class/net/eth0/mtu')).toBe(`${MAC}\n1500`);
  await carrierIs('0');
  expect((await guest.sh('ip link set eth0 mtu 1600')).status).not.toBe(0);
});

test('with a cable frames go both ways, also while the guest has nothing else to do', async () => {
  const network = newNetwork();
  await guest.run.change({ kind: 'connect-card', slot: 0, cable: network.cable });
  await carrierIs('1');
  expect(await sh('ping -c 5 -i 0.2 -q 10.0.0.1')).toContain('5 packets received');
  expect(await sh('ping -c 5 -A -s 1400 -q 10.0.0.1')).toContain('5 packets received');
});

test('a pulled cable takes the carrier; on another cable the guest says where it is', async () => {
  await guest.run.change({ kind: 'connect-card', slot: 0, cable: null });
  await carrierIs('0');
  expect((await guest.sh('ping -c 1 -W 1 -q 10.0.0.1')).status).not.toBe(0);
  const network = newNetwork();
  await guest.run.change({ kind: 'connect-card', slot: 0, cable: network.cable });
  await carrierIs('1');
  await eventually(() => network.announced.includes('10.0.0.2'));
  expect(await sh('ping -c 2 -q 10.0.0.1')).toContain('2 packets received');
});

test('the cable is another one at once: the guest sees the carrier go and come', async () => {
  const changes = async () => Number(await sh('cat /sys/class/net/eth0/carrier_down_count'));
  const before = await changes();
  await guest.run.change({ kind: 'connect-card', slot: 0, cable: newNetwork().cable });
  await eventually(async () => (await changes()) === before + 1);
  await carrierIs('1');
  expect(await sh('ping -c 2 -q 10.0.0.1')).toContain('2 packets received');
});

test('a card comes and goes while the guest runs', async () => {
  const network = newNetwork();
  await guest.run.change({ kind: 'attach-card', card: { slot: 3, mac: '52:54:00:00:00:03', cable: network.cable } });
  await guest.agent.rescanPci();
  await eventually(async () => (await guest.sh('ls /sys/class/net/eth1')).status === 0);
  expect(await sh('cat /sys/class/net/eth1/address')).toBe('52:54:00:00:00:03');
  expect(await sh('readlink -f /sys/class/net/eth1/device')).toContain('/0000:00:1f.0/');
  await sh('ip link set eth1 up && ip addr add 10.0.3.2/24 dev eth1');
  expect(await sh('ping -c 2 -q 10.0.3.1')).toContain('2 packets received');
  await guest.agent.removePci('0000:00:1f.0');
  await guest.run.change({ kind: 'detach-card', slot: 3 });
  expect((await guest.sh('ls /sys/class/net/eth1')).status).not.toBe(0);
});

test('a copy of the guest has another address in its card and no carrier; the guest itself goes on over its cable', async () => {
  const cards = [{ slot: 0, mac: '52:54:00:99:99:99', cable: null }];
  await guest.run.capture({ memory: null, tops: [], then: 'hold' });
  const starting = bench.start('copied', { cards, start: { kind: 'fork', of: guest.run } });
  const copy = await starting.finally(() => guest.run.resume());
  try {
    await carrierIs('0', copy);
    const network = newNetwork(copy);
    await copy.run.change({ kind: 'connect-card', slot: 0, cable: network.cable });
    await carrierIs('1', copy);
    await eventually(() => network.announced.includes('10.0.0.2'));
    await sh('modprobe -r virtio_net && modprobe virtio_net', copy);
    expect(await sh('cat /sys/class/net/eth0/address', copy)).toBe('52:54:00:99:99:99');
  } finally {
    await copy.end();
  }
  expect(await sh('cat /sys/class/net/eth0/carrier; ping -c 2 -q 10.0.0.1')).toContain('2 packets received');
});
