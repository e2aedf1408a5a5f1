/** System calls of riscv64 (asm-generic/unistd.h). */
export const SYS = {
  mknodat: 33,
  chdir: 49,
  pivotRoot: 41,
  umask: 166,
  sethostname: 161,
  prlimit64: 261,
  prctl: 167,
  setgroups: 159,
  setresgid: 149,
  setresuid: 147,
  seccomp: 277,
  exitGroup: 94,
  mountSetattr: 442,
  clone3: 435,
  dup3: 24,
  ioctl: 29,
  mkdirat: 34,
  unlinkat: 35,
  symlinkat: 36,
  umount2: 39,
  mount: 40,
  fchdir: 50,
  chroot: 51,
  fchmod: 52,
  openat: 56,
  close: 57,
  getdents64: 61,
  lseek: 62,
  read: 63,
  write: 64,
  readlinkat: 78,
  sync: 81,
  unshare: 97,
  kill: 129,
  capset: 91,
  getppid: 173,
  nanosleep: 101,
  socket: 198,
  sendto: 206,
  recvfrom: 207,
  execve: 221,
  setns: 268,
  syncfs: 267,
  renameat2: 276,
  bpf: 280,
  statx: 291,
  statfs: 43,
  openTree: 428,
  moveMount: 429,
  fsopen: 430,
  fsconfig: 431,
  fsmount: 432,
  openat2: 437,
  quotactlFd: 443,
} as const;

/** asm-generic/fcntl.h */
export const AT_FDCWD = -100;
export const AT_REMOVEDIR = 0x200;
export const AT_EMPTY_PATH = 0x1000;
export const AT_SYMLINK_NOFOLLOW = 0x100;
export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_TRUNC = 0o1000;
export const O_NONBLOCK = 0o4000;
export const O_DIRECTORY = 0o200000;
export const O_NOFOLLOW = 0o400000;
export const O_CLOEXEC = 0o2000000;
export const O_PATH = 0o10000000;

/** linux/openat2.h: links on the way, also absolute ones and "..", stay below the directory; none of /proc's. */
export const RESOLVE_NO_MAGICLINKS = 0x02;
export const RESOLVE_IN_ROOT = 0x10;

/** linux/mount.h */
export const MS_RDONLY = 1;
export const MS_NOSUID = 2;
export const MS_NODEV = 4;
export const MS_NOEXEC = 8;
export const MS_REMOUNT = 32;
export const MS_BIND = 0x1000;
export const MS_REC = 0x4000;
export const MS_PRIVATE = 1 << 18;
export const MS_NOATIME = 1024;
export const MNT_DETACH = 2;
export const FSCONFIG_SET_STRING = 1;
export const FSCONFIG_CMD_CREATE = 6;
export const FSMOUNT_CLOEXEC = 1;
export const MOUNT_ATTR_NODEV = 4;
export const MOUNT_ATTR_NOATIME = 0x10;
export const MOVE_MOUNT_F_EMPTY_PATH = 4;
export const MOVE_MOUNT_T_EMPTY_PATH = 0x40;

/** linux/sched.h */
export const CLONE_NEWNS = 0x0002_0000;
export const CLONE_NEWCGROUP = 0x0200_0000;
export const CLONE_NEWNET = 0x4000_0000;

/** asm-generic/errno-base.h and errno.h */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EIO: 5,
  ENOEXEC: 8,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  EMFILE: 24,
  ENOSPC: 28,
  EROFS: 30,
  ENAMETOOLONG: 36,
  ELOOP: 40,
  ENOTEMPTY: 39,
  EDQUOT: 122,
} as const;

const WORDS: Readonly<Record<number, string>> = {
  [ERRNO.EPERM]: 'that is not permitted',
  [ERRNO.ENOENT]: 'there is no such file',
  [ERRNO.EIO]: 'its disk cannot be read or written',
  [ERRNO.ENOMEM]: 'the node has no memory left',
  [ERRNO.EACCES]: 'that is not allowed',
  [ERRNO.EBUSY]: 'it is in use',
  [ERRNO.ENOTDIR]: 'a part of the path is no directory',
  [ERRNO.EISDIR]: 'it is a directory',
  [ERRNO.EMFILE]: 'too many files are open',
  [ERRNO.ENOSPC]: "the node's disk is full",
  [ERRNO.EROFS]: 'it can only be read',
  [ERRNO.ELOOP]: 'its links lead in a circle',
  [ERRNO.EDQUOT]: 'its share of the disk is full',
};

/** @returns a sentence for people */
export function wordsFor(errno: number): string {
  const name = Object.entries(ERRNO).find(([, number]) => number === errno)?.[0] ?? `errno ${errno}`;
  return `${WORDS[errno] ?? 'the kernel refused'} (${name})`;
}
