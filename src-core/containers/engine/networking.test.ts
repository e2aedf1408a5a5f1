import { beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../base/errors.ts';
import { EngineBench } from './testing/engine-bench.ts';

let bench: EngineBench;
beforeEach(async () => {
  bench = await EngineBench.open();
});

function forwards(): string[] {
  const [network] = bench.networkRunner.networks.values();
  return [...(network?.forwards ?? [])].map(
    ({ port, guestAddress, guestPort }) => `${port} ${guestAddress}:${guestPort}`,
  );
}

const HTTP = { port: 8080, containerPort: 80 };

describe('a container on a network', () => {
  it('has an address of its own there, the same when it is started again', async () => {
    const web = await bench.create({ network: undefined });
    const view = web.view();
    expect(view.network).toMatchObject({ name: 'default', address: expect.stringMatching(/^10\./) as string });
    expect(bench.node.running.get(web.id)?.prepared.network).toMatchObject({
      kind: 'own',
      card: '0000:00:1c.0',
      address: view.network?.address,
      mac: view.network?.mac,
      prefix: 24,
      domain: 'inn',
    });
    await web.restart();
    expect(web.view().network).toEqual(view.network);
    expect(bench.engine.onNetwork(view.network?.id ?? '')).toMatchObject([{ name: 'web', running: true }]);
    await web.stop();
    expect(bench.engine.onNetwork(view.network?.id ?? '')).toEqual([]);
  });

  it('gives its address back when it is removed', async () => {
    const web = await bench.create({ network: undefined });
    const address = web.view().network?.address;
    await web.remove(true);
    const other = await bench.create({ name: 'other', network: undefined });
    expect(other.view().network?.address).toBe(address);
  });

  it('that has ended gives its address to another where there are no more', async () => {
    await bench.networks.create({ name: 'small', subnet: '10.99.0.0/29', internal: true, reachesHost: false });
    const all = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) all.push(await bench.create({ name, network: 'small' }));
    await expect(bench.create({ name: 'f', network: 'small' })).rejects.toMatchObject({ code: 'no-room' });
    await all[1]?.stop();
    const [, ended] = all;
    await bench.create({ name: 'g', network: 'small' });
    await expect(ended?.start()).rejects.toMatchObject({ code: 'no-room' });
  });

  it('keeps its network from being removed', async () => {
    const { id } = await bench.networks.create({ name: 'inner', internal: true, reachesHost: false });
    await bench.create({ network: 'inner', start: false });
    expect(bench.engine.usersOfNetwork(id)).toEqual(['web']);
  });

  it('is told when its network is not there any more', async () => {
    const { id } = await bench.networks.create({ name: 'inner', internal: true, reachesHost: false });
    const web = await bench.create({ network: 'inner', start: false });
    await bench.networks.remove(id, () => []);
    await expect(web.start()).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('published ports', () => {
  it('lead to the container while it runs', async () => {
    const web = await bench.create({ network: undefined, ports: [HTTP] });
    const { address } = web.view().network ?? {};
    expect(forwards()).toEqual([`8080 ${address}:80`]);
    expect(web.view().ports).toEqual([
      { protocol: 'tcp', address: '127.0.0.1', port: 8080, guestPort: 80, state: 'active', failure: null },
    ]);
    bench.session(web).end(0);
    await bench.settle();
    expect(forwards()).toEqual([]);
    expect(bench.ports.list()).toEqual([]);
    expect(web.view().ports[0]?.state).toBe('waiting');
  });

  it('that are taken are refused before anything starts, with who has them and the next free one', async () => {
    bench.ports.lease({ address: '127.0.0.1', port: 8080, protocol: 'tcp', owner: 'machine web' });
    bench.takenPorts.add(8081);
    const web = await bench.create({ network: undefined, ports: [HTTP], start: false });
    await expect(web.start()).rejects.toMatchObject({
      code: 'already-exists',
      because: expect.stringContaining('machine web') as string,
      data: { free: 8082 },
    });
    expect(bench.nodes.nodes).toEqual([]);
    expect(web.state).toBe('exited');
  });

  it('are chosen where a person names none, and stay the same', async () => {
    const web = await bench.create({ network: undefined, ports: [{ containerPort: 80 }, { containerPort: 81 }] });
    const chosen = web.view().ports.map(({ port }) => port);
    expect(new Set(chosen).size).toBe(2);
    await web.restart();
    expect(web.view().ports.map(({ port }) => port)).toEqual(chosen);
  });

  it('change while it runs, and a taken one changes nothing', async () => {
    const web = await bench.create({ network: undefined, ports: [HTTP] });
    const { address } = web.view().network ?? {};
    await bench.engine.update('web', {
      ports: [{ ...HTTP, protocol: 'tcp', address: '127.0.0.1', containerPort: 81 }],
    });
    expect(forwards()).toEqual([`8080 ${address}:81`]);
    bench.takenPorts.add(9000);
    const more = [{ protocol: 'tcp', address: '127.0.0.1', port: 9000, containerPort: 80 } as const];
    await expect(bench.engine.update('web', { ports: more })).rejects.toMatchObject({ code: 'already-exists' });
    expect(forwards()).toEqual([`8080 ${address}:81`]);
    await bench.engine.update('web', { ports: [] });
    expect(forwards()).toEqual([]);
    expect(bench.ports.list()).toEqual([]);
  });

  it('are published while it runs, also where it was started without any', async () => {
    const web = await bench.create({ network: undefined });
    await web.change({ ports: [{ protocol: 'tcp', address: '127.0.0.1', port: 8080, guestPort: 80 }] });
    expect(web.view().ports).toMatchObject([{ port: 8080, state: 'active', failure: null }]);
    expect(forwards()).toHaveLength(1);
  });

  it('that cannot be had after all are told, and keep nobody down', async () => {
    bench.networkRunner.forwarded = () =>
      Promise.reject(new AppError({ code: 'already-exists', doing: 'listen', because: 'another program was faster' }));
    const web = await bench.create({ network: undefined, ports: [HTTP] });
    expect(web.state).toBe('running');
    expect(web.view().ports[0]).toMatchObject({ state: 'failed', failure: { because: 'another program was faster' } });
  });

  it('need a network', async () => {
    await expect(bench.create({ network: null, ports: [HTTP] })).rejects.toMatchObject({ code: 'invalid-input' });
  });
});
