import { spawn } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InnkeeperHandlers } from '../../../src-core/contract/contract.ts';
import { tarEnd, tarHeader, tarPadding, type TarItem } from '../../../src-core/images/formats/tar-writer.ts';
import { lookAtTree as look, makeTree } from '../testing/copy-tree.ts';
import { FakeIo } from '../testing/fake-io.ts';
import { FakeService, machineView } from '../testing/fake-service.ts';

type ExecEnd = Parameters<InnkeeperHandlers['machines']['exec']>[1];

/** What stands for guests are programs of this computer: its shell and its tar. */
let folder: string;
let here: string;
let guest: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'innkeeper-copy-'));
  here = join(folder, 'here');
  guest = join(folder, 'guest');
  await mkdir(here);
  await mkdir(guest);
});

afterEach(() => rm(folder, { recursive: true }));

function runHere(command: readonly string[], end: ExecEnd): void {
  const child = spawn(command[0] ?? '', command.slice(1), { cwd: guest, detached: true });
  const outputs = [child.stdout, child.stderr].map(async (output, index) => {
    for await (const chunk of output) await end.write(chunk as Buffer, index + 1).catch(() => undefined);
  });
  child.stdin.on('error', () => undefined);
  end.onData((bytes, _, done) => void child.stdin.write(bytes.slice(), () => done()));
  end.onFinish(() => child.stdin.end());
  // As the agent does it: the input ends, and the whole process group is told.
  end.onClose(() => {
    child.stdin.destroy();
    if (child.exitCode === null && child.pid) process.kill(-child.pid, 'SIGHUP');
  });
  child.on('exit', (code) => {
    const ended = (): void => end.end({ exitStatus: code ?? 129 });
    void Promise.all(outputs).then(ended, ended);
  });
}

function setUp(exec: (command: readonly string[], end: ExecEnd) => void = runHere): FakeIo {
  const service = new FakeService({
    machines: {
      exec: ({ command }, end) => {
        exec(command, end);
        return Promise.resolve({ pid: 7 });
      },
    },
  });
  for (const name of ['web', 'other']) {
    service.machines.push(machineView({ id: name, name, state: 'running', startedAt: 1, agent: 'ready' }));
  }
  return new FakeIo(service);
}

async function cp(...words: string[]): Promise<FakeIo> {
  const io = setUp();
  expect([await io.run(`vm cp ${words.join(' ')}`), io.err]).toEqual([0, '']);
  return io;
}

describe('inn vm cp', () => {
  it('copies a directory into a machine and back, with modes, times and links', async () => {
    const tree = join(here, 'tree');
    await mkdir(tree);
    await makeTree(tree);
    const wanted = await look(tree);
    const io = await cp(tree, `web:${guest}/new`);
    expect(io.out).toBe('Copied 6 files, 2.9M\n');
    expect(await look(join(guest, 'new'))).toEqual(wanted);
    await cp(`web:${guest}/new`, join(here, 'back'));
    expect(await look(join(here, 'back'))).toEqual(wanted);
    expect(await readdir(here)).toEqual(['back', 'tree']);
    expect(await readdir(guest)).toEqual(['new']);
  });

  it.each([
    ['a file under a new name', 'f', 'new', ['new'], ''],
    ['a file into a directory', 'f', 'dir', ['dir/f', 'dir/old'], ''],
    ['a file over another', 'f', 'dir/old', ['dir/old'], ''],
    ['a directory into a directory', 't', 'dir', ['dir/old', 'dir/t/x'], ''],
    ['a directory under a new name', 't', 'new', ['dir/old', 'new/x'], ''],
    ['what is in a directory into another', 't/.', 'dir', ['dir/old', 'dir/x'], ''],
    ['what is in a directory under a new name', 't/.', 'new/', ['dir/old', 'new/x'], ''],
    ['a file to where no directory is', 'f', 'none/', ['dir/old'], 'no directory'],
    ['a file to below where no directory is', 'f', 'none/x', ['dir/old'], 'no'],
    ['a directory over a file', 't', 'dir/old', ['dir/old'], 'no directory'],
    ['what is not there', 'missing', 'new', ['dir/old'], 'no'],
  ])('copies %s as cp -r would, both ways', async (_, source, target, expected, failure) => {
    for (const [from, to, src, dst] of [
      [here, guest, `${here}/${source}`, `web:${guest}/${target}`],
      [guest, here, `web:${guest}/${source}`, `${here}/${target}`],
    ] as const) {
      for (const root of [from, to]) await rm(root, { recursive: true });
      for (const path of [join(from, 't'), join(to, 'dir')]) await mkdir(path, { recursive: true });
      await writeFile(join(from, 'f'), 'new');
      await writeFile(join(from, 't/x'), 'new');
      await writeFile(join(to, 'dir/old'), 'old');
      const io = setUp();
      expect([await io.run(`vm cp ${src} ${dst}`), io.err]).toEqual(
        failure === '' ? [0, ''] : [1, expect.stringContaining(failure)],
      );
      const found = (await readdir(to, { recursive: true, withFileTypes: true }))
        .filter((each) => !each.isDirectory())
        .map((each) => join(each.parentPath, each.name).slice(to.length + 1));
      expect(found.sort()).toEqual([...new Set(['dir/old', ...expected])].sort());
      if (source === 'f' && failure === '') expect(await readFile(join(to, expected[0] ?? ''), 'utf8')).toBe('new');
    }
  });

  it('copies between two machines', async () => {
    await mkdir(join(guest, 'tree'));
    await makeTree(join(guest, 'tree'));
    await cp(`web:${guest}/tree`, `other:${guest}/second`);
    expect(await look(join(guest, 'second'))).toEqual(await look(join(guest, 'tree')));
  });

  it('takes paths of a guest that begin nowhere as those of its home', async () => {
    await writeFile(join(guest, 'in home'), 'x');
    await cp('web:', here);
    expect(await readdir(here)).toEqual(['in home']);
  });

  it('says what makes no sense', async () => {
    for (const [words, because] of [
      [`${here} ${here}`, 'both are on this computer'],
      ['web:a web:b', 'both are in the same machine'],
    ] as const) {
      const io = setUp();
      expect([await io.run(`vm cp ${words}`), io.err]).toEqual([1, expect.stringContaining(because)]);
    }
  });

  it('leaves nothing in a machine when it is interrupted', async () => {
    await writeFile(join(here, 'big'), Buffer.alloc(8_000_000));
    let written = 0;
    const io = setUp((command, end) => {
      const counting: ExecEnd = {
        ...end,
        onData: (handler) =>
          end.onData((bytes, channel, done) => {
            written += bytes.length;
            if (written > 1_000_000) io.signal('SIGINT');
            return handler(bytes, channel, done);
          }),
      };
      runHere(command, counting);
    });
    expect([await io.run(`vm cp ${here}/big web:${guest}/big`), io.err]).toEqual([
      1,
      expect.stringContaining('it was interrupted'),
    ]);
    await expect.poll(() => readdir(guest), { timeout: 20_000 }).toEqual([]);
  });
});

describe('a hostile guest', () => {
  const item = (change: Partial<TarItem>): TarItem => ({
    ...{ path: '.', type: 'directory', mode: 0o755, owner: 0, group: 0, modifiedAt: 0, sizeBytes: 0, target: '' },
    ...change,
  });
  const file = (path: string): TarItem => item({ path, type: 'file', mode: 0o4777, sizeBytes: 4 });

  function sending(items: readonly TarItem[], end: ExecEnd): void {
    const send = async (): Promise<void> => {
      for (const each of items) {
        await end.write(tarHeader(each), 1);
        if (each.sizeBytes > 0) await end.write(Buffer.concat([Buffer.from('evil'), tarPadding(4)]), 1);
      }
      await end.write(tarEnd(), 1);
      end.end({ exitStatus: 0 });
    };
    // What it still sends when nobody listens any more.
    send().catch(() => undefined);
  }

  const outside = (): string => join(folder, 'outside');
  const attacks: Record<string, () => TarItem[]> = {
    'a path with ..': () => [item({}), file('../../outside/x')],
    'a whole path': () => [item({}), file(`${outside()}/x`)],
    'a file below a link': () => [item({}), item({ path: 'l', type: 'symlink', target: outside() }), file('l/x')],
    'a link and then a directory of the same name': () => [
      item({}),
      item({ path: 'l', type: 'symlink', target: outside() }),
      item({ path: 'l' }),
      file('l/x'),
    ],
    'a file in place of a link': () => [
      item({}),
      item({ path: 'l', type: 'symlink', target: `${outside()}/x` }),
      file('l'),
    ],
    'a hard link to what is outside': () => [
      item({}),
      item({ path: 'h', type: 'hard-link', target: `${outside()}/secret` }),
    ],
    'a hard link to a link': () => [
      item({}),
      item({ path: 'l', type: 'symlink', target: `${outside()}/secret` }),
      item({ path: 'h', type: 'hard-link', target: 'l' }),
    ],
    'two roots': () => [file('x'), file('y')],
    'a root below its parent': () => [file('a/b'), item({ path: 'a' })],
    'no directory above': () => [item({}), file('a/b')],
    'nothing at all': () => [],
  };

  it.each(Object.keys(attacks))('is refused and leaves nothing: %s', async (name) => {
    await mkdir(outside());
    await writeFile(join(outside(), 'secret'), 'secret');
    const io = setUp((_, end) => sending(attacks[name]?.() ?? [], end));
    const target = join(here, 'new');
    const status = await io.run(`vm cp web:x ${target}`);
    if (name === 'a root below its parent') expect(status).toBe(1);
    expect([status, io.err]).toEqual([1, expect.stringMatching(/the guest sent/)]);
    expect(await readdir(here)).toEqual([]);
    expect(await readdir(outside())).toEqual(['secret']);
  });

  it('does not write through a link that an earlier copy has brought', async () => {
    await mkdir(outside());
    const first = setUp((_, end) => sending([item({}), item({ path: 'l', type: 'symlink', target: outside() })], end));
    expect(await first.run(`vm cp web:x ${here}`)).toBe(0);
    const second = setUp((_, end) => sending([item({}), item({ path: 'l' }), file('l/x')], end));
    expect([await second.run(`vm cp web:x ${here}`), second.err]).toEqual([
      1,
      expect.stringContaining('is no directory'),
    ]);
    expect(await readdir(outside())).toEqual([]);
  });

  it('gives no file the right to run as somebody else', async () => {
    const io = setUp((_, end) => sending([file('x')], end));
    expect(await io.run(`vm cp web:x ${here}`)).toBe(0);
    expect((await lstat(join(here, 'x'))).mode & 0o7777).toBe(0o777);
  });

  it('that fails in the middle leaves nothing', async () => {
    const io = setUp((_, end) => {
      void end.write(tarHeader(file('x')), 1).then(() => end.write(Buffer.from('tar: broken'), 2));
      setTimeout(() => end.end({ exitStatus: 2 }), 50);
    });
    expect([await io.run(`vm cp web:x ${here}`), io.err]).toEqual([1, expect.stringContaining('tar: broken')]);
    expect(await readdir(here)).toEqual([]);
  });
});
