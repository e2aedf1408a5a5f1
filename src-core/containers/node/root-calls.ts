import type { CallList, CallReference } from './calls/call-list.ts';
import { close, makeDirectory, open } from './calls/file-calls.ts';
import {
  AT_FDCWD,
  FSCONFIG_CMD_CREATE,
  FSCONFIG_SET_STRING,
  FSMOUNT_CLOEXEC,
  MOUNT_ATTR_NODEV,
  MOUNT_ATTR_NOATIME,
  MOVE_MOUNT_F_EMPTY_PATH,
  O_DIRECTORY,
  O_RDONLY,
  SYS,
} from './calls/linux.ts';
import { EMPTY, layerFolder } from './places.ts';

/** linux/fs.h: struct fsxattr, and the flag by which what is made in a directory is of its project. */
const FS_IOC_FSSETXATTR = 0x401c_5820;
const FSXATTR_BYTES = 28;
const FS_XFLAG_PROJINHERIT = 0x200;
/** linux/quota.h */
const Q_SETQUOTA = 0x80_0008;
const Q_GETQUOTA = 0x80_0007;
const PROJECT_QUOTA = 2;
const DQBLK_BYTES = 72;
const QIF_BLOCK_LIMITS = 1;
const QIF_INODE_LIMITS = 4;
const BLOCK_BYTES = 1024;
/** A file needs more than its contents, and the disk has room for a million of them: nobody takes all. */
const LEAST_FILES = 1024;
const MOST_FILES = 400_000;
const BYTES_PER_FILE = 2048;

/** A directory whose contents are counted together, and limited. */
export function makeProject(list: CallList, path: string, project: number, limitBytes: number | null): void {
  makeDirectory(list, path);
  const fd = open(list, `open ${path}`, path, O_RDONLY | O_DIRECTORY);
  list.call('count its files', SYS.ioctl, fd, FS_IOC_FSSETXATTR, list.bytes(projectAttributes(project)));
  addLimit(list, fd, project, limitBytes);
  close(list, fd);
}

/** @param limitBytes null for none */
export function limitProject(list: CallList, path: string, project: number, limitBytes: number | null): void {
  const fd = open(list, `open ${path}`, path, O_RDONLY | O_DIRECTORY);
  addLimit(list, fd, project, limitBytes);
  close(list, fd);
}

function addLimit(list: CallList, fd: CallReference, project: number, limitBytes: number | null): void {
  const blocks = limitBytes === null ? 0 : Math.max(1, Math.floor(limitBytes / BLOCK_BYTES));
  const quota = new Uint8Array(DQBLK_BYTES);
  const view = new DataView(quota.buffer);
  view.setBigUint64(0, BigInt(blocks), true);
  const files = limitBytes === null ? MOST_FILES : LEAST_FILES + Math.floor(limitBytes / BYTES_PER_FILE);
  view.setBigUint64(24, BigInt(Math.min(MOST_FILES, files)), true);
  view.setUint32(64, QIF_BLOCK_LIMITS | QIF_INODE_LIMITS, true);
  list.call('limit its disk', SYS.quotactlFd, fd, command(Q_SETQUOTA), project, list.bytes(quota));
}

/** @returns where what `usedIn` reads comes back */
export function readUse(list: CallList, disk: CallReference, project: number): ReturnType<CallList['room']> {
  const room = list.room(DQBLK_BYTES);
  list.try(SYS.quotactlFd, disk, command(Q_GETQUOTA), project, room);
  return room;
}

export function usedIn(quota: Uint8Array): number {
  return Number(new DataView(quota.buffer, quota.byteOffset).getBigUint64(16, true));
}

/** quotactl(2), QCMD. */
const command = (what: number): number => what * 256 + PROJECT_QUOTA;

function projectAttributes(project: number): Uint8Array {
  const attributes = new Uint8Array(FSXATTR_BYTES);
  const view = new DataView(attributes.buffer);
  view.setUint32(0, FS_XFLAG_PROJINHERIT, true);
  view.setUint32(12, project, true);
  return attributes;
}

/**
 * Its root, mounted nowhere yet (Documentation, "overlayfs"): what it writes lies in `kept`. Devices in it are none.
 * @returns the descriptor of the mount
 */
export function openRoot(list: CallList, kept: string, layers: readonly string[]): CallReference {
  makeDirectory(list, `${kept}/upper`);
  makeDirectory(list, `${kept}/work`);
  const doing = 'put its layers together';
  const fd = list.call(doing, SYS.fsopen, 'overlay', 1);
  const set = (key: string, value: string): void => {
    list.call(doing, SYS.fsconfig, fd, FSCONFIG_SET_STRING, key, value, 0);
  };
  set('source', 'overlay');
  // The uppermost is told first.
  for (const layer of [...layers].reverse()) set('lowerdir+', layerFolder(layer));
  if (layers.length === 0) set('lowerdir+', EMPTY);
  set('upperdir', `${kept}/upper`);
  set('workdir', `${kept}/work`);
  list.call(doing, SYS.fsconfig, fd, FSCONFIG_CMD_CREATE, 0, 0, 0);
  const root = list.call(doing, SYS.fsmount, fd, FSMOUNT_CLOEXEC, MOUNT_ATTR_NODEV | MOUNT_ATTR_NOATIME);
  close(list, fd);
  return root;
}

export function mountAt(list: CallList, mount: CallReference | number, path: string): void {
  makeDirectory(list, path);
  list.call(`mount ${path}`, SYS.moveMount, mount, '', AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH);
}
