import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { KEPT_CONTAINERS } from '../../../src-core/containers/node/places.ts';
import { createService } from '../service.ts';
import { scriptText } from '../testing/exec-text.ts';
import { seeded } from '../testing/seeded.ts';
import { Expectation, liveAndDie } from '../testing/violent-death.ts';
import { containerHome } from './testing/container-home.ts';

/** INNKEEPER_CONTAINER_CRASHES=100 is the whole test. It has not passed yet, so it runs only when it is asked for. */
const CRASHES = Number(process.env['INNKEEPER_CONTAINER_CRASHES'] ?? 0);
const SEED = Number(process.env['INNKEEPER_SEED'] ?? 20_261_123);
/** Long enough for a node to come up, in most lives. */
const LONGEST_LIFE_MS = 8000;
const program = fileURLToPath(new URL('./testing/busy-containers.ts', import.meta.url));

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'innkeeper-container-crash-'));
  await containerHome(join(directory, 'data'));
}, 300_000);
afterAll(() => rm(directory, { recursive: true }));

it.runIf(CRASHES > 0)(
  `after ${CRASHES} violent deaths every acknowledged container is there, starts, and nothing is left of others`,
  async () => {
    const expected = new Expectation();
    for (let crash = 0; crash < CRASHES; crash++) {
      const seed = SEED + crash;
      const words = [join(directory, 'data'), String(seed)];
      await liveAndDie(program, words, seeded(seed)() * LONGEST_LIFE_MS, expected);
      const said = `crash ${crash}:\n${expected.lines.slice(-12).join('\n')}`;
      const service = await createService({
        dataDirectory: join(directory, 'data'),
        host: 'background',
        version: 'test',
      });
      const { containers, containerImages, machines } = service.handlers;
      const views = await containers.list({});
      const names = views.map(({ name }) => name);
      for (const name of expected.there) expect(names, said).toContain(name);
      for (const name of names) expect([...expected.there, ...expected.unsure], said).toContain(name);
      for (const { state, lastEnd } of views) {
        expect(state, said).toBe(lastEnd ? 'exited' : 'created');
      }
      expect(
        (await containerImages.list({})).map(({ names: all }) => all),
        said,
      ).toEqual([['busybox:latest']]);
      const folders = await readdir(join(directory, 'data/containers/instances'));
      expect(folders.sort(), said).toEqual(views.map(({ id }) => id).sort());
      for (const { id, name } of views) {
        expect(await containers.start({ container: id }), said).toMatchObject({ name, failure: null });
      }
      // What is on the disks of nodes is of containers that there are.
      for (const { id } of (await service.handlers.nodes.list({})).filter(({ state }) => state === 'ready')) {
        const { text } = await scriptText(machines.exec, id, `ls ${KEPT_CONTAINERS}`);
        const found = text.split('\n').filter((line) => line !== '');
        for (const each of found)
          expect(
            views.map((view) => view.id),
            said,
          ).toContain(each);
      }
      await service.dispose();
      expected.settle(names);
    }
  },
  CRASHES * 60_000,
);
