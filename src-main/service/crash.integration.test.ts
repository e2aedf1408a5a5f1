import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createService } from './service.ts';
import { seeded } from './testing/seeded.ts';
import { TINY_GUEST } from './testing/tiny-guest.ts';
import { Expectation, liveAndDie } from './testing/violent-death.ts';

/** INNKEEPER_CRASHES=50 is the whole test; a few are enough to notice that something broke. */
const CRASHES = Number(process.env['INNKEEPER_CRASHES'] ?? 6);
const SEED = Number(process.env['INNKEEPER_SEED'] ?? 20_261_122);
const LONGEST_LIFE_MS = 1500;
const program = fileURLToPath(new URL('./testing/busy-service.ts', import.meta.url));

let directory: string;
let kernel: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'innkeeper-crash-'));
  kernel = join(directory, 'kernel');
  await writeFile(kernel, TINY_GUEST);
});
afterAll(() => rm(directory, { recursive: true }));

it(`after ${CRASHES} violent deaths every acknowledged machine is there, and starts`, async () => {
  const expected = new Expectation();
  for (let crash = 0; crash < CRASHES; crash++) {
    const seed = SEED + crash;
    const words = [join(directory, 'data'), kernel, String(seed)];
    await liveAndDie(program, words, seeded(seed)() * LONGEST_LIFE_MS, expected);
    const said = `crash ${crash}:\n${expected.lines.slice(-12).join('\n')}`;
    const service = await createService({
      dataDirectory: join(directory, 'data'),
      host: 'background',
      version: 'test',
    });
    const { machines } = service.handlers;
    const views = await machines.list({});
    const names = views.map(({ name }) => name);
    for (const name of expected.there) expect(names, said).toContain(name);
    for (const name of names) expect([...expected.there, ...expected.unsure], said).toContain(name);
    for (const { id, name, state, lastEnd } of views) {
      expect([state, ['killed', 'interrupted', undefined]], said).toEqual([
        'stopped',
        expect.arrayContaining([lastEnd?.kind]),
      ]);
      expect(await machines.start({ machine: id }), said).toMatchObject({ name, state: 'running' });
    }
    // The networks are sound, and no address is two cards'.
    const networks = await service.handlers.networks.list({});
    expect(
      networks.map(({ name }) => name),
      said,
    ).toEqual(['default']);
    const addresses = networks.flatMap(({ guests }) => guests.map(({ card }) => card.address));
    expect(new Set([...addresses, null]).size, said).toBe(views.length + 1);
    for (const { id } of views) await machines.kill({ machine: id });
    await service.dispose();
    expected.settle(names);
    const left = await readdir(join(directory, 'data/machines'));
    expect(
      left.filter((name) => name.startsWith('.') && name !== '.bin'),
      said,
    ).toEqual([]);
  }
});
