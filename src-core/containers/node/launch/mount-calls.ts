import type { CallList, CallReference } from '../calls/call-list.ts';
import { close } from '../calls/file-calls.ts';
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  FSCONFIG_CMD_CREATE,
  FSCONFIG_SET_STRING,
  FSMOUNT_CLOEXEC,
  MOVE_MOUNT_F_EMPTY_PATH,
  MOVE_MOUNT_T_EMPTY_PATH,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_PATH,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS,
  SYS,
} from '../calls/linux.ts';

/** linux/mount.h */
const FSOPEN_CLOEXEC = 1;
const FSCONFIG_SET_FLAG = 0;
const OPEN_TREE_CLONE = 1;
const AT_RECURSIVE = 0x8000;
const MOUNT_ATTRIBUTES: Readonly<Record<string, number>> = {
  ...{ ro: 0x1, nosuid: 0x2, nodev: 0x4, noexec: 0x8, noatime: 0x10, strictatime: 0x20 },
};
const ATTRIBUTES_BYTES = 32;
/** Options of mount(8) that say what is so anyhow, or how something is mounted rather than what. */
const WITHOUT_MEANING = new Set(['rw', 'bind', 'rbind', 'private', 'rprivate', 'relatime', 'newinstance']);

/** MOUNT_ATTR_… of options as mount(8) has them. */
export function attributesOf(options: readonly string[]): number {
  return options.reduce((all, option) => all | (MOUNT_ATTRIBUTES[option] ?? 0), 0);
}

/** A file system that is mounted nowhere yet. @returns its root */
export function newMount(list: CallList, type: string, options: readonly string[], doing: string): CallReference {
  const fs = list.call(doing, SYS.fsopen, type, FSOPEN_CLOEXEC);
  for (const option of options) {
    if (option in MOUNT_ATTRIBUTES || WITHOUT_MEANING.has(option)) continue;
    const [key = '', value] = option.split('=', 2);
    if (value === undefined) list.call(doing, SYS.fsconfig, fs, FSCONFIG_SET_FLAG, key, 0, 0);
    else list.call(doing, SYS.fsconfig, fs, FSCONFIG_SET_STRING, key, value, 0);
  }
  list.call(doing, SYS.fsconfig, fs, FSCONFIG_CMD_CREATE, 0, 0, 0);
  const mount = list.call(doing, SYS.fsmount, fs, FSMOUNT_CLOEXEC, attributesOf(options));
  close(list, fs);
  return mount;
}

/** What is seen at a path of the node, to be seen somewhere else too. */
export function cloneTree(list: CallList, path: string, options: readonly string[], doing: string): CallReference {
  const mount = list.call(doing, SYS.openTree, AT_FDCWD, path, OPEN_TREE_CLONE | AT_RECURSIVE | O_CLOEXEC);
  setAttributes(list, mount, attributesOf(options), doing);
  return mount;
}

/** What a descriptor leads to, once more. It may lead nowhere. */
export function tryCloneOf(list: CallList, fd: CallReference): CallReference {
  return list.try(SYS.openTree, fd, '', AT_EMPTY_PATH | OPEN_TREE_CLONE | AT_RECURSIVE | O_CLOEXEC);
}

export function setAttributes(list: CallList, mount: CallReference, attributes: number, doing: string): void {
  if (attributes === 0) return;
  list.call(doing, SYS.mountSetattr, mount, '', AT_EMPTY_PATH, attributesToSet(list, attributes), ATTRIBUTES_BYTES);
}

export function trySetAttributes(list: CallList, mount: CallReference, attributes: number): void {
  list.try(SYS.mountSetattr, mount, '', AT_EMPTY_PATH, attributesToSet(list, attributes), ATTRIBUTES_BYTES);
}

/** struct mount_attr */
function attributesToSet(list: CallList, attributes: number): ReturnType<CallList['words']> {
  return list.words(attributes, 0, 0, 0);
}

const MOVE = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;

export function moveTo(list: CallList, mount: CallReference, target: CallReference, doing: string): void {
  list.call(doing, SYS.moveMount, mount, '', target, '', MOVE);
}

export function tryMoveTo(list: CallList, mount: CallReference, target: CallReference): void {
  list.try(SYS.moveMount, mount, '', target, '', MOVE);
}

/** openat2(2) below a root: no link leads out of it, whatever an image has put there. */
export function below(
  list: CallList,
  root: CallReference,
  path: string,
  { flags = 0, mode = 0, doing }: { readonly flags?: number; readonly mode?: number; readonly doing?: string } = {},
): CallReference {
  const how = list.words(flags | O_CLOEXEC, mode, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
  const values = [root, path === '' ? '/' : path, how, how.length] as const;
  return doing === undefined ? list.try(SYS.openat2, ...values) : list.call(doing, SYS.openat2, ...values);
}

/** A directory of the container, made where it is not there. @returns a descriptor */
export function directoryFor(list: CallList, root: CallReference, path: string, doing: string): CallReference {
  const there = below(list, root, path, { flags: O_PATH | O_DIRECTORY });
  for (const { parent, name } of stepsOf(path)) {
    const above = below(list, root, parent, { flags: O_PATH | O_DIRECTORY });
    list.try(SYS.mkdirat, above, name, 0o755);
    close(list, above);
  }
  list.skipSince(there);
  return below(list, root, path, { flags: O_PATH | O_DIRECTORY, doing });
}

/** A file of the container, made empty where it is not there. @returns a descriptor */
export function fileFor(list: CallList, root: CallReference, path: string, doing: string): CallReference {
  const there = below(list, root, path, { flags: O_PATH });
  for (const { parent, name } of stepsOf(path).slice(0, -1)) {
    const above = below(list, root, parent, { flags: O_PATH | O_DIRECTORY });
    list.try(SYS.mkdirat, above, name, 0o755);
    close(list, above);
  }
  close(list, below(list, root, path, { flags: O_CREAT, mode: 0o644 }));
  list.skipSince(there);
  return below(list, root, path, { flags: O_PATH, doing });
}

/** "/a/b": a in "/", then b in "/a". */
function stepsOf(path: string): readonly { readonly parent: string; readonly name: string }[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.flatMap((name, at) => (name === '..' ? [] : [{ parent: `/${parts.slice(0, at).join('/')}`, name }]));
}
