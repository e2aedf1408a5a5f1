import { z } from 'zod';
import { countSchema, u8Schema } from '../../state/values.ts';
import type { GuestRam } from '../guest-ram.ts';
import { configStateSchema } from '../pci/config-space.ts';
import { PciFunction } from '../pci/function.ts';
import { addVirtioCapabilities, ConfigAccess, LAYOUT, NOTIFY_MULTIPLIER, WINDOW_BYTES } from './capabilities.ts';
import { CommonConfig, commonStateSchema, type CommonState, FEATURE, STATUS } from './common-config.ts';
import type { VirtioDevice } from './device.ts';
import { Virtqueue, virtqueueStateSchema, type QueueOwner } from './queue.ts';

const VENDOR = 0x1af4;
/** virtio 1.3 §4.1.2 "PCI Device Discovery": the device ID of a device without a legacy interface. */
const DEVICE_BASE = 0x1040;
const SUBSYSTEM_BASE = 0x40;
const NON_TRANSITIONAL_REVISION = 1;

/** §4.1.4.5 "ISR status capability". */
const ISR_QUEUE = 1;
const ISR_CONFIG = 2;

/** Own feature bits of a device type; those above belong to rings and transports. */
const DEVICE_FEATURES = 0x00ff_ffff;

export const virtioStateSchema = z.strictObject({
  /** Of the device, to tell a state of other hardware. */
  name: z.string().max(40),
  config: configStateSchema,
  common: commonStateSchema,
  queues: z.array(virtqueueStateSchema).max(64),
  interruptStatus: u8Schema,
  brokenBecause: z.string().max(200).nullable(),
  notifications: countSchema,
  active: z.boolean(),
  /** The device's own. */
  device: z.unknown(),
});
export type VirtioState = z.infer<typeof virtioStateSchema>;

function copyOf(state: CommonState): CommonState {
  return { ...state, driverFeatures: [...state.driverFeatures] };
}

/** One virtio device as a PCI function, without a legacy interface, interrupting by INTA. */
export class VirtioFunction extends PciFunction {
  readonly name: string;
  readonly common: CommonConfig;
  readonly queues: readonly Virtqueue[];
  /** Interrupt causes that the driver has not read yet. */
  interruptStatus = 0;
  /** Why the device needs a reset, for people; null while it works. */
  brokenBecause: string | null = null;
  /** How often the driver rang, for the counts of exits. */
  notifications = 0;
  readonly #device: VirtioDevice;
  readonly #configAccess: ConfigAccess;
  #active = false;

  constructor(device: VirtioDevice, ram: GuestRam) {
    super(
      {
        vendor: VENDOR,
        device: DEVICE_BASE + device.type,
        subsystemVendor: VENDOR,
        subsystem: SUBSYSTEM_BASE + device.type,
        revision: NON_TRANSITIONAL_REVISION,
        classCode: device.classCode,
        interrupts: true,
      },
      WINDOW_BYTES,
    );
    this.name = device.name;
    this.#device = device;
    this.queues = device.queueSizes.map((size) => new Virtqueue(ram, this.#owner(), size));
    this.common = new CommonConfig(device.features, this.queues, {
      reset: () => this.#resetDevice(),
      driverOk: () => this.#activate(),
    });
    this.#configAccess = new ConfigAccess(this.config, addVirtioCapabilities(this.config));
  }

  override reset(): void {
    this.#resetDevice();
    super.reset();
  }

  /** Goes on with what waits. @returns whether more can be done at once */
  service(): boolean {
    if (!this.#active) return false;
    return this.#device.service();
  }

  guestWaits(): void {
    if (this.#active) this.#device.guestWaits?.();
  }

  save(): VirtioState {
    return {
      name: this.name,
      config: this.config.save(),
      common: copyOf(this.common.state),
      queues: this.queues.map(({ state }) => ({ ...state })),
      interruptStatus: this.interruptStatus,
      brokenBecause: this.brokenBecause,
      notifications: this.notifications,
      active: this.#active,
      device: this.#device.save?.() ?? null,
    };
  }

  /** Into a function that was just made. @returns what is wrong with the state, or null */
  restore(saved: VirtioState): string | null {
    if (saved.queues.length !== this.queues.length) return 'another number of queues';
    this.common.state = copyOf(saved.common);
    for (const [index, queue] of this.queues.entries()) {
      const state = saved.queues[index];
      const wrong = state ? queue.restore(state) : 'a queue is missing';
      if (wrong !== null) return wrong;
    }
    this.interruptStatus = saved.interruptStatus;
    this.brokenBecause = saved.brokenBecause;
    this.notifications = saved.notifications;
    this.#active = saved.active;
    if (saved.active) this.#activateDevice();
    this.restoreFunction(saved.config, saved.interruptStatus !== 0);
    return this.#device.restore?.(saved.device) ?? null;
  }

  override configRead(offset: number, size: number): number {
    const target = this.#configAccess.target(offset);
    return target ? this.readWindow(target.offset, target.size) : super.configRead(offset, size);
  }

  override configWrite(offset: number, size: number, value: number): void {
    const target = this.#configAccess.target(offset);
    if (target) this.writeWindow(target.offset, target.size, value);
    else super.configWrite(offset, size, value);
  }

  readWindow(offset: number, size: number): number {
    const structure = offset & ~0xfff;
    if (structure === LAYOUT.common.offset) return this.common.read(offset, size);
    if (structure === LAYOUT.interruptStatus.offset) return this.#takeInterruptStatus();
    if (structure === LAYOUT.device.offset) return this.#readDeviceConfig(offset - LAYOUT.device.offset, size);
    return 0;
  }

  writeWindow(offset: number, size: number, value: number): void {
    const structure = offset & ~0xfff;
    if (structure === LAYOUT.common.offset) this.common.write(offset, value);
    else if (structure === LAYOUT.notify.offset) this.#notify(offset - LAYOUT.notify.offset);
    else if (structure === LAYOUT.device.offset) this.#device.writeConfig?.(offset - LAYOUT.device.offset, size, value);
  }

  #owner(): QueueOwner {
    const live = () => this.#live();
    const negotiated = (bit: number) => this.common.negotiated(bit);
    return {
      get indirect() {
        return negotiated(FEATURE.indirectDescriptors);
      },
      get eventIndex() {
        return negotiated(FEATURE.eventIndex);
      },
      get live() {
        return live();
      },
      broken: (why) => this.#break(why),
      interrupt: () => this.#raise(ISR_QUEUE),
    };
  }

  #live(): boolean {
    return this.#active && this.busMaster && !this.common.has(STATUS.needsReset);
  }

  /** The queue number is in the address; what is written repeats it. */
  #notify(offset: number): void {
    const queue = offset / NOTIFY_MULTIPLIER;
    this.notifications++;
    if (this.#live() && Number.isInteger(queue) && queue < this.queues.length) this.#device.notify(queue);
  }

  #activate(): void {
    this.#active = true;
    this.#activateDevice();
    // Buffers may have been offered before DRIVER_OK, with or without a notification.
    for (let queue = 0; queue < this.queues.length && this.#live(); queue++) this.#device.notify(queue);
  }

  #activateDevice(): void {
    this.#device.activate(this.queues, this.common.state.driverFeatures[0] & DEVICE_FEATURES, {
      configChanged: () => this.#configChanged(),
      broken: (why) => this.#break(why),
    });
  }

  #resetDevice(): void {
    if (this.#active) this.#device.deactivate();
    this.#active = false;
    this.brokenBecause = null;
    this.common.reset();
    this.interruptStatus = 0;
    this.interrupt(false);
  }

  /** §2.1.2: an error that the device cannot recover from by itself. */
  #break(why: string): void {
    if (this.common.has(STATUS.needsReset)) return;
    this.brokenBecause = why;
    this.common.state.status |= STATUS.needsReset;
    if (this.common.has(STATUS.driverOk)) this.#raise(ISR_CONFIG);
  }

  #configChanged(): void {
    this.common.state.generation = (this.common.state.generation + 1) & 0xff;
    this.#raise(ISR_CONFIG);
  }

  #raise(cause: number): void {
    this.interruptStatus |= cause;
    this.interrupt(true);
  }

  #takeInterruptStatus(): number {
    const status = this.interruptStatus;
    this.interruptStatus = 0;
    this.interrupt(false);
    return status;
  }

  #readDeviceConfig(offset: number, size: number): number {
    const { config } = this.#device;
    let value = 0;
    for (let index = size - 1; index >= 0; index--) value = value * 256 + (config[offset + index] ?? 0);
    this.#device.configWasRead?.(offset, size);
    return value;
  }
}
