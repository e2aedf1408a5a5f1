import type { CallList, CallReference } from '../calls/call-list.ts';
import { SYS } from '../calls/linux.ts';

const S_IFCHR = 0o020000;
/** Runtime specification, "Default Devices", but for the console, which only a terminal has. */
const DEVICES: Readonly<Record<string, readonly [major: number, minor: number]>> = {
  null: [1, 3],
  zero: [1, 5],
  full: [1, 7],
  random: [1, 8],
  urandom: [1, 9],
  tty: [5, 0],
};
/** "Dev symbolic links", and the way to new terminals. */
const LINKS: Readonly<Record<string, string>> = {
  fd: '/proc/self/fd',
  stdin: '/proc/self/fd/0',
  stdout: '/proc/self/fd/1',
  stderr: '/proc/self/fd/2',
  ptmx: 'pts/ptmx',
};
const DIRECTORIES: Readonly<Record<string, number>> = { pts: 0o755, shm: 0o1777, mqueue: 0o1777 };

/** What every container has in /dev. @param dev its root */
export function addDevices(list: CallList, dev: CallReference): void {
  for (const [name, [major, minor]] of Object.entries(DEVICES)) {
    list.call('make its devices', SYS.mknodat, dev, name, S_IFCHR | 0o666, (major << 8) | minor);
  }
  for (const [name, target] of Object.entries(LINKS)) list.call('make its devices', SYS.symlinkat, target, dev, name);
  for (const [name, mode] of Object.entries(DIRECTORIES)) list.call('make its devices', SYS.mkdirat, dev, name, mode);
}
