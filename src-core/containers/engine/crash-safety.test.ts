import { expect, it } from 'vitest';
import { EngineBench } from './testing/engine-bench.ts';

/** What a person was told of, when the power failed. */
interface Acknowledged {
  readonly made: Set<string>;
  readonly removed: Set<string>;
  readonly volumes: Set<string>;
}

async function work(bench: EngineBench, told: Acknowledged): Promise<void> {
  for (const name of ['a', 'b']) {
    await bench.create({ name, mounts: [{ kind: 'volume', volume: `of-${name}`, destination: '/data' }] });
    told.made.add(name);
    told.volumes.add(`of-${name}`);
  }
  await bench.engine.get('a', 'stop').stop();
  await bench.engine.get('a', 'remove').remove(false);
  told.removed.add('a');
  await bench.engine.volumes.remove('of-a');
  told.volumes.delete('of-a');
  await bench.engine.rename('b', 'c');
  told.made.add('c');
  told.removed.add('b');
  await bench.engine.get('c', 'kill').kill(9);
}

it('whenever the power fails, nothing that was told is lost, nothing is half made, and nothing is left over', async () => {
  for (let changes = 0; ; changes++) {
    const bench = await EngineBench.open();
    const told: Acknowledged = { made: new Set(), removed: new Set(), volumes: new Set() };
    bench.files.losePowerAfter(changes);
    const course = { isDone: false };
    await work(bench, told)
      .then(() => (course.isDone = true))
      .catch(() => undefined);
    await bench.settle();
    await bench.restart();
    const names = new Set(bench.engine.list().map(({ name }) => name));
    // A rename that was under way may have happened.
    if (names.has('c')) names.add('b');
    for (const name of told.made)
      if (!told.removed.has(name)) expect(names, `after ${changes} changes`).toContain(name);
    expect(names.has('a') && told.removed.has('a')).toBe(false);
    for (const { state } of bench.engine.list()) expect(['created', 'exited']).toContain(state);
    const volumes = (await bench.engine.volumes.list()).map(({ name }) => name);
    for (const volume of told.volumes) if (volume !== 'of-a') expect(volumes).toContain(volume);
    const known = bench.engine.list().map(({ id }) => `/data/containers/instances/${id}`);
    const folders = [...bench.files.directories].filter((path) => path.startsWith('/data/containers/instances/'));
    expect(folders.filter((path) => !known.includes(path))).toEqual([]);
    // What no document knows is taken from the node's disk when that is up.
    const next = await bench.create({ name: 'next', network: null });
    await bench.settle();
    const ids = [...bench.engine.list().map(({ id }) => id), next.id];
    for (const node of bench.nodes.nodes) expect([...node.disk.keys()].filter((id) => !ids.includes(id))).toEqual([]);
    if (course.isDone) break;
    expect(changes).toBeLessThan(200);
  }
});

it('a container whose definition cannot be read is left as it is, with what it wrote', async () => {
  const bench = await EngineBench.open();
  const web = await bench.create();
  const path = `/data/containers/instances/${web.id}/container.json`;
  bench.files.put(path, '{ damaged');
  await bench.restart();
  expect(bench.engine.list()).toEqual([]);
  expect(bench.log.some((line) => line.includes(web.id))).toBe(true);
  await bench.create({ name: 'other' });
  await bench.settle();
  expect(bench.node.disk.has(web.id)).toBe(true);
  expect(bench.files.text(path)).toBe('{ damaged');
});

it('a full disk refuses new containers and keeps none of them, and lets those end that run', async () => {
  const bench = await EngineBench.open();
  const web = await bench.create();
  bench.files.fillAfter(0);
  await expect(bench.create({ name: 'other' })).rejects.toMatchObject({ code: 'disk-full' });
  expect(bench.engine.list().map(({ name }) => name)).toEqual(['web']);
  bench.session(web).end(0);
  await bench.settle();
  expect(web.state).toBe('exited');
});
