import { expect } from 'vitest';
import type { BlockBackend, BytePort } from '../../board-interface.ts';
import { BlockDevice } from './block.ts';
import { ConsoleDevice } from './console.ts';
import { EntropyDevice } from './entropy.ts';
import { describeHostileDriver } from './testing/hostile-driver.suite.ts';
import type { Random } from '../testing/random.ts';

const DISK_BYTES = 1 << 20;

/** What a device did to its disk that it must not: kept here, because a device takes what its disk throws as an I/O error. */
const trespasses: string[] = [];

/** A disk that insists on its bounds. */
function strictDisk(readOnly: boolean): BlockBackend {
  const insist = (offset: number, length: number) => {
    if (offset < 0 || offset + length > DISK_BYTES) trespasses.push(`${length} bytes at ${offset}`);
  };
  return {
    sizeBytes: DISK_BYTES,
    readOnly,
    read: (into, offset) => {
      insist(offset, into.length);
      into.fill(0x5a);
    },
    write: (from, offset) => {
      insist(offset, from.length);
      if (readOnly) trespasses.push('a write to a read-only disk');
    },
    flush: () => undefined,
    discard: insist,
    writeZeroes: insist,
  };
}

function blockRequest(random: Random) {
  const header = new Uint8Array(16);
  const view = new DataView(header.buffer);
  const types = [0, 1, 4, 8, 11, 13];
  view.setUint32(0, random(32) === 0 ? random(20) : (types[random(types.length)] ?? 0), true);
  view.setUint32(8, random(16) === 0 ? random(2 ** 32) : random(DISK_BYTES / 512 + 2), true);
  view.setUint32(12, random(32) === 0 ? random(2 ** 32) : 0, true);
  const range = new Uint8Array(random(8) === 0 ? 1 + random(40) : 16);
  if (range.length >= 12) new DataView(range.buffer).setUint32(8, random(random(2) === 0 ? 8 : 2 ** 32), true);
  const data = random(2) === 0 ? [range] : [new Uint8Array(512 * (1 + random(4)))];
  const isWrite = view.getUint32(0, true) % 2 === 1;
  return {
    queue: 0,
    readable: isWrite ? [header, ...data] : [header],
    writable: isWrite ? [1] : [512 * (1 + random(4)), ...(random(2) === 0 ? [512] : []), 1],
  };
}

describeHostileDriver('a disk', {
  make: (ram) => new BlockDevice(ram, strictDisk(false), 'disk0', 'id'),
  features: (1 << 9) | (1 << 13) | (1 << 14),
  queue: 0,
  request: blockRequest,
  prove: (driver) => {
    const [data = 0, status = 0] = driver.queue(0).add([new Uint8Array(16)], [512, 1]);
    driver.queue(0).kick();
    expect(driver.queue(0).collect()).toEqual([{ head: 0, written: 513 }]);
    expect([driver.memory.ram.read8(data), driver.memory.ram.read8(status)]).toEqual([0x5a, 0]);
    expect(trespasses).toEqual([]);
  },
});

describeHostileDriver('a disk with several queues', {
  make: (ram) => new BlockDevice(ram, strictDisk(false), 'disk0', 'id', 4),
  features: (1 << 9) | (1 << 12) | (1 << 13),
  queue: 3,
  request: (random) => ({ ...blockRequest(random), queue: random(4) }),
  prove: (driver) => {
    for (const queue of driver.queues) {
      const [, status = 0] = queue.add([new Uint8Array(16)], [512, 1]);
      queue.kick();
      expect(queue.collect()).toEqual([{ head: 0, written: 513 }]);
      expect(driver.memory.ram.read8(status)).toBe(0);
    }
    expect(trespasses).toEqual([]);
  },
});

describeHostileDriver('a read-only disk', {
  make: (ram) => new BlockDevice(ram, strictDisk(true), 'disk0', 'id'),
  features: (1 << 5) | (1 << 9),
  queue: 0,
  request: blockRequest,
  prove: (driver) => {
    const write = new Uint8Array(16).fill(1, 0, 1);
    const [status = 0] = driver.queue(0).add([write, new Uint8Array(512)], [1]);
    driver.queue(0).kick();
    expect(driver.memory.ram.read8(status)).toBe(1);
    expect(trespasses).toEqual([]);
  },
});

describeHostileDriver('the entropy device', {
  make: (ram) => new EntropyDevice(ram, (into) => into.fill(3)),
  features: 0,
  queue: 0,
  request: (random) => ({ queue: 0, readable: [], writable: [1 + random(64), 1 + random(4096)] }),
  prove: (driver) => {
    const [at = 0] = driver.queue(0).add([], [32]);
    driver.queue(0).kick();
    expect(driver.queue(0).collect()).toEqual([{ head: 0, written: 32 }]);
    expect(driver.memory.ram.read8(at + 31)).toBe(3);
  },
});

/** An outside that has always something to say, and takes what it is given in pieces. */
class Outside implements BytePort {
  last = 0;
  available = 0;
  #turn = 0;

  write(bytes: Uint8Array): number {
    this.last = bytes[0] ?? this.last;
    return this.#turn++ % 4 === 3 ? Math.min(bytes.length, 3) : bytes.length;
  }

  read(into: Uint8Array): number {
    const count = Math.min(into.length, this.available);
    this.available -= count;
    into.fill(0x41, 0, count);
    return count;
  }
}

const outsides = [new Outside(), new Outside(), new Outside()] as const;

describeHostileDriver('the console', {
  make: (ram) =>
    new ConsoleDevice(
      ram,
      outsides.map((outside, port) => ({ name: port === 0 ? null : `port${port}`, outside })),
    ),
  features: 3,
  queue: 1,
  request: (random) => {
    const queue = random(8);
    if (queue % 2 === 0) return { queue, readable: [], writable: [1 + random(64), 1 + random(32)] };
    if (queue !== 3) return { queue, readable: [new Uint8Array(1 + random(200)).fill(0x42)], writable: [] };
    // §5.3.6.2: port, event, value.
    const message = [random(4), 0, 0, 0, random(9), 0, random(2), 0];
    return { queue, readable: [Uint8Array.from(message.slice(0, random(16) === 0 ? random(7) + 1 : 8))], writable: [] };
  },
  prove: (driver) => {
    driver.queue(1).add([Uint8Array.of(0x43)], []);
    driver.queue(1).kick();
    expect(driver.queue(1).collect()).toEqual([{ head: 0, written: 0 }]);
    expect(outsides[0].last).toBe(0x43);
  },
  outside: (random) => {
    const port = outsides[random(outsides.length)];
    if (port) port.available = random(300);
  },
});
