import { expect } from 'vitest';
import type { Frame, FramePort, Offload } from '../../../../host/frame-port.ts';
import { COMPLETE, LONGEST_FRAME_BYTES, SEGMENTATION } from '../../../../host/frame-port.ts';
import type { Random } from '../../testing/random.ts';
import { describeHostileDriver } from '../testing/hostile-driver.suite.ts';
import { NetDevice } from './device.ts';
import { CONTROL, EVERYTHING, frameOf, MAC, packetHeader, RECEIVE, SEND } from './testing/card.ts';

/** A cable that is full at times, and insists on what may go over it. */
class StrictCable implements FramePort {
  sent = 0;
  isFull = false;
  waiting: Frame[] = [];
  readonly peerCan = 15;

  send(pieces: readonly Uint8Array[], offload: Offload): boolean {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const { segmentation, segmentBytes, checksumStart, checksumOffset, flags } = offload;
    const isOne = segmentation === SEGMENTATION.none;
    expect(length).toBeGreaterThanOrEqual(14);
    expect(length).toBeLessThanOrEqual(isOne ? 1518 : LONGEST_FRAME_BYTES);
    expect(flags === 0 || checksumStart + checksumOffset + 2 <= length).toBe(true);
    expect(isOne || (segmentBytes > 0 && flags === 1)).toBe(true);
    if (this.isFull) return false;
    this.sent++;
    return true;
  }

  peek = (): Frame | null => this.waiting[0] ?? null;
  take = (): void => void this.waiting.shift();
  flush = (): void => undefined;
  tell = (): void => undefined;
}

const cable = new StrictCable();
let card: NetDevice | undefined;

function request(random: Random) {
  const kind = random(8);
  if (kind === 0) {
    const command = [random(6), random(3), random(2), 0, 0, 0];
    return { queue: CONTROL, readable: [Uint8Array.from(command.slice(0, 1 + random(6)))], writable: [1] };
  }
  if (kind < 4) return { queue: RECEIVE, readable: [], writable: [1 + random(40), 1 + random(random(4) ? 400 : 4000)] };
  const wild = random(4) === 0;
  const header = packetHeader({
    flags: wild ? random(256) : random(2),
    type: wild ? random(256) : ([0, 0, 1, 4, 0x81][random(5)] ?? 0),
    segment: wild ? random(65_536) : 100 + random(1400),
    start: wild ? random(65_536) : 34,
    offset: wild ? random(65_536) : 16,
  });
  const cutAt = 1 + random(header.length);
  const rest = [header.subarray(cutAt), frameOf(1 + random(random(4) ? 1500 : 6000))].filter(
    ({ length }) => length > 0,
  );
  return { queue: SEND, readable: [header.subarray(0, cutAt), ...rest], writable: [] };
}

describeHostileDriver('a network card', {
  make: (ram) => (card = new NetDevice(ram, 'card0', MAC, cable)),
  features: EVERYTHING,
  queue: SEND,
  request,
  prove: (driver) => {
    cable.isFull = false;
    cable.waiting = [];
    const before = cable.sent;
    card?.connect(cable);
    driver.queue(SEND).add([packetHeader(), frameOf(60)], []);
    driver.queue(SEND).kick();
    expect([cable.sent, driver.queue(SEND).collect().length]).toEqual([before + 1, 1]);
    const [at = 0] = driver.queue(RECEIVE).add([], [100]);
    cable.waiting = [{ bytes: frameOf(40), offload: COMPLETE }];
    driver.queue(RECEIVE).kick();
    expect(driver.queue(RECEIVE).collect()).toEqual([{ head: 0, written: 52 }]);
    expect(driver.memory.ram.view(at + 12, 40)).toEqual(frameOf(40));
  },
  outside: (random) => {
    cable.isFull = random(4) === 0;
    if (cable.waiting.length < 4 && random(4) === 0) cable.waiting.push(anyFrame(random));
    if (random(200) === 0) card?.connect(random(2) === 0 ? null : cable);
  },
});

function anyFrame(random: Random): Frame {
  const offload = {
    ...COMPLETE,
    flags: random(3),
    segmentation: [0, 0, 1, 4, 0x84][random(5)] ?? 0,
    segmentBytes: 1000,
  };
  return { bytes: frameOf(14 + random(random(4) ? 1500 : 6000)), offload };
}
