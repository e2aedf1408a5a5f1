import type { Virtqueue } from './queue.ts';

/** Device types. virtio 1.3 §5 "Device Types". */
export const VIRTIO_TYPE = { net: 1, block: 2, console: 3, entropy: 4, balloon: 5, fileSystem: 26 } as const;

/** What the transport does for a device. */
export interface VirtioTransport {
  /** The device's configuration has changed: raises its generation and tells the driver. */
  configChanged(): void;
  /** The driver does what it must not: the device stops until it is reset. */
  broken(why: string): void;
}

/**
 * What is a device's own; features, queues, status and interrupts are the transport's.
 * A queue that finds a mistake of the guest breaks the whole device until it is reset: the device just sees no more chains.
 */
export interface VirtioDevice {
  /** Name for people: what the exits of a machine are counted under. */
  readonly name: string;
  readonly type: number;
  /** Base class, subclass and programming interface. */
  readonly classCode: number;
  /** Feature bits 0-23 that the device offers. */
  readonly features: number;
  /** Largest size of each queue, in entries. */
  readonly queueSizes: readonly number[];
  /** Device configuration, as the driver reads it. */
  readonly config: Uint8Array;
  /** The driver wrote to the device configuration. Without it, what it writes is ignored. */
  writeConfig?(offset: number, size: number, value: number): void;
  /** The driver has read from the device configuration. */
  configWasRead?(offset: number, size: number): void;
  /** The driver is ready (DRIVER_OK). `features` are the device's own that it accepted. */
  activate(queues: readonly Virtqueue[], features: number, transport: VirtioTransport): void;
  /** Forget the driver. Not called before the first `activate`. */
  deactivate(): void;
  /** Its own part of a saved state, JSON; `transport` and queues are saved for it. Without it there is none. */
  save?(): unknown;
  /**
   * Takes up what `save` gave. Called after `activate` if the driver was ready, else alone.
   * @returns what is wrong with it, or null
   */
  restore?(saved: unknown): string | null;
  /** The driver put something into a queue. */
  notify(queue: number): void;
  /**
   * Goes on with what waits for the outside, or was cut off because it took long.
   * @returns whether it was cut off again: more can be done at once
   */
  service(): boolean;
  /** The guest waits for an interrupt: what it was not told of yet, because it would only have been disturbed, it is told now. */
  guestWaits?(): void;
}
