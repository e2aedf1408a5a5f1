import { expect } from 'vitest';
import type { Random } from '../../testing/random.ts';
import { describeHostileDriver } from '../testing/hostile-driver.suite.ts';
import { FileSystemDevice } from './device.ts';
import { FileError, type FileAttributes, type SharedFolder } from './shared-folder.ts';

const INIT = 26;
const REQUESTS = 1;

const attributes: FileAttributes = {
  inode: 1n,
  mode: 0o100644,
  links: 1,
  sizeBytes: 1000n,
  ...{ blocks: 2n, accessedNs: 0n, modifiedNs: 0n, changedNs: 0n },
};

/** A folder whose only file has any name; whatever else is asked of it fails. What it may do is another test's. */
function oneFile(): SharedFolder {
  const known: Partial<SharedFolder> = {
    readOnly: false,
    lookup: () => ({ node: 2, attributes }),
    forget: () => undefined,
    attributes: () => attributes,
    open: () => 1,
    create: () => ({ entry: { node: 2, attributes }, handle: 1 }),
    read: (_handle, into) => {
      for (const piece of into) piece.fill(0x5a);
      return into.reduce((sum, { length }) => sum + length, 0);
    },
    write: (_handle, from) => from.reduce((sum, { length }) => sum + length, 0),
    openDirectory: () => 2,
    rewind: () => undefined,
    listed: (_handle, index) => (index < 3 ? { name: `entry${index}`, type: 0 } : null),
    release: () => undefined,
    flush: () => undefined,
    reset: () => undefined,
    save: () => null,
    restore: () => null,
  };
  const fails = () => {
    throw new FileError('EIO');
  };
  return new Proxy(known, { get: (target, name): unknown => Reflect.get(target, name) ?? fails }) as SharedFolder;
}

/** struct fuse_in_header and a body. */
function request(opcode: number, node: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(40 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint32(4, opcode, true);
  view.setUint32(8, 7, true);
  view.setUint32(16, node, true);
  bytes.set(body, 40);
  return bytes;
}

/** struct fuse_init_in. */
function init(): Uint8Array {
  const body = new Uint8Array(64);
  const view = new DataView(body.buffer);
  view.setUint32(0, 7, true);
  view.setUint32(4, 38, true);
  return request(INIT, 0, body);
}

function anyRequest(random: Random): Uint8Array {
  if (random(8) === 0) return init();
  const body = Uint8Array.from({ length: random(120) }, () => (random(3) === 0 ? random(256) : 0));
  const bytes = request(1 + random(52), 1 + random(3), body);
  // The length that it says is now and then another one.
  if (random(32) === 0) bytes[0] = random(256);
  return bytes;
}

describeHostileDriver('a shared folder', {
  make: (ram) => new FileSystemDevice(ram, oneFile(), 'share'),
  features: 0,
  queue: REQUESTS,
  request: (random) => {
    const bytes = anyRequest(random);
    const at = random(2) === 0 ? bytes.length : 1 + random(bytes.length);
    const readable = [bytes.subarray(0, at), bytes.subarray(at)].filter(({ length }) => length > 0);
    const writable = random(8) === 0 ? [] : [16 + random(32), 1 + random(8000)];
    return { queue: random(8) === 0 ? 0 : REQUESTS, readable, writable };
  },
  prove: (driver) => {
    const queue = driver.queue(REQUESTS);
    const [reply = 0] = queue.add([init()], [16, 64]);
    queue.kick();
    expect(queue.collect()).toEqual([{ head: 0, written: 80 }]);
    // struct fuse_out_header: no error.
    expect([driver.memory.ram.read32(reply), driver.memory.ram.read32(reply + 4)]).toEqual([80, 0]);
  },
});
