import { AppError } from '../../base/errors.ts';
import { Deferred } from '../../base/deferred.ts';
import { joinBytes } from '../../base/join-bytes.ts';
import { SYSCALL_PROGRAM_PATH } from '../../guest/syscall-program.ts';
import type { ExecSession } from '../../guest/exec-session.ts';
import { callFailed } from './calls/call-channel.ts';
import { CallList, CallResults, type CallReference } from './calls/call-list.ts';
import { close, makeDirectory, openInRoot, readFile, textOf } from './calls/file-calls.ts';
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_SYMLINK_NOFOLLOW,
  CLONE_NEWNS,
  ERRNO,
  MS_BIND,
  MS_PRIVATE,
  MS_RDONLY,
  MS_REC,
  MS_REMOUNT,
  O_CLOEXEC,
  O_DIRECTORY,
  O_PATH,
  O_RDONLY,
  SYS,
} from './calls/linux.ts';
import type { NodeState } from './node-state.ts';
import { placesOf } from './places.ts';
import { openRoot } from './root-calls.ts';
import { processOf } from './runtime-note.ts';

const TAR = '/usr/bin/tar';
/** Times that nobody keeps would be new in each archive. */
const PAX = '--pax-option=delete=atime,delete=ctime';
const READING = ['--create', PAX, '--file=-', '--numeric-owner', '--xattrs', '--xattrs-include=*', '--sparse'];
const WRITING = [
  '--extract',
  '--file=-',
  '--numeric-owner',
  '--same-owner',
  '--preserve-permissions',
  '--xattrs',
  '--xattrs-include=*',
];
/** linux/mount.h */
const OPEN_TREE_CLONE = 1;
const AT_RECURSIVE = 0x8000;
const MOVE_MOUNT_F_EMPTY_PATH = 4;
/** Where a program of the node's sees what it works on, and nothing that it could do harm to. */
const STAGE = '/mnt';
const STATX_TYPE_MODE = 3;
const STATX_BYTES = 256;
const STATX_MODE_AT = 28;
const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const READY = new Uint8Array([0x2e]);
const MOST_LAYERS_BYTES = 64 * 1024;

export async function writtenBy({ agent, calls }: NodeState, id: string, doing: string): Promise<ExecSession> {
  const upper = `${placesOf(id).kept}/upper`;
  const list = new CallList();
  const fd = list.call('find what it wrote', SYS.openat, AT_FDCWD, upper, O_PATH | O_DIRECTORY | O_CLOEXEC);
  close(list, fd);
  await calls.carryOut(list, doing);
  return agent.exec({ command: [TAR, ...READING, '-C', upper, '.'], workingDirectory: '/' });
}

/** What a path of a container is, and the archive of it. A link at the end of the path is what it is. */
export async function readFrom(
  state: NodeState,
  id: string,
  path: string,
  doing: string,
): Promise<{ readonly kind: 'file' | 'directory' | 'other'; readonly name: string; readonly archive: ExecSession }> {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const name = parts.at(-1) ?? '.';
  const wanted =
    name === '..' ? { parent: parts.join('/'), name: '.' } : { parent: parts.slice(0, -1).join('/'), name };
  const root = await rootOf(state, id, doing);
  const list = new CallList();
  const parent = openInRoot(list, root, `/${wanted.parent}`, O_PATH | O_DIRECTORY);
  const room = list.room(STATX_BYTES);
  const flags = AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW;
  const found = list.try(SYS.statx, parent, wanted.name, flags, STATX_TYPE_MODE, room);
  close(list, root);
  const results = await state.calls.attempt(list);
  const fd = results.of(parent);
  if (results.of(found) < 0 || fd < 0) {
    if (fd >= 0) await state.calls.closeFiles(fd);
    throw notFound(path, fd < 0 ? -fd : -results.of(found), doing);
  }
  const stat = results.room(room);
  const mode = new DataView(stat.buffer, stat.byteOffset).getUint16(STATX_MODE_AT, true) & S_IFMT;
  const at = `/proc/${state.calls.pid}/fd/${fd}`;
  const command = [TAR, ...READING, '--one-file-system', '-C', at, `--add-file=${wanted.name}`];
  const archive = await state.agent.exec({ command, workingDirectory: '/' });
  void archive.result.catch(() => undefined).then(() => state.calls.closeFiles(fd).catch(() => undefined));
  const kind = mode === S_IFDIR ? 'directory' : mode === S_IFREG ? 'file' : 'other';
  return { kind, name: wanted.name === '.' ? '/' : wanted.name, archive };
}

/**
 * A program of the node's that unpacks into a directory of a container, where it sees nothing else than that container
 * and, read only, itself: whatever links lie there, it never writes anywhere else.
 */
export async function writeInto(state: NodeState, id: string, directory: string, doing: string): Promise<ExecSession> {
  const pid = await processOf(state, id, doing);
  const list = new CallList();
  const kept = placesOf(id).kept;
  const layers = pid === null ? await layersOf(state, id, doing) : [];
  list.call('set a stage', SYS.unshare, CLONE_NEWNS);
  list.call('set a stage', SYS.mount, 'none', '/', 0, MS_REC | MS_PRIVATE, 0);
  const root = pid === null ? openRoot(list, kept, layers) : cloneRoot(list, pid);
  setStage(list, root);
  const target = openInRoot(list, root, directory, O_PATH | O_DIRECTORY, `find ${directory}`);
  list.call(`find ${directory}`, SYS.fchdir, target);
  const bytes = list.bytes(READY);
  list.call('begin', SYS.write, 1, bytes, bytes.length);
  const argv = list.words(...[TAR, ...WRITING].map((each) => list.text(each)), 0);
  list.call('begin', SYS.execve, TAR, argv, list.words(list.text('PATH=/usr/bin'), 0));
  return launch(state, list, doing, directory);
}

/** In another mount namespace, and back. */
function cloneRoot(list: CallList, pid: number): CallReference {
  const doing = 'reach its root';
  const home = list.call(doing, SYS.openat, AT_FDCWD, '/proc/self/ns/mnt', O_RDONLY | O_CLOEXEC);
  const theirs = list.call(doing, SYS.openat, AT_FDCWD, `/proc/${pid}/ns/mnt`, O_RDONLY | O_CLOEXEC);
  list.call(doing, SYS.setns, theirs, CLONE_NEWNS);
  const root = list.goOn(doing, SYS.openTree, AT_FDCWD, '/', OPEN_TREE_CLONE | AT_RECURSIVE | O_CLOEXEC);
  list.call(doing, SYS.setns, home, CLONE_NEWNS);
  return root;
}

function setStage(list: CallList, root: CallReference): void {
  const doing = 'set a stage';
  list.call(doing, SYS.mount, 'none', STAGE, 'tmpfs', 0, 'size=64k,mode=755');
  makeDirectory(list, `${STAGE}/usr`);
  makeDirectory(list, `${STAGE}/root`);
  for (const name of ['lib', 'bin']) list.try(SYS.symlinkat, `usr/${name}`, AT_FDCWD, `${STAGE}/${name}`);
  list.call(doing, SYS.mount, '/usr', `${STAGE}/usr`, 'none', MS_BIND, 0);
  list.call(doing, SYS.mount, 'none', `${STAGE}/usr`, 'none', MS_REMOUNT | MS_BIND | MS_RDONLY, 0);
  list.call(doing, SYS.moveMount, root, '', AT_FDCWD, `${STAGE}/root`, MOVE_MOUNT_F_EMPTY_PATH);
  list.call(doing, SYS.mount, 'none', STAGE, 'none', MS_REMOUNT | MS_RDONLY, 0);
  list.call(doing, SYS.chroot, STAGE);
}

/** A list whose last call becomes another program; the session is that program's, once it has begun. */
async function launch({ agent }: NodeState, list: CallList, doing: string, what: string): Promise<ExecSession> {
  const { bytes, answerBytes } = list.encode();
  const session = await agent.exec({ command: [SYSCALL_PROGRAM_PATH], workingDirectory: '/' });
  const said: Uint8Array[] = [];
  const begun = new Deferred<'begun' | 'failed'>();
  session.onData((some, _channel, done) => {
    done();
    said.push(some.slice());
    const length = said.reduce((sum, each) => sum + each.length, 0);
    // One byte says that all but the last call was made; the answer of a list that has ended is longer.
    if (length === READY.length) begun.resolve('begun');
    else if (length >= answerBytes) begun.resolve('failed');
  });
  session.result.then(
    () => begun.resolve('failed'),
    () => begun.resolve('failed'),
  );
  void session.write(bytes);
  if ((await begun.promise) === 'begun') return session;
  session.close();
  session.result.catch(() => undefined);
  const answer = joinBytes(said);
  const failure = answer.length >= answerBytes ? list.failureIn(new CallResults(answer, list.length)) : null;
  if (failure === null) throw callFailed(doing, 'unpack the archive', ERRNO.EIO);
  if (failure.doing.startsWith('find ')) throw notFound(what, failure.errno, doing);
  throw callFailed(doing, failure.doing, failure.errno);
}

/** What its root is, as a descriptor of the helper's. */
async function rootOf(state: NodeState, id: string, doing: string): Promise<number> {
  const pid = await processOf(state, id, doing);
  const list = new CallList();
  const root =
    pid === null
      ? openRoot(list, placesOf(id).kept, await layersOf(state, id, doing))
      : list.call('reach its root', SYS.openat, AT_FDCWD, `/proc/${pid}/root`, O_PATH | O_DIRECTORY | O_CLOEXEC);
  return (await state.calls.carryOut(list, doing)).of(root);
}

/** Of a container that does not run: what it was last prepared with. */
async function layersOf({ calls }: NodeState, id: string, doing: string): Promise<readonly string[]> {
  const list = new CallList();
  const file = readFile(list, `${placesOf(id).kept}/layers`, MOST_LAYERS_BYTES);
  const results = await calls.carryOut(list, doing);
  if (results.of(file.call) < 0) throw callFailed(doing, 'find its files', -results.of(file.call));
  return textOf(results, file)
    .split('\n')
    .filter((layer) => layer !== '');
}

function notFound(path: string, errno: number, doing: string): AppError {
  if (errno !== ERRNO.ENOENT && errno !== ERRNO.ENOTDIR) return callFailed(doing, `reach ${path}`, errno);
  return new AppError({ code: 'not-found', doing, because: `there is no ${path} in it` });
}
