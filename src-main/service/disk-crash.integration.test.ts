import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildAgent } from '../setup/build-agent.ts';
import { openImageRoom } from './images/open-image-room.ts';
import { createService } from './service.ts';
import type { Service } from './service.ts';
import { runScript } from './testing/exec-lines.ts';
import { seeded } from './testing/seeded.ts';

/**
 * Innkeeper is killed at random moments while a guest writes to its disk and everything is done with its layers. What was
 * acknowledged is there; QEMU and e2fsck find nothing wrong. INNKEEPER_CRASHES=200 is the whole test.
 */
const CRASHES = Math.max(2, Math.ceil(Number(process.env['INNKEEPER_CRASHES'] ?? 4)));
const SEED = Number(process.env['INNKEEPER_SEED'] ?? 20_261_122);
const LONGEST_LIFE_MS = 4000;
const DISK_MIB = 48;
const MIB = 1024 * 1024;
const program = fileURLToPath(new URL('./testing/busy-disks.ts', import.meta.url));
const present = ['qemu-img', 'mkfs.ext4', 'e2fsck', 'debugfs'].every(
  (tool) => spawnSync(tool, ['-V']).error === undefined,
);
if (!present) console.warn('qemu-img or e2fsprogs are missing: disks after a crash are not looked at');

let directory = '';
let data = '';

function run(tool: string, args: readonly string[], fine: readonly number[] = [0]): string {
  const { status, stdout, stderr } = spawnSync(tool, args, { encoding: 'utf8', maxBuffer: 64 * MIB });
  const told = `${tool} ${args.join(' ')}: ${status}\n${stdout.slice(0, 2000)}${stderr}`;
  expect(fine.includes(status ?? -1), told).toBe(true);
  return stdout;
}

const open = (): Promise<Service> => createService({ dataDirectory: data, host: 'background', version: 'test' });

beforeAll(async () => {
  if (!present) return;
  directory = await mkdtemp(join(tmpdir(), 'innkeeper-disk-crash-'));
  data = join(directory, 'data');
  const room = openImageRoom({ dataDirectory: data, debianMirror: () => null, agentSource: buildAgent });
  await room.build('debian-13-tiny', { signal: new AbortController().signal, progress: () => undefined });
  await room.close();
  const service = await open();
  const { machines, snapshots } = service.handlers;
  await service.handlers.service.changeSettings({ quickStart: false });
  const source = { kind: 'image', image: 'debian-13-tiny' } as const;
  const { disks } = await machines.create({ name: 'm', source, disks: [{ sizeBytes: DISK_MIB * MIB }], start: false });
  const raw = join(directory, 'empty.raw');
  run('mkfs.ext4', ['-q', raw, `${DISK_MIB}M`]);
  run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', raw, disks[0]?.path ?? '']);
  await machines.start({ machine: 'm' });
  const prepare = 'modprobe ext4; mkdir -p /mnt/log; mount -t ext4 /dev/vda /mnt/log && echo 1 >/mnt/log/lines && sync';
  expect(await runScript(machines.exec, 'm', prepare)).toBe(0);
  await snapshots.create({ machine: 'm', name: 'base', note: '' });
  await machines.kill({ machine: 'm' });
  await service.dispose();
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** What must be there, may be there, and was said last. */
class Expectation {
  readonly there = new Map<string, 'there' | 'unsure'>([
    ['snapshot base', 'there'],
    ['machine m', 'there'],
  ]);
  readonly lines: string[] = [];
  /** Lines of its log that are on m's disk for sure. */
  flushed = 1;
  readonly #flushedIn = new Map<string, number>([['base', 1]]);
  #restoring: number | null = null;

  hear(line: string): void {
    this.lines.push(line);
    const [outcome = '', verb = '', name = ''] = line.split(' ');
    if (outcome === 'flushed')
      this.flushed = this.#restoring === null ? Number(verb) : Math.min(this.flushed, Number(verb));
    const done = outcome === 'did';
    if (outcome !== 'did' && outcome !== 'try') return;
    if (verb === 'snapshot') {
      if (!done) this.#flushedIn.set(name, this.flushed);
      this.there.set(`snapshot ${name}`, done ? 'there' : 'unsure');
    } else if (verb === 'forget') this.#gone(`snapshot ${name}`, done);
    else if (verb === 'clone' || verb === 'fork') this.there.set(`machine ${name}`, done ? 'there' : 'unsure');
    else if (verb === 'remove') this.#gone(`machine ${name}`, done);
    else if (verb === 'restore') this.#restore(this.#flushedIn.get(name) ?? 1, done);
  }

  /** It is known now what came of all that was begun. */
  settle(found: readonly string[], flushed: number): void {
    for (const [what, how] of [...this.there]) {
      if (how !== 'unsure') continue;
      if (found.includes(what)) this.there.set(what, 'there');
      else this.there.delete(what);
    }
    this.#restoring = null;
    this.flushed = flushed;
  }

  #gone(what: string, done: boolean): void {
    if (done) this.there.delete(what);
    else this.there.set(what, 'unsure');
  }

  #restore(to: number, done: boolean): void {
    this.flushed = done ? to : Math.min(this.flushed, to);
    this.#restoring = done ? null : to;
  }
}

/** Lets a service be busy and kills it. */
async function liveAndDie(seed: number, expected: Expectation): Promise<void> {
  const child = spawn(process.execPath, [program, data, String(seed)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    if (line === 'open') setTimeout(() => child.kill('SIGKILL'), 200 + seeded(seed)() * LONGEST_LIFE_MS);
    else expected.hear(line);
  });
  await Promise.all([once(lines, 'close'), once(child, 'exit')]);
}

/** Of many flushed lines one after the other the last tells all. */
function isTelling(line: string, at: number, all: readonly string[]): boolean {
  return !line.startsWith('flushed') || all[at + 1]?.startsWith('flushed') !== true;
}

/** The lines of the log on a disk, after its file system was found sound. */
function logOn(path: string): number[] {
  const raw = join(directory, 'look.raw');
  run('qemu-img', ['convert', '-O', 'raw', path, raw]);
  // What the journal holds is put in place first, as at every start after a power failure.
  run('e2fsck', ['-p', raw], [0, 1]);
  run('e2fsck', ['-f', '-n', raw]);
  const text = run('debugfs', ['-R', 'cat /lines', raw]);
  return text.trim().split('\n').map(Number);
}

/** The layers on top that documents name, wherever these are. */
async function tops(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const { name, parentPath } of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const isDraft = parentPath.includes('/.new-') || parentPath.includes('/.gone-');
    if (isDraft || !['machine.json', 'snapshot.json'].includes(name)) continue;
    const text = await readFile(join(parentPath, name), 'utf8');
    found.push(...[...text.matchAll(/"([0-9a-f]{16}\.qcow2)"/g)].map(([, file = '']) => file));
  }
  return found;
}

/** Every layer that is needed is clean for QEMU, but for room that is given back when a disk is opened to be written. */
async function checkPool(said: string): Promise<number> {
  const checked = new Set<string>();
  let leaking = 0;
  for (const top of await tops(join(data, 'machines'))) {
    const info = run('qemu-img', ['info', '--backing-chain', '--output=json', join(data, 'disks', top)]);
    for (const { filename } of JSON.parse(info) as { filename: string }[]) {
      if (checked.has(filename)) continue;
      checked.add(filename);
      const { status, stdout, stderr } = spawnSync('qemu-img', ['check', filename], { encoding: 'utf8' });
      expect([0, 3], `${filename}: ${stdout}${stderr}\n${said}`).toContain(status);
      if (status === 3) leaking++;
    }
  }
  return leaking;
}

describe.skipIf(!present)('a machine whose disk is written', () => {
  it(`loses nothing in ${CRASHES} violent deaths of Innkeeper`, { timeout: 4 * 3_600_000 }, async () => {
    const expected = new Expectation();
    let leaking = 0;
    let events = 0;
    for (let crash = 0; crash < CRASHES; crash++) {
      await liveAndDie(SEED + crash, expected);
      const said = `crash ${crash}:\n${expected.lines.filter(isTelling).join('\n')}`;
      events += expected.lines.splice(0).filter((line) => line.startsWith('did')).length;
      leaking += await checkPool(said);
      const service = await open();
      const { machines, snapshots } = service.handlers;
      const views = await machines.list({});
      const found = [
        ...views.map(({ name }) => `machine ${name}`),
        ...(await snapshots.list({ machine: 'm' })).map(({ name }) => `snapshot ${name}`),
      ];
      for (const [what, how] of expected.there) if (how === 'there') expect(found, said).toContain(what);
      for (const what of found) expect([...expected.there.keys()], said).toContain(what);
      for (const { failure } of views) expect(failure, said).toBeNull();
      const logs = views.map(({ disks }) => logOn(disks[0]?.path ?? ''));
      for (const log of logs) expect(log, said).toEqual(log.map((_, index) => index + 1));
      const ofM = logs[views.findIndex(({ name }) => name === 'm')] ?? [];
      expect(ofM.length, said).toBeGreaterThanOrEqual(expected.flushed);
      expected.settle(found, ofM.length);
      await service.dispose();
    }
    console.log(`${CRASHES} crashes, ${events} things done, ${leaking} layers with leaked room`);
    const service = await open();
    const { machines, snapshots } = service.handlers;
    for (const { name } of await snapshots.list({ machine: 'm' })) {
      expect(await snapshots.restore({ machine: 'm', snapshot: name })).toMatchObject({ state: 'running' });
      // One may be from before its disk was mounted.
      const look = "grep -q ' /mnt/log ' /proc/mounts || exit 0; tail -n 1 /mnt/log/lines && sync";
      expect(await runScript(machines.exec, 'm', look)).toBe(0);
    }
    await machines.kill({ machine: 'm' });
    await service.dispose();
  });
});
