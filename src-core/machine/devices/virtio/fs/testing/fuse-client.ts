import { FakeRam } from '../../../testing/fake-ram.ts';
import { VirtioFunction } from '../../pci-transport.ts';
import { Driver, NEXT, WRITE, type DriverQueue } from '../../testing/driver.ts';
import { FileSystemDevice } from '../device.ts';
import type { SharedFolder } from '../shared-folder.ts';

/** Written down from include/uapi/linux/fuse.h, and not taken from the code under test. */
export const FUSE = {
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
  destroy: 38,
  batchForget: 42,
  readdirplus: 44,
  rename2: 45,
} as const;

/** More than all rings take. */
const RINGS_BYTES = 64 * 1024;
const AREA_BYTES = 1200 * 1024;
const QUEUE = { priority: 0, requests: 1 } as const;

/** What a part of a request is: a 32-bit number, a 64-bit one, text that ends with NUL, or bytes. */
export type Part = number | bigint | string | Uint8Array;

export interface Answer {
  /** 0, or a negative error number. */
  readonly error: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

export interface SeenEntry {
  readonly node: bigint;
  readonly inode: bigint;
  readonly mode: number;
  readonly size: bigint;
}

/** A guest's kernel, as far as it speaks to one shared folder. */
export class FuseClient {
  readonly memory = new FakeRam(4 << 20);
  readonly device: VirtioFunction;
  readonly driver: Driver;
  readonly #question: number;
  readonly #answer: number;
  #unique = 1n;

  constructor(folder: SharedFolder) {
    this.device = new VirtioFunction(new FileSystemDevice(this.memory.ram, folder, 'work'), this.memory.ram);
    this.driver = new Driver(this.memory, this.device);
    this.driver.start(0, 64);
    this.#question = this.memory.allocate(AREA_BYTES);
    this.#answer = this.memory.allocate(AREA_BYTES);
  }

  /** Resets the device and begins a session. */
  restart(): void {
    this.memory.freeAll();
    this.memory.ram.write(this.memory.allocate(0), new Uint8Array(RINGS_BYTES));
    this.driver.start(0, 64);
    this.memory.allocate(2 * AREA_BYTES);
    this.init();
  }

  init(): Answer {
    return this.ask(FUSE.init, 0, [7, 41, 131_072, 0xffff_ffff, new Uint8Array(48)]);
  }

  /** @param room for the answer behind its header, in bytes */
  ask(opcode: number, node: number | bigint, parts: readonly Part[], room = 4096): Answer {
    const question = encodeRequest(opcode, BigInt(node), this.#unique++, parts);
    this.memory.ram.write(this.#question, question);
    const queue = this.driver.queue(QUEUE.requests);
    this.#offer(queue, question.length, 16 + room);
    const returned = queue.collect()[0];
    if (!returned) throw new Error(`no answer: ${this.device.brokenBecause ?? 'the device is silent'}`);
    const bytes = this.memory.ram.view(this.#answer, returned.written).slice();
    const view = new DataView(bytes.buffer);
    if (view.getUint32(0, true) !== returned.written) throw new Error('an answer of another length than it says');
    return { error: view.getInt32(4, true), bytes: bytes.subarray(16), view: new DataView(bytes.buffer, 16) };
  }

  /** What has no answer. */
  tell(opcode: number, node: number | bigint, parts: readonly Part[]): void {
    const question = encodeRequest(opcode, BigInt(node), this.#unique++, parts);
    this.memory.ram.write(this.#question, question);
    const queue = this.driver.queue(QUEUE.priority);
    this.#offer(queue, question.length, 0);
    queue.collect();
  }

  /** Any bytes, as one chain. */
  send(bytes: Uint8Array, roomBytes: number, queueIndex: number): void {
    this.memory.ram.write(this.#question, bytes);
    this.#offer(this.driver.queue(queueIndex), bytes.length, roomBytes);
    this.driver.queue(queueIndex).collect();
  }

  lookup(parent: number | bigint, name: string): SeenEntry | number {
    return entryOf(this.ask(FUSE.lookup, parent, [name]));
  }

  /** The node at a path from the root, link by link. @throws when it is not there */
  walk(path: string): bigint {
    let node = 1n;
    for (const name of path.split('/').filter((each) => each !== '')) {
      const entry = this.lookup(node, name);
      if (typeof entry === 'number') throw new Error(`${path}: ${entry}`);
      node = entry.node;
    }
    return node;
  }

  /** @returns a handle, or an error number */
  open(node: number | bigint, flags: number): bigint | number {
    const { error, view } = this.ask(FUSE.open, node, [flags, 0]);
    return error === 0 ? view.getBigUint64(0, true) : error;
  }

  create(
    parent: number | bigint,
    name: string,
    flags = 2,
    mode = 0o644,
  ): { entry: SeenEntry; handle: bigint } | number {
    const answer = this.ask(FUSE.create, parent, [flags, mode | 0o100000, 0, 0, name]);
    const entry = entryOf(answer);
    return typeof entry === 'number' ? entry : { entry, handle: answer.view.getBigUint64(128, true) };
  }

  read(node: number | bigint, handle: bigint, offset: number, size: number): Uint8Array | number {
    const parts = [handle, BigInt(offset), size, 0, 0n, 0, 0];
    const { error, bytes } = this.ask(FUSE.read, node, parts, size);
    return error === 0 ? bytes : error;
  }

  /** @returns bytes written, or an error number */
  write(node: number | bigint, handle: bigint, offset: number, data: Uint8Array): number {
    const parts = [handle, BigInt(offset), data.length, 0, 0n, 0, 0, data];
    const { error, view } = this.ask(FUSE.write, node, parts);
    return error === 0 ? view.getUint32(0, true) : error;
  }

  /** All names in a directory. */
  list(node: number | bigint, plus = false): string[] | number {
    const opened = this.ask(FUSE.opendir, node, [0, 0]);
    if (opened.error !== 0) return opened.error;
    const handle = opened.view.getBigUint64(0, true);
    const names: string[] = [];
    for (let offset = 0n; ;) {
      const { error, bytes, view } = this.ask(plus ? FUSE.readdirplus : FUSE.readdir, node, [
        ...[handle, offset, 4096, 0, 0n, 0, 0],
      ]);
      if (error !== 0) return error;
      if (bytes.length === 0) break;
      for (let at = 0; at < bytes.length;) {
        const entry = at + (plus ? 128 : 0);
        const length = view.getUint32(entry + 16, true);
        offset = view.getBigUint64(entry + 8, true);
        names.push(new TextDecoder().decode(bytes.subarray(entry + 24, entry + 24 + length)));
        at = entry + Math.ceil((24 + length) / 8) * 8;
      }
    }
    this.ask(FUSE.releasedir, node, [handle, 0, 0, 0n]);
    return names;
  }

  #offer(queue: DriverQueue, questionBytes: number, answerBytes: number): void {
    const last = answerBytes === 0;
    queue.writeDescriptor(queue.descriptors, 0, {
      ...{ address: this.#question, length: questionBytes },
      ...{ flags: last ? 0 : NEXT, next: 1 },
    });
    if (!last) {
      const answer = { address: this.#answer, length: answerBytes, flags: WRITE, next: 0 };
      queue.writeDescriptor(queue.descriptors, 1, answer);
    }
    queue.offer(0);
    queue.kick();
  }
}

function entryOf({ error, view }: Answer): SeenEntry | number {
  if (error !== 0) return error;
  return {
    node: view.getBigUint64(0, true),
    inode: view.getBigUint64(40, true),
    size: view.getBigUint64(48, true),
    mode: view.getUint32(100, true),
  };
}

/** One request: its header, then its parts. */
export function encodeRequest(opcode: number, node: bigint, unique: bigint, parts: readonly Part[]): Uint8Array {
  const body = parts.flatMap((part) => [...bytesOf(part)]);
  const bytes = new Uint8Array(40 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint32(4, opcode, true);
  view.setBigUint64(8, unique, true);
  view.setBigUint64(16, BigInt.asUintN(64, node), true);
  bytes.set(body, 40);
  return bytes;
}

function bytesOf(part: Part): Uint8Array {
  if (typeof part === 'string') return new TextEncoder().encode(`${part}\0`);
  if (typeof part === 'number') return new Uint8Array(Uint32Array.of(part).buffer);
  return typeof part === 'bigint' ? new Uint8Array(BigUint64Array.of(BigInt.asUintN(64, part)).buffer) : part;
}
