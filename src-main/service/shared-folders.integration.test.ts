import { createHash, randomBytes } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InnkeeperHandlers } from '../../src-core/contract/contract.ts';
import { createService } from './service.ts';
import type { Service } from './service.ts';
import { scriptText } from './testing/exec-text.ts';
import { TinyBench } from './testing/tiny-run.ts';

type MachineView = Awaited<ReturnType<InnkeeperHandlers['machines']['inspect']>>;

/** Folders of this computer in a machine of the tiny image, by the service's own methods. */
const MIB = 1024 * 1024;
const machine = 'sharing';
let bench: TinyBench;
let service: Service;
let machines: InnkeeperHandlers['machines'];
let shares: InnkeeperHandlers['shares'];
let base: string;
/** The same bytes on both sides. */
const big = randomBytes(20 * MIB);

beforeAll(async () => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'innkeeper-shares-')));
  for (const name of ['work', 'read', 'live', 'outside']) mkdirSync(join(base, name));
  writeFileSync(join(base, 'read/big'), big);
  writeFileSync(join(base, 'outside/secret'), 'secret');
  symlinkSync('../outside', join(base, 'work/way'));
  bench = await TinyBench.open();
  await openService();
  const source = { kind: 'image', image: 'debian-13-tiny' } as const;
  await machines.create({ name: machine, source, memoryBytes: 256 * MIB, disks: [], start: false });
  await add('work', '/mnt/work');
  await add('read', '/srv/some/where/read', true);
  await machines.start({ machine });
  await mounted(2);
});

afterAll(async () => {
  await service.dispose();
  await bench.close();
  rmSync(base, { recursive: true });
});

async function openService(): Promise<void> {
  service = await createService({ dataDirectory: bench.folder, host: 'background', version: 'test' });
  ({ machines, shares } = service.handlers);
}

function add(folder: string, guestDirectory: string, readOnly = false): Promise<MachineView['shares']> {
  return shares.add({ machine, hostDirectory: join(base, folder), guestDirectory, readOnly });
}

/** Resolves when the guest has mounted so many. */
function mounted(count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void =>
      void machines.inspect({ machine }).then((view) => {
        const failure = view.shares.find((share) => share.failure)?.failure;
        if (failure) reject(new Error(failure.because));
        else if (view.shares.filter((share) => share.mounted).length < count) return;
        subscription.dispose();
        resolve();
      });
    const subscription = service.onEvent(look);
    look();
  });
}

/** Runs a script in the guest. @returns what it printed on both outputs, and its status */
function run(script: string): Promise<{ text: string; exitStatus: number }> {
  return scriptText(machines.exec, machine, script);
}

async function sh(script: string): Promise<string> {
  const { text, exitStatus } = await run(script);
  expect([exitStatus, text]).toEqual([0, text]);
  return text;
}

test('a guest makes, changes, renames and deletes files, and the host sees it', async () => {
  await sh(
    'cd /mnt/work && mkdir d && echo one >d/a && echo two >>d/a && mv d/a d/b && ln d/b c && ln -s c l && chmod 600 c',
  );
  expect(readFileSync(join(base, 'work/d/b'), 'utf8')).toBe('one\ntwo\n');
  expect(await sh('cat /mnt/work/l; stat -c %a:%h:%u /mnt/work/c')).toBe('one\ntwo\n600:2:0');
  writeFileSync(join(base, 'work/d/from-host'), 'host');
  expect(await sh('cat /mnt/work/d/from-host')).toBe('host');
  // Of the same length: only the time of the change tells.
  writeFileSync(join(base, 'work/d/from-host'), 'HOST');
  const until = 'for i in $(seq 50); do [ "$(cat from-host)" = HOST ] && break; sleep 0.1; done';
  expect(await sh(`cd /mnt/work/d; ${until}; cat from-host`)).toBe('HOST');
  await sh('cd /mnt/work && rm -r c d l');
  expect(readdirSync(join(base, 'work'))).toEqual(['way']);
});

test('20 MB have the same checksum on both sides, read and copied', async () => {
  const sum = createHash('sha256').update(big).digest('hex');
  expect(await sh('sha256sum /srv/some/where/read/big | cut -d" " -f1')).toBe(sum);
  await sh('cp /srv/some/where/read/big /mnt/work/copy && sync');
  expect(readFileSync(join(base, 'work/copy')).equals(big)).toBe(true);
  await sh('rm /mnt/work/copy');
});

test('1,000 files are listed, by the guest and by the host', async () => {
  await sh('mkdir /mnt/work/many && cd /mnt/work/many && for i in $(seq 1000); do echo $i >f$i; done');
  expect(readdirSync(join(base, 'work/many'))).toHaveLength(1000);
  expect(await sh('echo 3 >/proc/sys/vm/drop_caches; ls /mnt/work/many | wc -l; cat /mnt/work/many/* | wc -l')).toBe(
    '1000\n1000',
  );
  await sh('rm -r /mnt/work/many');
});

test('a folder that can only be read is not written, whatever the guest does', async () => {
  await run('mount -o remount,rw /srv/some/where/read');
  const { text } = await run('cd /srv/some/where/read; echo x >new; echo x >big; rm big; mkdir d; chmod 777 big');
  expect(text.match(/Read-only file system/g)).toHaveLength(5);
  expect(readdirSync(join(base, 'read'))).toEqual(['big']);
});

test('a link leads to where it leads in the guest, not on the host', async () => {
  expect(await sh('readlink /mnt/work/way')).toBe('../outside');
  expect((await run('cat /mnt/work/way/secret')).exitStatus).not.toBe(0);
  expect((await run('cat /mnt/work/../outside/secret')).exitStatus).not.toBe(0);
});

test('a folder comes and goes while the machine runs', async () => {
  writeFileSync(join(base, 'live/a'), 'live');
  expect((await add('live', '/mnt/live')).at(-1)).toMatchObject({ mounted: true, failure: null });
  expect(await sh('cat /mnt/live/a && echo guest >/mnt/live/b')).toBe('live');
  await sh('exec 3</mnt/live/a; (sleep 1000 <&3 >/dev/null 2>&1 & echo $! >/tmp/sleeper)');
  await expect(shares.remove({ machine, guestDirectory: '/mnt/live' })).rejects.toMatchObject({ code: 'wrong-state' });
  await sh('kill $(cat /tmp/sleeper); sleep 0.2');
  expect(await shares.remove({ machine, guestDirectory: '/mnt/live' })).toHaveLength(2);
  expect(await sh('grep -c /mnt/live /proc/mounts || true')).toBe('0');
  expect(readFileSync(join(base, 'live/b'), 'utf8')).toBe('guest\n');
});

test('a suspended machine goes on with the files that it has open, in another service', async () => {
  await sh(
    'cd /mnt/work && (exec 3>log; i=0; while :; do i=$((i+1)); echo $i >&3; sleep 0.05; done) >/dev/null 2>&1 & sleep 0.5',
  );
  await machines.suspend({ machine });
  const before = readFileSync(join(base, 'work/log'), 'utf8').split('\n').length;
  await service.dispose();
  await openService();
  await expect(add('live', '/mnt/live')).rejects.toMatchObject({ code: 'wrong-state' });
  await machines.resume({ machine });
  await mounted(2);
  await sh('sleep 1');
  const lines = readFileSync(join(base, 'work/log'), 'utf8').trim().split('\n');
  expect(lines.length).toBeGreaterThan(before);
  expect(lines).toEqual(lines.map((_, index) => String(index + 1)));
});

test('what cannot be shared is refused, with the reason', async () => {
  await expect(add('nothing', '/mnt/x')).rejects.toMatchObject({ code: 'not-found' });
  await expect(add('live', '/mnt/work/in')).rejects.toMatchObject({ code: 'already-exists' });
  for (const hostDirectory of ['/', '/proc/self', bench.folder, join(bench.folder, 'images'), tmpdir()]) {
    const request = { machine, hostDirectory, guestDirectory: '/mnt/x', readOnly: true };
    await expect(shares.add(request)).rejects.toMatchObject({ code: 'denied' });
  }
});

test('a machine whose folder is gone, or replaced by a link, does not start, and says which', async () => {
  await machines.kill({ machine });
  rmSync(join(base, 'read'), { recursive: true });
  symlinkSync(join(base, 'outside'), join(base, 'read'));
  await expect(machines.start({ machine })).rejects.toThrow(
    /start machine sharing: a link has taken the place of its shared folder .*read/,
  );
  await shares.remove({ machine, guestDirectory: '/srv/some/where/read' });
  await machines.start({ machine });
  await mounted(1);
  await machines.kill({ machine });
});
