/** The FUSE protocol between a Linux kernel and a file server: include/uapi/linux/fuse.h, version 7.31. */

export const FUSE_MAJOR = 7;
export const FUSE_MINOR = 31;

export const OPCODE = {
  lookup: 1,
  forget: 2,
  getattr: 3,
  setattr: 4,
  readlink: 5,
  symlink: 6,
  mknod: 8,
  mkdir: 9,
  unlink: 10,
  rmdir: 11,
  rename: 12,
  link: 13,
  open: 14,
  read: 15,
  write: 16,
  statfs: 17,
  release: 18,
  fsync: 20,
  getxattr: 22,
  listxattr: 23,
  flush: 25,
  init: 26,
  opendir: 27,
  readdir: 28,
  releasedir: 29,
  fsyncdir: 30,
  create: 35,
  interrupt: 36,
  destroy: 38,
  batchForget: 42,
  readdirplus: 44,
  rename2: 45,
  syncfs: 50,
} as const;

/** Sizes of structures, in bytes. */
export const SIZE = {
  requestHeader: 40,
  replyHeader: 16,
  /** struct fuse_read_in and fuse_write_in. */
  transfer: 40,
  attributes: 88,
  entry: 128,
  directoryEntry: 24,
} as const;

/** struct fuse_init_in and fuse_init_out, flags. */
export const INIT = {
  asyncRead: 1 << 0,
  atomicTruncate: 1 << 3,
  bigWrites: 1 << 5,
  autoInvalidate: 1 << 12,
  readdirplus: 1 << 13,
  readdirplusAuto: 1 << 14,
  noOpen: 1 << 17,
  parallelDirectories: 1 << 18,
  maxPages: 1 << 22,
  cacheSymlinks: 1 << 23,
  noOpenDirectory: 1 << 24,
} as const;

/** struct fuse_setattr_in, valid. */
export const SET = {
  mode: 1 << 0,
  uid: 1 << 1,
  gid: 1 << 2,
  size: 1 << 3,
  accessed: 1 << 4,
  modified: 1 << 5,
  handle: 1 << 6,
  accessedNow: 1 << 7,
  modifiedNow: 1 << 8,
} as const;

/** struct fuse_getattr_in, getattr_flags. */
export const GETATTR_HANDLE = 1;
/** struct fuse_fsync_in, fsync_flags. */
export const FSYNC_DATA_ONLY = 1;

/** open(2), as RISC-V's Linux (asm-generic) numbers them. */
export const OPEN = {
  accessMode: 3,
  writeOnly: 1,
  readWrite: 2,
  exclusive: 0o200,
  truncate: 0o1000,
  append: 0o2000,
  dataSynchronous: 0o10000,
} as const;

/** Directory entries are padded to this many bytes. */
export const ENTRY_ALIGNMENT = 8;
