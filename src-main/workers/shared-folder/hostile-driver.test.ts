import { afterAll, beforeAll, expect } from 'vitest';
import { FileSystemDevice } from '../../../src-core/machine/devices/virtio/fs/device.ts';
import { encodeRequest, FUSE } from '../../../src-core/machine/devices/virtio/fs/testing/fuse-client.ts';
import type { Random } from '../../../src-core/machine/devices/testing/random.ts';
import { describeHostileDriver } from '../../../src-core/machine/devices/virtio/testing/hostile-driver.suite.ts';
import type { HostFolder } from './host-folder.ts';
import { openSharedFolder } from './open-shared-folder.ts';
import { hostileRequest } from './testing/hostile-requests.ts';
import { TrappedFolder } from './testing/trapped-folder.ts';

let trapped: TrappedFolder;
let folder: HostFolder | undefined;

beforeAll(() => void (trapped = new TrappedFolder()));

afterAll(() => {
  folder?.close();
  expect(trapped.isOutsideUntouched).toBe(true);
  trapped.remove();
});

const GUESSES = Array.from({ length: 12 }, (_, index) => BigInt(index + 1));
const BEGIN = encodeRequest(FUSE.init, 0n, 1n, [7, 41, 0, 0xffff_ffff, new Uint8Array(48)]);

/** Numbers of nodes and handles are small, so that many of those guessed are there. */
function request(random: Random) {
  const { opcode, node, parts } = hostileRequest(random, { nodes: GUESSES, handles: GUESSES });
  const bytes = random(8) === 0 ? BEGIN : encodeRequest(opcode, node, BigInt(random(2 ** 32)), parts);
  const cut = random(4) === 0 ? 1 + random(bytes.length - 1) : bytes.length;
  const pieces = [bytes.subarray(0, cut), bytes.subarray(cut)].filter(({ length }) => length > 0);
  const noReply = opcode === FUSE.forget || opcode === FUSE.batchForget;
  const room = [16, 1 + random(random(4) === 0 ? 5000 : 200)];
  return { queue: random(16) === 0 ? 0 : 1, readable: pieces, writable: noReply && random(2) === 0 ? [] : room };
}

describeHostileDriver('a shared folder', {
  make: (ram) => {
    // The one before is what was saved of: its files are not needed any more.
    folder?.close();
    folder = openSharedFolder(trapped.share, false, 'test');
    return new FileSystemDevice(ram, folder, 'work');
  },
  features: 0,
  queue: 1,
  request,
  prove: (driver) => {
    const queue = driver.queue(1);
    const [answer = 0] = queue.add([BEGIN], [16 + 64]);
    queue.kick();
    expect(queue.collect()).toEqual([{ head: 0, written: 80 }]);
    expect([driver.memory.ram.read32(answer + 4), driver.memory.ram.read32(answer + 16)]).toEqual([0, 7]);
    queue.add([encodeRequest(FUSE.lookup, 1n, 2n, ['abs'])], [16, 128]);
    queue.kick();
    expect(queue.collect()[0]?.written).toBeGreaterThanOrEqual(16);
  },
});
