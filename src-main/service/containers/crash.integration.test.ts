import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { KEPT_CONTAINERS } from '../../../src-core/containers/node/places.ts';
import type { LocalLayer, TransferWork } from '../../../src-core/containers/oci/container-images.ts';
import { EMPTY_SETTINGS } from '../../../src-core/containers/oci/testing/empty-settings.ts';
import { tarOf } from '../../../src-core/containers/oci/testing/image-bench.ts';
import { createService, type Service } from '../service.ts';
import { scriptText } from '../testing/exec-text.ts';
import { seeded } from '../testing/seeded.ts';
import { Expectation, liveAndDie } from '../testing/violent-death.ts';
import { openContainerImages } from './open-container-images.ts';
import { containerHome } from './testing/container-home.ts';
import { arePresent, RegistryOracle } from './testing/registry-oracle.ts';

/** INNKEEPER_CONTAINER_CRASHES=100 is the whole test. */
const CRASHES = Number(process.env['INNKEEPER_CONTAINER_CRASHES'] ?? 4);
const SEED = Number(process.env['INNKEEPER_SEED'] ?? 20_261_123);
/** Long enough for a node to come up, in most lives. */
const LONGEST_LIFE_MS = 8000;
const program = fileURLToPath(new URL('./testing/busy-containers.ts', import.meta.url));

/** Bytes a second, so that a pull takes a while. */
const PACE = 2_000_000;
const NOISE_BYTES = 3_000_000;
const WORK: TransferWork = { signal: new AbortController().signal, progress: () => undefined };
const CONTAINERFILE = 'FROM busybox\nARG WORD\nRUN echo "$WORD" > /word && sleep 0.2\nCOPY file /file\n';

let directory: string;
let registry: RegistryOracle | undefined;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'innkeeper-container-crash-'));
  await containerHome(join(directory, 'data'));
  await mkdir(join(directory, 'context'));
  await writeFile(join(directory, 'context/Containerfile'), CONTAINERFILE);
  await writeFile(join(directory, 'context/file'), 'x'.repeat(1000));
  registry = await RegistryOracle.start(directory);
  await offer(`${registry.address}/pulled`);
  registry.pace = PACE;
}, 300_000);
afterAll(async () => {
  await registry?.stop();
  await rm(directory, { recursive: true });
});

const present = arePresent();

it.runIf(CRASHES > 0 && present)(
  `after ${CRASHES} violent deaths what was acknowledged is there, containers start, and nothing is left of others`,
  async () => {
    const data = join(directory, 'data');
    const expected = new Expectation();
    const before = await stored(data);
    for (let crash = 0; crash < CRASHES; crash++) {
      const seed = SEED + crash;
      const words = [data, String(seed), registry?.address ?? '', join(directory, 'context')];
      await liveAndDie(program, words, seeded(seed)() * LONGEST_LIFE_MS, expected);
      const said = `crash ${crash}:\n${expected.lines.slice(-12).join('\n')}`;
      const service = await createService({ dataDirectory: data, host: 'background', version: 'test' });
      try {
        expected.settle(await lookAt(service, data, expected, said));
      } finally {
        await service.dispose();
      }
    }
    await clear(data);
    expect(await stored(data)).toEqual(before);
  },
  CRASHES * 60_000,
);

/** @returns names of all containers and images that there are */
async function lookAt(service: Service, data: string, expected: Expectation, said: string): Promise<string[]> {
  const { containers, containerImages, machines, nodes } = service.handlers;
  const views = await containers.list({});
  const images = (await containerImages.list({})).flatMap(({ names }) => names).map(sayable);
  const names = [...views.map(({ name }) => name), ...images.filter((name) => name !== 'busybox')];
  expect(images, said).toContain('busybox');
  for (const name of expected.there) expect(names, said).toContain(name);
  for (const name of names) expect([...expected.there, ...expected.unsure], said).toContain(name);
  for (const { state, lastEnd } of views) expect(state, said).toBe(lastEnd ? 'exited' : 'created');
  const folders = await readdir(join(data, 'containers/instances'));
  expect(folders.sort(), said).toEqual(views.map(({ id }) => id).sort());
  expect(
    (await stored(data)).filter((path) => /unfinished|drafts/.test(path)),
    said,
  ).toEqual([]);
  for (const { id, name } of views)
    expect(await containers.start({ container: id }), said).toMatchObject({ name, failure: null });
  // What is on the disks of nodes is of containers that there are.
  const ids = views.map(({ id }) => id);
  for (const { id } of (await nodes.list({})).filter(({ state }) => state === 'ready')) {
    const { text } = await scriptText(machines.exec, id, `ls ${KEPT_CONTAINERS}`);
    for (const each of text.split('\n').filter((line) => line !== '')) expect(ids, said).toContain(each);
  }
  return names;
}

/** As the busy program calls an image. */
function sayable(name: string): string {
  return name.replace(/^127\.0\.0\.1:\d+\//, '').replace(/:latest$/, '');
}

async function clear(data: string): Promise<void> {
  const service = await createService({ dataDirectory: data, host: 'background', version: 'test' });
  try {
    const { containers, containerImages } = service.handlers;
    for (const { id } of await containers.list({})) await containers.remove({ container: id, force: true });
    for (const { names } of await containerImages.list({}))
      for (const name of names.filter((each) => each !== 'busybox:latest'))
        await containerImages.remove({ image: name, force: false });
    await containerImages.prune({ all: false });
  } finally {
    await service.dispose();
  }
}

/** Files of images. */
async function stored(data: string): Promise<string[]> {
  const all = await Promise.all(
    ['blobs', 'layers'].map(async (part) => {
      const entries = await readdir(join(data, 'containers', part), { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    }),
  );
  return all.flat().sort();
}

/** An image of three layers of noise. */
async function offer(name: string): Promise<void> {
  const images = openContainerImages({ dataDirectory: join(directory, 'offering') });
  await images.open();
  const layers: LocalLayer[] = [];
  for (const layer of ['a', 'b', 'c']) {
    const noise = randomBytes(NOISE_BYTES).toString('latin1');
    layers.push(await images.addLayer(once(tarOf({ [layer]: noise })), WORK));
  }
  await images.addImage({ settings: EMPTY_SETTINGS, layers, history: [], createdAt: 1e12 }, ['pulled']);
  await images.push('pulled', name, WORK);
  await images.close();
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
