import { z } from 'zod';
import { u16Schema, u32Schema, u8Schema } from '../../state/values.ts';
import type { Virtqueue } from './queue.ts';

/** virtio 1.3 §2.1 "Device Status Field". */
export const STATUS = {
  acknowledge: 1,
  driver: 2,
  driverOk: 4,
  featuresOk: 8,
  needsReset: 64,
  failed: 128,
} as const;

/** virtio 1.3 §6 "Reserved Feature Bits", as bits of the upper feature word where they are above 31. */
export const FEATURE = { indirectDescriptors: 1 << 28, eventIndex: 1 << 29, version1High: 1 << 0 } as const;

/** virtio 1.3 §4.1.4.3 "Common configuration structure layout". */
const REGISTER = {
  deviceFeatureSelect: 0x00,
  deviceFeature: 0x04,
  driverFeatureSelect: 0x08,
  driverFeature: 0x0c,
  configVector: 0x10,
  queueCount: 0x12,
  deviceStatus: 0x14,
  configGeneration: 0x15,
  queueSelect: 0x16,
  queueSize: 0x18,
  queueVector: 0x1a,
  queueEnable: 0x1c,
  queueNotifyOffset: 0x1e,
  queueDescriptors: 0x20,
  queueAvailable: 0x28,
  queueUsed: 0x30,
} as const;

const NO_VECTOR = 0xffff;
const HIGH = 0x1_0000_0000;

export const commonStateSchema = z.strictObject({
  deviceFeatureSelect: u32Schema,
  driverFeatureSelect: u32Schema,
  /** Low and high feature word that the driver accepted. */
  driverFeatures: z.tuple([u32Schema, u32Schema]),
  status: u8Schema,
  generation: u8Schema,
  queueSelect: u16Schema,
});
export type CommonState = z.infer<typeof commonStateSchema>;

function powerOnState(): CommonState {
  return {
    deviceFeatureSelect: 0,
    driverFeatureSelect: 0,
    driverFeatures: [0, 0],
    status: 0,
    generation: 0,
    queueSelect: 0,
  };
}

/** What the registers set off. */
export interface CommonEvents {
  reset(): void;
  driverOk(): void;
}

/** The registers by which driver and device come to terms: features, status, and where the queues are. */
export class CommonConfig {
  state: CommonState = powerOnState();
  readonly #offered: readonly [number, number];
  readonly #queues: readonly Virtqueue[];
  readonly #events: CommonEvents;

  /** @param features the device's own, bits 0-23 */
  constructor(features: number, queues: readonly Virtqueue[], events: CommonEvents) {
    this.#offered = [(features | FEATURE.indirectDescriptors | FEATURE.eventIndex) >>> 0, FEATURE.version1High];
    this.#queues = queues;
    this.#events = events;
  }

  reset(): void {
    this.state = powerOnState();
    for (const queue of this.#queues) queue.reset();
  }

  /** Whether a feature of the low word was negotiated. */
  negotiated(bit: number): boolean {
    return (this.state.driverFeatures[0] & bit) !== 0;
  }

  has(status: number): boolean {
    return (this.state.status & status) !== 0;
  }

  read(offset: number, size: number): number {
    const aligned = this.#readRegister(offset & ~3);
    const shift = (offset & 3) * 8;
    return size === 4 ? aligned >>> 0 : (aligned >>> shift) & (size === 2 ? 0xffff : 0xff);
  }

  write(offset: number, value: number): void {
    const { state } = this;
    const queue = this.#queues[state.queueSelect];
    if (offset === REGISTER.deviceFeatureSelect) state.deviceFeatureSelect = value;
    else if (offset === REGISTER.driverFeatureSelect) state.driverFeatureSelect = value;
    else if (offset === REGISTER.driverFeature) this.#acceptFeatures(value);
    else if (offset === REGISTER.deviceStatus) this.#writeStatus(value & 0xff);
    else if (offset === REGISTER.queueSelect) state.queueSelect = value & 0xffff;
    else if (queue && !queue.state.enabled) writeQueue(queue, offset, value);
  }

  /** Four bytes of registers at once, as narrower reads are cut out of them. */
  #readRegister(offset: number): number {
    const { state } = this;
    switch (offset) {
      case REGISTER.deviceFeatureSelect:
        return state.deviceFeatureSelect;
      case REGISTER.deviceFeature:
        return this.#offered[state.deviceFeatureSelect] ?? 0;
      case REGISTER.driverFeatureSelect:
        return state.driverFeatureSelect;
      case REGISTER.driverFeature:
        return state.driverFeatures[state.driverFeatureSelect] ?? 0;
      case REGISTER.configVector:
        return NO_VECTOR | (this.#queues.length << 16);
      case REGISTER.deviceStatus:
        return state.status | (state.generation << 8) | (state.queueSelect << 16);
      default:
        return this.#readQueue(offset);
    }
  }

  #readQueue(offset: number): number {
    const queue = this.#queues[this.state.queueSelect]?.state;
    // A queue that is not there has size 0.
    if (!queue) return offset === REGISTER.queueSize ? NO_VECTOR << 16 : 0;
    switch (offset) {
      case REGISTER.queueSize:
        return queue.size | (NO_VECTOR << 16);
      case REGISTER.queueEnable:
        return Number(queue.enabled) | (this.state.queueSelect << 16);
      case REGISTER.queueDescriptors:
        return queue.descriptors % HIGH;
      case REGISTER.queueDescriptors + 4:
        return Math.floor(queue.descriptors / HIGH);
      case REGISTER.queueAvailable:
        return queue.available % HIGH;
      case REGISTER.queueAvailable + 4:
        return Math.floor(queue.available / HIGH);
      case REGISTER.queueUsed:
        return queue.used % HIGH;
      case REGISTER.queueUsed + 4:
        return Math.floor(queue.used / HIGH);
      default:
        return 0;
    }
  }

  #acceptFeatures(value: number): void {
    const { state } = this;
    // §2.2: features are settled once FEATURES_OK is set.
    if (this.has(STATUS.featuresOk) || state.driverFeatureSelect > 1) return;
    state.driverFeatures[state.driverFeatureSelect] = value;
  }

  #writeStatus(value: number): void {
    const { state } = this;
    if (value === 0) {
      this.#events.reset();
      return;
    }
    const wasReady = this.has(STATUS.driverOk);
    // §2.1: DEVICE_NEEDS_RESET is the device's to set, and only a reset clears it.
    let status = (value & ~STATUS.needsReset) | (state.status & STATUS.needsReset);
    // §3.1.1: what the driver cannot have, it learns from FEATURES_OK staying clear.
    if (!this.has(STATUS.featuresOk) && !this.#featuresAcceptable()) status &= ~STATUS.featuresOk;
    if ((status & STATUS.featuresOk) === 0) status &= ~STATUS.driverOk;
    state.status = status;
    if (!wasReady && this.has(STATUS.driverOk)) this.#events.driverOk();
  }

  #featuresAcceptable(): boolean {
    const [low, high] = this.state.driverFeatures;
    const [offeredLow, offeredHigh] = this.#offered;
    if ((low & ~offeredLow) !== 0 || (high & ~offeredHigh) !== 0) return false;
    return (high & FEATURE.version1High) !== 0;
  }
}

function writeQueue(queue: Virtqueue, offset: number, value: number): void {
  const { state } = queue;
  const low = (address: number) => Math.floor(address / HIGH) * HIGH + value;
  const high = (address: number) => (address % HIGH) + value * HIGH;
  if (offset === REGISTER.queueSize) state.size = value & 0xffff;
  else if (offset === REGISTER.queueDescriptors) state.descriptors = low(state.descriptors);
  else if (offset === REGISTER.queueDescriptors + 4) state.descriptors = high(state.descriptors);
  else if (offset === REGISTER.queueAvailable) state.available = low(state.available);
  else if (offset === REGISTER.queueAvailable + 4) state.available = high(state.available);
  else if (offset === REGISTER.queueUsed) state.used = low(state.used);
  else if (offset === REGISTER.queueUsed + 4) state.used = high(state.used);
  else if (offset === REGISTER.queueEnable && (value & 1) !== 0) queue.enable();
}
