import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FUSE, FuseClient } from '../../../src-core/machine/devices/virtio/fs/testing/fuse-client.ts';
import { HostFolder } from './host-folder.ts';
import { LinuxGround } from './linux-ground.ts';
import { openSharedFolder } from './open-shared-folder.ts';
import { PortableGround } from './portable-ground.ts';

const EPERM = -1;
const ENOENT = -2;
const EACCES = -13;
const EEXIST = -17;
const ENOTDIR = -20;
const EISDIR = -21;
const EINVAL = -22;
const EROFS = -30;
const ENAMETOOLONG = -36;
const ENOSYS = -38;
const ENOTEMPTY = -39;
const ELOOP = -40;
const ESTALE = -116;
const SECRET = 'nobody may see this';
const O_TRUNC = 0o1000;
const O_EXCL = 0o200;
const O_APPEND = 0o2000;

/** On Linux both are tried: what serves other systems must not rot. */
const grounds = {
  ...(process.platform === 'linux' ? { 'descriptors of Linux': LinuxGround } : {}),
  'paths of any system': PortableGround,
};

let base: string;
let share: string;
let outside: string;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'inn-share-')));
  share = join(base, 'share');
  outside = join(base, 'outside');
  mkdirSync(share);
  mkdirSync(outside);
  writeFileSync(join(outside, 'secret'), SECRET);
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

const text = (bytes: Uint8Array | number): string | number =>
  typeof bytes === 'number' ? bytes : new TextDecoder().decode(bytes);
const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);
const errorOf = (result: unknown): unknown => (typeof result === 'number' ? result : 'no error');

describe.each(Object.entries(grounds))('a shared folder over %s', (_, Ground) => {
  let folder: HostFolder;
  let client: FuseClient;

  function open(readOnly = false): void {
    folder = new HostFolder((confirm) => new Ground(share, confirm), readOnly);
    client = new FuseClient(folder);
    client.init();
  }

  afterEach(() => folder.close());

  function make(path: string, content = ''): { node: bigint; handle: bigint } {
    const made = client.create(client.walk(path.split('/').slice(0, -1).join('/')), path.replace(/.*\//, ''));
    if (typeof made === 'number') throw new Error(`${path}: ${made}`);
    client.write(made.entry.node, made.handle, 0, bytes(content));
    return { node: made.entry.node, handle: made.handle };
  }

  function readAll(path: string): string | number {
    const node = client.walk(path);
    const handle = client.open(node, 0);
    return typeof handle === 'number' ? handle : text(client.read(node, handle, 0, 1000));
  }

  test('files are made, written, read, cut, renamed and deleted', () => {
    open();
    const { node, handle } = make('a', 'hello world');
    expect(readFileSync(join(share, 'a'), 'utf8')).toBe('hello world');
    expect(text(client.read(node, handle, 6, 100))).toBe('world');
    expect(client.ask(FUSE.setattr, node, [8, 0, 0n, 5n, ...new Array<number>(16).fill(0)]).error).toBe(0);
    expect(readFileSync(join(share, 'a'), 'utf8')).toBe('hello');
    expect(client.ask(FUSE.rename, 1, [1n, 'a', 'b']).error).toBe(0);
    expect(readdirSync(share)).toEqual(['b']);
    expect(client.ask(FUSE.fsync, node, [handle, 0, 0]).error).toBe(0);
    expect(client.ask(FUSE.release, node, [handle, 0, 0, 0n]).error).toBe(0);
    expect(readAll('b')).toBe('hello');
    expect(client.ask(FUSE.unlink, 1, ['b']).error).toBe(0);
    expect(client.lookup(1, 'b')).toBe(ENOENT);
  });

  test('a node stays the same through renames, and of one that is open also without a name', () => {
    open();
    client.ask(FUSE.mkdir, 1, [0o755, 0, 'from']);
    const { node, handle } = make('from/a', 'x');
    client.ask(FUSE.mkdir, 1, [0o755, 0, 'to']);
    expect(client.ask(FUSE.rename2, client.walk('from'), [client.walk('to'), 0, 0, 'a', 'b']).error).toBe(0);
    expect(client.walk('to/b')).toBe(node);
    expect(client.ask(FUSE.rename, 1, [1n, 'to', 'there']).error).toBe(0);
    expect(client.walk('there/b')).toBe(node);
    client.ask(FUSE.unlink, client.walk('there'), ['b']);
    expect(client.write(node, handle, 1, bytes('yz'))).toBe(2);
    expect(text(client.read(node, handle, 0, 10))).toBe('xyz');
    expect(client.ask(FUSE.getattr, node, [0, 0, 0n]).view.getBigUint64(24, true)).toBe(3n);
  });

  test('directories are listed whole, with attributes and without, however large', () => {
    open();
    mkdirSync(join(share, 'many'));
    const names = Array.from({ length: 1000 }, (__, index) => `file-${index}`);
    for (const name of names) writeFileSync(join(share, 'many', name), name);
    const node = client.walk('many');
    for (const plus of [false, true]) {
      const listed = client.list(node, plus);
      expect(Array.isArray(listed) && listed.sort()).toEqual(['.', '..', ...names].sort());
    }
    expect(readAll('many/file-7')).toBe('file-7');
    expect(client.ask(FUSE.rmdir, 1, ['many']).error).toBe(ENOTEMPTY);
    for (const name of names) expect(client.ask(FUSE.unlink, node, [name]).error).toBe(0);
    expect(client.ask(FUSE.rmdir, 1, ['many']).error).toBe(0);
    expect(existsSync(join(share, 'many'))).toBe(false);
  });

  test('links are made and shown, and two names of a file are one node', () => {
    open();
    const { node } = make('a', 'x');
    expect(client.ask(FUSE.symlink, 1, ['soft', '../outside/secret']).error).toBe(0);
    expect(readlinkSync(join(share, 'soft'))).toBe('../outside/secret');
    expect(text(client.ask(FUSE.readlink, client.walk('soft'), []).bytes)).toBe('../outside/secret');
    expect(client.ask(FUSE.link, 1, [node, 'hard']).error).toBe(0);
    expect(client.walk('hard')).toBe(node);
    expect(statSync(join(share, 'a')).nlink).toBe(2);
  });

  test('permissions and times are set, and seen again as they were set', () => {
    open();
    const { node, handle } = make('a');
    client.ask(FUSE.release, node, [handle, 0, 0, 0n]);
    const [seconds, ns] = [1_700_000_001n, 123_456_000];
    const change = [1 | 16 | 32, 0, 0n, 0n, 0n, seconds, seconds, 0n, ns, ns, 0, 0o100640, 0, 0, 0, 0];
    const { error, view } = client.ask(FUSE.setattr, node, change);
    expect(error).toBe(0);
    expect(view.getUint32(16 + 60, true)).toBe(0o100640);
    expect([view.getBigUint64(16 + 32, true), view.getUint32(16 + 52, true)]).toEqual([seconds, ns]);
    expect(statSync(join(share, 'a')).mode & 0o777).toBe(0o640);
  });

  test('everything is root’s and cannot be given away; rights of the host’s programs are not shown', () => {
    open();
    const { node } = make('a');
    chmodSync(join(share, 'a'), 0o6755);
    const shown = client.ask(FUSE.getattr, node, [0, 0, 0n]).view;
    expect([shown.getUint32(76, true), shown.getUint32(84, true), shown.getUint32(88, true)]).toEqual([0o100755, 0, 0]);
    const chown = (uid: number) => client.ask(FUSE.setattr, node, [2, 0, ...new Array<number>(17).fill(0), uid, 0, 0]);
    expect(chown(1000).error).toBe(EPERM);
    expect(chown(0).error).toBe(0);
    client.ask(FUSE.setattr, node, [1, 0, ...new Array<number>(15).fill(0), 0o106777, 0, 0, 0, 0]);
    expect(statSync(join(share, 'a')).mode & 0o7777).toBe(0o777);
  });

  test('a file is appended to, emptied when opened so, and made only once where that is asked', () => {
    open();
    writeFileSync(join(share, 'a'), 'one');
    const node = client.walk('a');
    const handle = client.open(node, 1 | O_APPEND);
    writeFileSync(join(share, 'a'), 'one two');
    expect(client.write(node, handle as bigint, 3, bytes(' three'))).toBe(6);
    expect(readFileSync(join(share, 'a'), 'utf8')).toBe('one two three');
    expect(client.create(1, 'a', 2 | O_EXCL)).toBe(EEXIST);
    expect(client.create(1, 'a', 2)).toMatchObject({ entry: { node } });
    expect(typeof client.open(node, 2 | O_TRUNC)).toBe('bigint');
    expect(readFileSync(join(share, 'a'), 'utf8')).toBe('');
  });

  test('names with bytes that are no text come and go as they are', () => {
    open();
    const name = 'grüße 漢字 \u0001\n';
    make(name, 'x');
    expect(readdirSync(share)).toEqual([name]);
    expect(client.list(1)).toContain(name);
  });

  test.each(['..', '.', '', 'a/b', '/etc', '../outside'])('the name "%s" leads nowhere', (name) => {
    open();
    mkdirSync(join(share, 'a'));
    for (const opcode of [FUSE.lookup, FUSE.unlink, FUSE.rmdir]) {
      expect(client.ask(opcode, client.walk('a'), [name]).error).toBe(EINVAL);
    }
    expect(client.create(1, name)).toBe(EINVAL);
    expect(client.ask(FUSE.mkdir, 1, [0o755, 0, name]).error).toBe(EINVAL);
    expect(client.ask(FUSE.rename, 1, [1n, 'a', name]).error).toBe(EINVAL);
    expect(client.ask(FUSE.symlink, 1, [name, 'x']).error).toBe(EINVAL);
    expect(readdirSync(base).sort()).toEqual(['outside', 'share']);
  });

  test('names and targets that are too long are refused', () => {
    open();
    expect(client.lookup(1, 'x'.repeat(256))).toBe(ENAMETOOLONG);
    expect(client.ask(FUSE.symlink, 1, ['l', 'x'.repeat(4096)]).error).toBe(ENAMETOOLONG);
    expect(client.ask(FUSE.symlink, 1, ['l', '']).error).toBe(ENOENT);
  });

  test('a link is not followed, whatever is done with it', () => {
    symlinkSync(outside, join(share, 'way'));
    symlinkSync(join(outside, 'secret'), join(share, 'file'));
    const before = statSync(join(outside, 'secret'));
    open();
    const [way, file] = [client.walk('way'), client.walk('file')];
    expect(client.lookup(way, 'secret')).toBe(ENOTDIR);
    expect(client.create(way, 'new')).toBe(ENOTDIR);
    expect(client.ask(FUSE.mkdir, way, [0o755, 0, 'new']).error).toBe(ENOTDIR);
    expect(client.ask(FUSE.opendir, way, [0, 0]).error).toBe(ENOTDIR);
    expect(client.open(file, 0)).toBe(ELOOP);
    expect(client.open(file, 2 | O_TRUNC)).toBe(ELOOP);
    expect(client.create(1, 'file', 2)).toBe(ELOOP);
    expect(client.ask(FUSE.setattr, file, [8, 0, ...new Array<number>(20).fill(0)]).error).toBe(EINVAL);
    expect(client.ask(FUSE.setattr, file, [1, 0, ...new Array<number>(20).fill(0)]).error).toBeLessThan(0);
    client.ask(FUSE.setattr, file, [32, 0, ...new Array<number>(20).fill(0)]);
    expect(client.ask(FUSE.link, 1, [file, 'copy']).error).toBe(0);
    expect(lstatSync(join(share, 'copy')).isSymbolicLink()).toBe(true);
    expect(client.ask(FUSE.unlink, 1, ['way']).error).toBe(0);
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe(SECRET);
    const { mode, size, mtimeMs, ctimeMs } = before;
    expect(statSync(join(outside, 'secret'))).toMatchObject({ mode, size, mtimeMs, ctimeMs });
    expect(readdirSync(outside)).toEqual(['secret']);
  });

  test('a directory that somebody swaps for a link leads nowhere any more', () => {
    mkdirSync(join(share, 'd'));
    writeFileSync(join(share, 'd/secret'), 'mine');
    open();
    const directory = client.walk('d');
    const file = client.walk('d/secret');
    renameSync(join(share, 'd'), join(share, 'parked'));
    symlinkSync(outside, join(share, 'd'));
    // What is held by a descriptor is still the directory that it was; by its path it is gone.
    for (const result of [client.lookup(directory, 'secret'), client.open(file, 0), client.create(directory, 'new')]) {
      if (Ground === PortableGround) expect(result).toBe(ESTALE);
    }
    const handle = client.open(file, 2);
    if (typeof handle !== 'number') expect(text(client.read(file, handle, 0, 100))).toBe('mine');
    expect(readdirSync(outside)).toEqual(['secret']);
    expect(client.lookup(client.walk('d'), 'secret')).toBe(ENOTDIR);
  });

  test('a directory that is moved out of the folder is out of reach', () => {
    mkdirSync(join(share, 'd/e'), { recursive: true });
    writeFileSync(join(share, 'd/e/a'), 'x');
    open();
    const [directory, file] = [client.walk('d/e'), client.walk('d/e/a')];
    client.list(directory);
    renameSync(join(share, 'd'), join(outside, 'd'));
    expect(client.lookup(directory, 'a')).toBe(ESTALE);
    expect(client.open(file, 2)).toBe(ESTALE);
    expect(errorOf(client.create(directory, 'new'))).toBe(ESTALE);
    expect(client.ask(FUSE.mkdir, directory, [0o755, 0, 'new']).error).toBe(ESTALE);
    expect(client.ask(FUSE.unlink, directory, ['a']).error).toBe(ESTALE);
    expect(client.list(directory)).toBe(ESTALE);
    expect(client.ask(FUSE.setattr, file, [1, 0, ...new Array<number>(20).fill(0)]).error).toBe(ESTALE);
    expect(readdirSync(join(outside, 'd/e'))).toEqual(['a']);
  });

  test('a file that was replaced is another one', () => {
    writeFileSync(join(share, 'a'), 'old');
    open();
    const before = client.walk('a');
    writeFileSync(join(share, 'b'), 'new');
    renameSync(join(share, 'b'), join(share, 'a'));
    expect(client.open(before, 0)).toBe(ESTALE);
    expect(client.walk('a')).not.toBe(before);
    expect(readAll('a')).toBe('new');
  });

  test.runIf(process.platform !== 'win32')('pipes and sockets are seen, and neither opened nor made', () => {
    open();
    expect(spawnSync('mkfifo', [join(share, 'pipe')]).status).toBe(0);
    const pipe = client.walk('pipe');
    for (const flags of [0, 1, 2]) expect(client.open(pipe, flags)).toBe(EACCES);
    expect(client.create(1, 'pipe', 2)).toBe(EACCES);
    for (const type of [0o010000, 0o020000, 0o060000, 0o140000])
      expect(client.ask(FUSE.mknod, 1, [type | 0o644, 0, 0, 0, 'p']).error).toBe(EPERM);
    expect(client.ask(FUSE.mknod, 1, [0o100644, 0, 0, 0, 'f']).error).toBe(0);
    expect(client.ask(FUSE.link, 1, [pipe, 'p']).error).toBe(EPERM);
  });

  test('what can only be read is never changed, nor opened to be written', () => {
    writeFileSync(join(share, 'a'), 'x');
    mkdirSync(join(share, 'd'));
    open(true);
    const node = client.walk('a');
    const change = new Array<number>(20).fill(0);
    for (const answer of [
      client.ask(FUSE.setattr, node, [8, 0, ...change]),
      client.ask(FUSE.symlink, 1, ['l', 'x']),
      client.ask(FUSE.mknod, 1, [0o100644, 0, 0, 0, 'f']),
      client.ask(FUSE.mkdir, 1, [0o755, 0, 'e']),
      client.ask(FUSE.unlink, 1, ['a']),
      client.ask(FUSE.rmdir, 1, ['d']),
      client.ask(FUSE.rename, 1, [1n, 'a', 'b']),
      client.ask(FUSE.link, 1, [node, 'b']),
    ])
      expect(answer.error).toBe(EROFS);
    for (const flags of [1, 2, O_TRUNC]) expect(client.open(node, flags)).toBe(EROFS);
    expect(client.create(1, 'a', 0)).toBe(EROFS);
    expect(client.write(node, client.open(node, 0) as bigint, 0, bytes('y'))).toBe(EROFS);
    expect(readAll('a')).toBe('x');
    expect(readdirSync(share).sort()).toEqual(['a', 'd']);
  });

  test('what is asked of the wrong kind of thing is refused', () => {
    open();
    const { node, handle } = make('a', 'x');
    client.ask(FUSE.mkdir, 1, [0o755, 0, 'd']);
    expect(client.open(client.walk('d'), 0)).toBe(EISDIR);
    expect(client.ask(FUSE.readlink, node, []).error).toBe(EINVAL);
    expect(client.ask(FUSE.opendir, node, [0, 0]).error).toBe(ENOTDIR);
    expect(client.lookup(node, 'x')).toBe(ENOTDIR);
    expect(client.ask(FUSE.rmdir, 1, ['a']).error).toBe(ENOTDIR);
    expect(client.ask(FUSE.getattr, 1, [1, 0, handle]).error).toBeLessThan(0);
    expect(client.read(node, 99n, 0, 1)).toBeLessThan(0);
    expect(client.ask(FUSE.getattr, 12_345, [0, 0, 0n]).error).toBe(ESTALE);
    expect(client.ask(99, 1, []).error).toBe(ENOSYS);
    expect(client.ask(FUSE.lookup, 1, [bytes('no end')]).error).toBe(EINVAL);
    expect(client.ask(FUSE.open, node, [new Uint8Array(3)]).error).toBe(EINVAL);
  });

  test('a node is known until it is forgotten as often as it was found', () => {
    open();
    client.ask(FUSE.release, 0, [make('a').handle, 0, 0, 0n]);
    const node = client.walk('a');
    client.tell(FUSE.forget, node, [1n]);
    expect(client.ask(FUSE.getattr, node, [0, 0, 0n]).error).toBe(0);
    client.tell(FUSE.batchForget, 0, [1, 0, node, 1n]);
    expect(client.ask(FUSE.getattr, node, [0, 0, 0n]).error).toBe(ESTALE);
    expect(client.walk('a')).not.toBe(node);
  });

  test('a driver that is reset begins anew, with nothing open', () => {
    open();
    const { node, handle } = make('a', 'x');
    client.restart();
    expect(client.read(node, handle, 0, 1)).toBeLessThan(0);
    expect(client.ask(FUSE.getattr, node, [0, 0, 0n]).error).toBe(ESTALE);
    expect(readAll('a')).toBe('x');
  });

  test('the space of its file system is told', () => {
    open();
    const { error, view } = client.ask(FUSE.statfs, 1, []);
    expect(error).toBe(0);
    expect(view.getBigUint64(0, true)).toBeGreaterThan(0n);
    expect(view.getUint32(44, true)).toBe(255);
  });

  test('the device comes back from a saved state as it was', () => {
    open();
    client.ask(FUSE.mkdir, 1, [0o755, 0, 'd']);
    make('d/a', 'before');
    const saved = client.device.save();
    folder.close();
    folder = new HostFolder((confirm) => new Ground(share, confirm), false);
    client = new FuseClient(folder);
    expect(client.device.restore(JSON.parse(JSON.stringify(saved)) as typeof saved)).toBeNull();
    expect(client.device.save()).toEqual(saved);
  });

  test('a folder goes on from what was saved of it, and says which files are gone', () => {
    open();
    mkdirSync(join(share, 'd'));
    const directory = folder.lookup(1, 'd').node;
    const mode = { read: true, write: true, append: false, truncate: false, synchronous: false, exclusive: false };
    const a = folder.create(directory, 'a', 0o644, mode);
    const gone = folder.create(1, 'gone', 0o644, mode);
    folder.unlink(1, 'gone');
    const lost = folder.create(1, 'lost', 0o644, mode);
    const listing = folder.openDirectory(directory);
    folder.write(a.handle, [bytes('before')], 0);
    const saved: unknown = JSON.parse(JSON.stringify(folder.save()));
    folder.close();
    rmSync(join(share, 'lost'));
    folder = new HostFolder((confirm) => new Ground(share, confirm), false);
    expect(folder.restore(saved)).toBeNull();
    expect(folder.save()).toEqual(saved);
    const into = new Uint8Array(6);
    expect(folder.read(a.handle, [into], 0)).toBe(6);
    expect(text(into)).toBe('before');
    expect(folder.write(a.handle, [bytes('after!')], 0)).toBe(6);
    expect(folder.lookup(directory, 'a').node).toBe(a.entry.node);
    expect(folder.listed(listing, 0)).toMatchObject({ name: 'a' });
    for (const { handle } of [gone, lost]) {
      expect(() => folder.read(handle, [into], 0)).toThrow('ESTALE');
      folder.release(handle);
    }
    expect(() => folder.attributes(lost.entry.node, null)).toThrow(/ENOENT|ESTALE/);
    expect(folder.create(1, 'new', 0o644, mode).entry.node).toBeGreaterThan(lost.entry.node);
  });

  test.each([
    ['another form', { nodes: 'no' }],
    ['a name that leads elsewhere', { nodes: [{ id: 2, parent: 1, name: '..', type: 0o100000, lookups: 1 }] }],
    ['a path for a name', { nodes: [{ id: 2, parent: 1, name: 'a/b', type: 0o100000, lookups: 1 }] }],
    ['a node in nothing', { nodes: [{ id: 3, parent: 2, name: 'a', type: 0o100000, lookups: 1 }] }],
    ['the root once more', { nodes: [{ id: 1, parent: 1, name: 'a', type: 0o040000, lookups: 1 }] }],
    ['a handle of nothing', { handles: [{ id: 1, node: 5, mode: null }] }],
    ['rights that it had not', { readOnly: true }],
  ])('a state with %s is refused', (_what, change) => {
    open();
    const state = { readOnly: false, nextNode: 10, nextHandle: 10, nodes: [], handles: [], ...change };
    expect(typeof folder.restore(state)).toBe('string');
  });
});

test('a file of a restored handle is only the one of that name within the folder', () => {
  writeFileSync(join(share, 'a'), 'x');
  const folder = openSharedFolder(share, false, 'test');
  const node = folder.lookup(1, 'a').node;
  const mode = { read: true, write: true, append: false, truncate: false, synchronous: false, exclusive: false };
  const handle = folder.open(node, mode);
  const saved = folder.save();
  folder.close();
  unlinkSync(join(share, 'a'));
  symlinkSync(join(outside, 'secret'), join(share, 'a'));
  const again = openSharedFolder(share, false, 'test');
  expect(again.restore(saved)).toBeNull();
  expect(() => again.read(handle, [new Uint8Array(10)], 0)).toThrow('ESTALE');
  again.close();
});

test('a folder that is gone, or that a link has taken the place of, is refused with its name', () => {
  rmSync(share, { recursive: true });
  expect(() => openSharedFolder(share, false, 'start machine a')).toThrow(
    /^Failed to start machine a: its shared folder .*share is not there any more$/,
  );
  symlinkSync(outside, share);
  expect(() => openSharedFolder(share, false, 'start machine a')).toThrow(/a link has taken the place of its shared/);
  unlinkSync(share);
  linkSync(join(outside, 'secret'), share);
  expect(() => openSharedFolder(share, false, 'start machine a')).toThrow(/Failed to start machine a/);
});
