import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { InnkeeperHandlers } from '../../src-core/contract/contract.ts';
import { createMachineSchema, type CreateMachine } from '../../src-core/contract/machines.ts';
import type { TaskView } from '../../src-core/contract/tasks.ts';
import { Random } from '../../src-core/disks/testing/random.ts';
import { makeDisk, makeExt, toolsPresent } from '../../src-core/images/bootable/testing/file-systems.ts';
import { createService, type Service } from './service.ts';
import { ConsoleProbe } from './testing/console-probe.ts';
import { taskEnd } from './testing/task-end.ts';
import { TINY_GUEST } from './testing/tiny-guest.ts';

/** Machines that go from one data directory to another as one file. */
type MachineView = Awaited<ReturnType<InnkeeperHandlers['machines']['inspect']>>;

const MIB = 1024 * 1024;
let directory: string;
let here: Service;
let there: Service;

const place = (name: string): string => join(directory, name);
const open = (name: string): Promise<Service> =>
  createService({ dataDirectory: place(name), host: 'background', version: 'test' });

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'innkeeper-machines-'));
  here = await open('here');
  there = await open('there');
});

afterEach(async () => {
  await here.dispose();
  await there.dispose();
  rmSync(directory, { recursive: true, force: true });
});

async function done(service: Service, started: Promise<TaskView>): Promise<void> {
  expect((await taskEnd(service, started)).failure).toBeNull();
}

function create(service: Service, request: CreateMachine): Promise<MachineView> {
  return service.handlers.machines.create(createMachineSchema.parse(request));
}

async function runs(service: Service, machine: string): Promise<ConsoleProbe> {
  const { machines } = service.handlers;
  const probe = await ConsoleProbe.open(machines.console, machine);
  await machines.start({ machine });
  await probe.shows('R');
  return probe;
}

async function echoes(probe: ConsoleProbe, text: string): Promise<void> {
  const from = probe.text.length;
  await probe.type(text);
  await probe.shows(text, from);
}

/** A machine from an image with a disk, a snapshot while it was off and one while it ran. */
async function machineWithSnapshots(): Promise<void> {
  const tree = { '/boot/Image': TINY_GUEST, '/sbin/init': 'x' };
  writeFileSync(place('disk.raw'), makeDisk('gpt', [makeExt(mkdtempSync(place('parts-')), 16, tree)]));
  const { images, machines, snapshots } = here.handlers;
  await done(here, images.importFrom({ image: 'base', path: place('disk.raw') }));
  await create(here, {
    ...{ name: 'web', source: { kind: 'image', image: 'base' }, memoryBytes: 128 * MIB },
    disks: [{ sizeBytes: 8 * MIB }],
  });
  await snapshots.create({ machine: 'web', name: 'fresh', note: 'never started' });
  const probe = await runs(here, 'web');
  await echoes(probe, 'hello');
  await snapshots.create({ machine: 'web', name: 'running', note: '' });
  await snapshots.create({ machine: 'web', name: 'later', note: '' });
  await machines.suspend({ machine: 'web' });
}

const exported = async (): Promise<void> =>
  done(here, here.handlers.machines.exportTo({ machine: 'web', path: place('web.machine') }));
const imported = (name: string, file = 'web.machine', service = there): Promise<TaskView> =>
  service.handlers.machines.importFrom({ path: place(file), name });

/** Names of all files below a data directory that machines and images are made of. */
function filesOf(data: string): string[] {
  return ['machines', 'images', 'disks', 'memory']
    .filter((folder) => existsSync(place(`${data}/${folder}`)))
    .flatMap((folder) =>
      (readdirSync(place(`${data}/${folder}`), { recursive: true }) as string[]).map((name) => `${folder}/${name}`),
    );
}

describe.skipIf(!toolsPresent)('a machine as one file', () => {
  test('goes on elsewhere where it was suspended, and back to each of its snapshots', async () => {
    await machineWithSnapshots();
    await exported();
    const listing = spawnSync('tar', ['-tf', place('web.machine')], { encoding: 'utf8' });
    expect(listing.status).toBe(0);
    expect(listing.stdout.split('\n')[0]).toBe('manifest.json');
    rmSync(place('disk.raw'));
    await done(there, imported('web2'));
    const { machines, snapshots, images } = there.handlers;
    expect((await images.list({})).map(({ name, origin }) => [name, origin])).toEqual([['base', 'imported']]);
    const view = await machines.inspect({ machine: 'web2' });
    expect(view).toMatchObject({ state: 'suspended', source: { kind: 'image', image: 'base' } });
    expect(view.disks).toHaveLength(2);
    const tree = await snapshots.list({ machine: 'web2' });
    expect(tree.map(({ name, note, live }) => [name, note, live])).toEqual([
      ['fresh', 'never started', false],
      ['running', '', true],
      ['later', '', true],
    ]);
    expect(tree[1]?.parent).toBe(tree[0]?.id);
    const probe = await ConsoleProbe.open(machines.console, 'web2');
    await probe.shows('hello');
    await machines.resume({ machine: 'web2' });
    await echoes(probe, 'on we go');
    await snapshots.restore({ machine: 'web2', snapshot: 'running' });
    await echoes(probe, 'and back');
    await snapshots.remove({ machine: 'web2', snapshot: 'running' });
    await snapshots.restore({ machine: 'web2', snapshot: 'later' });
    await echoes(probe, 'again');
    await machines.kill({ machine: 'web2' });
    await snapshots.restore({ machine: 'web2', snapshot: 'fresh' });
    await runs(there, 'web2');
    await machines.kill({ machine: 'web2' });
    for (const disk of readdirSync(place('there/disks'))) {
      const check = spawnSync('qemu-img', ['check', '-q', place(`there/disks/${disk}`)]);
      expect(`${disk} ${check.status}`).toBe(`${disk} 0`);
    }
  });

  test('can come back beside itself, twice, with the image that is here already and an identity of its own', async () => {
    await machineWithSnapshots();
    await exported();
    for (const name of ['copy-one', 'copy-two']) await done(here, imported(name, 'web.machine', here));
    expect((await here.handlers.images.list({})).map(({ name }) => name)).toEqual(['base']);
    for (const name of ['web', 'copy-one', 'copy-two']) {
      await here.handlers.machines.kill({ machine: name });
      const { id } = await here.handlers.machines.inspect({ machine: name });
      const definition: unknown = JSON.parse(readFileSync(place(`here/machines/${id}/machine.json`), 'utf8'));
      expect(definition).toMatchObject({ newIdentity: name !== 'web' });
    }
    await runs(here, 'copy-one');
    await here.handlers.machines.kill({ machine: 'copy-one' });
    await here.handlers.machines.remove({ machine: 'copy-one', purge: true });
    await runs(here, 'copy-two');
    await here.handlers.machines.kill({ machine: 'copy-two' });
  });

  test('brings the files that it boots, and the disks that were attached to it', async () => {
    writeFileSync(place('kernel'), TINY_GUEST);
    const content = new Random(7).bytes(3 * MIB);
    writeFileSync(place('data.raw'), content);
    writeFileSync(place('cd.raw'), content.subarray(0, MIB));
    await create(here, {
      ...{
        name: 'web',
        source: { kind: 'files', kernel: place('kernel'), commandLine: 'quiet' },
        memoryBytes: 64 * MIB,
      },
      disks: [{ path: place('data.raw') }, { path: place('cd.raw'), readOnly: true }, { sizeBytes: 2 * MIB }],
    });
    await exported();
    for (const name of ['kernel', 'data.raw', 'cd.raw']) rmSync(place(name));
    await done(there, imported('web'));
    const view = await there.handlers.machines.inspect({ machine: 'web' });
    expect(view.disks).toMatchObject([
      { own: true, readOnly: false, sizeBytes: 3 * MIB },
      { own: true, readOnly: true, sizeBytes: MIB },
      { own: true, readOnly: false, sizeBytes: 2 * MIB },
    ]);
    writeFileSync(place('data.raw'), content);
    const compare = spawnSync('qemu-img', ['compare', '-F', 'qcow2', place('data.raw'), view.disks[0]?.path ?? '']);
    expect(compare.stdout.toString()).toContain('identical');
    await runs(there, 'web');
    await there.handlers.machines.kill({ machine: 'web' });
  });

  test('is refused while the machine runs, and where something is already', async () => {
    writeFileSync(place('kernel'), TINY_GUEST);
    const source = { kind: 'files', kernel: place('kernel') } as const;
    await create(here, { name: 'web', source, memoryBytes: 64 * MIB });
    await runs(here, 'web');
    const { machines } = here.handlers;
    await expect(machines.exportTo({ machine: 'web', path: place('x') })).rejects.toMatchObject({
      code: 'wrong-state',
    });
    await machines.kill({ machine: 'web' });
    await expect(machines.exportTo({ machine: 'web', path: place('kernel') })).rejects.toMatchObject({
      code: 'already-exists',
    });
    await expect(imported('y', 'kernel')).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(imported('y', 'none')).rejects.toMatchObject({ code: 'not-found' });
    await exported();
    await expect(imported('WEB', 'web.machine', here)).rejects.toMatchObject({ code: 'already-exists' });
    const task = machines.exportTo({ machine: 'web', path: place('cancelled') });
    await here.handlers.tasks.cancel({ task: (await task).id });
    expect(await taskEnd(here, task)).toMatchObject({ state: 'cancelled' });
    expect(readdirSync(directory).filter((name) => name.startsWith('cancelled'))).toEqual([]);
  });
});

/** INNKEEPER_HOSTILE_MACHINES sets how many mutations there are; each has a fixed seed. */
const MUTATIONS = Number(process.env['INNKEEPER_HOSTILE_MACHINES'] ?? 60);

describe.skipIf(!toolsPresent)('a damaged or hostile file', () => {
  test('is refused, and leaves nothing', { timeout: 1_200_000 }, async () => {
    await machineWithSnapshots();
    await exported();
    const whole = readFileSync(place('web.machine'));
    const manifest = spawnSync('tar', ['-xOf', place('web.machine'), 'manifest.json'], { encoding: 'utf8' }).stdout;
    const before = filesOf('there');
    const random = new Random(3);
    const changes = [
      ...[
        '"members": [',
        '"sha256": "',
        '"own": true',
        '"slot": 0',
        '"kind": "image"',
        '"disks/',
        '"memory/',
        '"image/',
      ],
      ...['"parent": null', '.qcow2"', '"memory": "', '"version": 2', '"processors": 1', '"hostDirectory"'],
    ];
    let refused = 0;
    for (let count = 0; count < MUTATIONS; count++) {
      const bytes = Buffer.from(whole);
      const kind = random.below(3);
      if (kind === 0) bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
      else if (kind === 1) {
        const at = manifest.indexOf(random.pick(changes), random.below(manifest.length / 2));
        if (at >= 0) bytes[512 + at + random.below(16)] = 0x30 + random.below(75);
      }
      writeFileSync(place('bad.machine'), kind === 2 ? bytes.subarray(0, random.below(bytes.length)) : bytes);
      if (bytes.equals(whole) && kind !== 2) continue;
      const outcome = await imported(`bad-${count}`, 'bad.machine').then(
        (task) => taskEnd(there, Promise.resolve(task)).then(({ failure }) => failure?.code ?? 'done'),
        (error: unknown) => (error as { code?: string }).code ?? String(error),
      );
      if (outcome === 'done') {
        await there.handlers.machines.remove({ machine: `bad-${count}`, purge: true });
        await there.handlers.images.remove({ image: 'base' });
      } else {
        expect(['corrupt', 'invalid-input', 'not-supported']).toContain(outcome);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(MUTATIONS / 2);
    await there.dispose();
    there = await open('there');
    await expect.poll(() => filesOf('there'), { timeout: 10_000 }).toEqual(before);
  });

  test('cannot reach a file of this computer, or the disk of another machine', async () => {
    await machineWithSnapshots();
    await exported();
    const work = mkdtempSync(place('work-'));
    spawnSync('tar', ['-xf', place('web.machine'), '-C', work]);
    const manifest = readFileSync(join(work, 'manifest.json'), 'utf8');
    const members = (JSON.parse(manifest) as { members: { path: string }[] }).members.map(({ path }) => path);
    const victim = place('victim.raw');
    writeFileSync(victim, 'secret'.repeat(1000));
    const disk = members.find((path) => path.startsWith('disks/')) ?? '';
    const attempt = async (name: string, change: (text: string) => string, layer?: () => void): Promise<string> => {
      const backup = readFileSync(join(work, disk));
      layer?.();
      const { createHash } = await import('node:crypto');
      const document = JSON.parse(change(manifest)) as {
        members: { path: string; sizeBytes: number; sha256: string }[];
      };
      for (const member of document.members) {
        const bytes = readFileSync(join(work, member.path));
        Object.assign(member, { sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
      }
      writeFileSync(join(work, 'manifest.json'), JSON.stringify(document));
      spawnSync('tar', [
        '--format=ustar',
        '-cf',
        place(`${name}.machine`),
        '-C',
        work,
        'manifest.json',
        ...document.members.map(({ path }) => path),
      ]);
      writeFileSync(join(work, disk), backup);
      return imported(name, `${name}.machine`).then(
        (task) => taskEnd(there, Promise.resolve(task)).then(({ failure }) => `${failure?.code}: ${failure?.because}`),
        (error: unknown) => `${(error as { code?: string }).code}: ${(error as { because?: string }).because}`,
      );
    };
    const rebase =
      (...options: string[]) =>
      () => {
        spawnSync('qemu-img', ['rebase', '-u', ...options, join(work, disk)]);
      };
    expect(await attempt('outside', (text) => text, rebase('-b', victim, '-F', 'raw'))).toMatch(/^corrupt: .*victim/);
    expect(await attempt('above', (text) => text, rebase('-b', '../../victim.raw', '-F', 'raw'))).toMatch(/^corrupt/);
    const own = disk.replace('disks/', '');
    expect(await attempt('itself', (text) => text, rebase('-b', own, '-F', 'qcow2'))).toMatch(/^corrupt: .*built on/);
    expect(
      await attempt('path', (text) => text.replace(/"path": "[0-9a-f]{16}\.qcow2"/, `"path": "${victim}"`)),
    ).toMatch(/^corrupt/);
    expect(await attempt('foreign', (text) => text.replace('"own": true', '"own": false'))).toMatch(/^corrupt/);
    expect(await attempt('good', (text) => text)).toMatch(/^undefined/);
    expect(readFileSync(victim, 'utf8')).toBe('secret'.repeat(1000));
  });
});
