/**
 * What the agent uses of QuickJS's `std` and `os` (quickjs.org, "QuickJS standard library"; Debian 13 has 2025-04-26).
 * `qjs --std` makes both global: so no module name of Node's is borrowed, and bundlers need not know them.
 */

/** Answers of the system: a negative number is an errno. */
type Result = number;

export interface QuickJsOs {
  readonly O_RDONLY: number;
  readonly O_WRONLY: number;
  readonly O_RDWR: number;
  readonly O_CREAT: number;
  readonly O_TRUNC: number;
  readonly O_EXCL: number;
  readonly SIGCHLD: number;
  readonly WNOHANG: number;
  readonly S_IFMT: number;
  readonly S_IFREG: number;
  readonly S_IFDIR: number;
  open(path: string, flags: number, mode?: number): Result;
  close(fd: number): Result;
  read(fd: number, buffer: ArrayBuffer, offset: number, length: number): Result;
  write(fd: number, buffer: ArrayBuffer, offset: number, length: number): Result;
  /** Called while the descriptor is readable (at its end too); null takes the handler away. */
  setReadHandler(fd: number, handler: (() => void) | null): void;
  setWriteHandler(fd: number, handler: (() => void) | null): void;
  /** undefined ignores the signal, in children too; null gives the default back. */
  signal(signal: number, handler: (() => void) | null | undefined): void;
  /** Milliseconds that only grow. */
  now(): number;
  setTimeout(task: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  readdir(path: string): [names: string[], errno: number];
  mkdir(path: string, mode: number): Result;
  rename(from: string, to: string): Result;
  remove(path: string): Result;
  readlink(path: string): [target: string, errno: number];
  stat(path: string): [stat: { readonly mode: number } | null, errno: number];
  /** Of a link itself. */
  lstat(path: string): [stat: { readonly mode: number } | null, errno: number];
  pipe(): [read: number, write: number] | null;
  /** With `block: false` the child's process id. Descriptors above 2 are closed in the child. */
  exec(args: readonly string[], options: ExecOptions): number;
  waitpid(pid: number, options: number): [pid: number, status: number];
  kill(pid: number, signal: number): Result;
}

export interface ExecOptions {
  readonly block: false;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: number;
  readonly stdout?: number;
  readonly stderr?: number;
}

interface QuickJsGlobals {
  readonly std: { exit(status: number): never };
  readonly os: QuickJsOs;
  readonly scriptArgs: readonly string[];
  /** To standard output. */
  readonly print: (text: string) => void;
}

export const { std, os, scriptArgs, print } = globalThis as unknown as QuickJsGlobals;

/** Linux, asm-generic/fcntl.h and errno-base.h: QuickJS does not name them. */
export const O_NONBLOCK = 0o4000;
export const EAGAIN = 11;
export const EINTR = 4;
export const EEXIST = 17;
export const EBUSY = 16;

/** Reads into `bytes`. @returns how many; 0 at the end; a negative errno */
export function readInto(fd: number, bytes: Uint8Array<ArrayBuffer>): Result {
  return os.read(fd, bytes.buffer, bytes.byteOffset, bytes.length);
}

export function writeFrom(fd: number, bytes: Uint8Array): Result {
  return os.write(fd, bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length);
}

/** A small file, of /proc for example; what is not ASCII becomes '?'. @returns undefined when it cannot be read */
export function readSmallFile(path: string): string | undefined {
  const fd = os.open(path, os.O_RDONLY);
  if (fd < 0) return undefined;
  const bytes = new Uint8Array(4096);
  let text = '';
  for (let count = readInto(fd, bytes); count > 0 && text.length < 64 * 1024; count = readInto(fd, bytes)) {
    for (const byte of bytes.subarray(0, count)) text += byte < 0x80 ? String.fromCharCode(byte) : '?';
  }
  os.close(fd);
  return text;
}
