import { z } from 'zod';
import { assert } from '../../../../base/errors.ts';
import type { FramePort } from '../../../../host/frame-port.ts';
import { u8Schema } from '../../../state/values.ts';
import type { GuestRam } from '../../guest-ram.ts';
import { VIRTIO_TYPE, type VirtioDevice, type VirtioTransport } from '../device.ts';
import type { Virtqueue } from '../queue.ts';
import { obeyControl } from './control.ts';
import { cardCountersSchema, noFrames, type CardCounters } from './counters.ts';
import { Link } from './link.ts';
import { CONFIG, FEATURE, givenUnfinished, MTU_BYTES, QUEUE, takenUnfinished } from './net-protocol.ts';
import { Receiver, type Receiving } from './receiver.ts';
import { Transmitter } from './transmitter.ts';

const MAC_BYTES = 6;
const DATA_QUEUE_SIZE = 256;
const CONTROL_QUEUE_SIZE = 64;

/** Offered all at once: a switch takes every frame that may be left unfinished, and leaves unfinished what is taken. */
const FEATURES = Object.values(FEATURE).reduce((all, bit) => all | bit, 0);

export const cardStateSchema = z.strictObject({
  /** Of the link, as the driver reads it, and whether it has. */
  status: u8Schema,
  statusSeen: z.boolean(),
  counters: cardCountersSchema,
});
export type CardState = z.infer<typeof cardStateSchema>;

/** What came of the features that a driver accepted. */
interface NetDriver extends Receiving {
  /** Bits of `CAN`: what it may leave unfinished. */
  readonly gives: number;
  readonly readsStatus: boolean;
  readonly announces: boolean;
}

/**
 * virtio 1.3 §5.1 "Network Device", with one pair of queues: one thread serves them all. Its frames go to and come from
 * the cable that is in it. What a cable has no room for stays in the guest's queue.
 */
export class NetDevice implements VirtioDevice {
  readonly name: string;
  readonly type = VIRTIO_TYPE.net;
  readonly classCode = 0x02_0000;
  readonly features = FEATURES;
  readonly queueSizes = [DATA_QUEUE_SIZE, DATA_QUEUE_SIZE, CONTROL_QUEUE_SIZE];
  readonly config = new Uint8Array(CONFIG.bytes);
  readonly counters: CardCounters = noFrames();
  readonly #ram: GuestRam;
  readonly #transmitter: Transmitter;
  readonly #receiver: Receiver;
  readonly #link: Link;
  #port: FramePort | null = null;
  #queues: readonly Virtqueue[] = [];
  #driver: NetDriver | null = null;
  #transport: VirtioTransport | undefined;

  /** @param mac six bytes @param port its end of the cable; null where none is in */
  constructor(ram: GuestRam, name: string, mac: Uint8Array, port: FramePort | null) {
    assert(mac.length === MAC_BYTES, 'the address of a network card has six bytes');
    this.name = name;
    this.#ram = ram;
    this.#transmitter = new Transmitter(ram, this.counters);
    this.#receiver = new Receiver(ram, this.counters);
    this.config.set(mac, CONFIG.mac);
    new DataView(this.config.buffer).setUint16(CONFIG.mtu, MTU_BYTES, true);
    const driver = (): NetDriver | null => this.#driver;
    const transmitter = this.#transmitter;
    this.#link = new Link(this.config, {
      get driver() {
        return driver();
      },
      get sentFrames() {
        return transmitter.sentFrames;
      },
      changed: () => this.#transport?.configChanged(),
    });
    this.connect(port);
  }

  /** Another cable, or none, also while the guest runs: it sees the carrier go and, with a cable, come back. */
  connect(port: FramePort | null): void {
    this.#port?.tell(0);
    this.#port = port;
    this.#tellPort();
    this.#link.connect(port !== null);
  }

  activate(queues: readonly Virtqueue[], features: number, transport: VirtioTransport): void {
    this.#queues = queues;
    this.#transport = transport;
    this.#driver = driverOf(features);
    // What came while nobody looked: of no use to a driver that has only just begun.
    for (let frame = this.#port?.peek(); frame; frame = this.#port?.peek()) this.#port?.take();
    this.#tellPort();
  }

  deactivate(): void {
    this.#queues = [];
    this.#transport = undefined;
    this.#driver = null;
    this.#tellPort();
    this.#link.driverGone();
  }

  configWasRead(offset: number, size: number): void {
    if (offset <= CONFIG.status && offset + size > CONFIG.status) this.#link.statusWasRead();
  }

  save(): CardState {
    return { status: this.#link.status, statusSeen: this.#link.isSeen, counters: { ...this.counters } };
  }

  restore(saved: unknown): string | null {
    const parsed = cardStateSchema.safeParse(saved);
    if (!parsed.success) return 'it is not the state of a network card';
    const { status, statusSeen, counters } = parsed.data;
    Object.assign(this.counters, counters);
    this.#link.restore(status, statusSeen);
    return null;
  }

  notify(): void {
    this.#work();
  }

  service(): boolean {
    const more = this.#work();
    this.#queues[QUEUE.transmit]?.tell();
    return more;
  }

  guestWaits(): void {
    this.#queues[QUEUE.transmit]?.tell();
    this.#link.guestWaits();
  }

  #work(): boolean {
    const driver = this.#driver;
    if (!driver) return false;
    this.#link.settle();
    const [receiving, sending] = [this.#queues[QUEUE.receive], this.#queues[QUEUE.transmit]];
    let more = sending ? this.#transmitter.transmit(sending, this.#port, driver.gives) : false;
    // After what was sent: what a guest says to have announced is among it.
    more = this.#control() || more;
    if (receiving && this.#port) more = this.#receiver.receive(receiving, this.#port, driver) || more;
    this.#port?.flush();
    return more;
  }

  #control(): boolean {
    const queue = this.#queues[QUEUE.control];
    if (!queue) return false;
    return obeyControl(this.#ram, queue, {
      announced: () => this.#link.announced(),
      broken: (why) => this.#transport?.broken(why),
    });
  }

  #tellPort(): void {
    this.#port?.tell(this.#driver?.can ?? 0);
  }
}

function driverOf(features: number): NetDriver {
  const has = (bit: number): boolean => (features & bit) !== 0;
  return {
    can: takenUnfinished(features),
    gives: givenUnfinished(features),
    merges: has(FEATURE.mergeBuffers),
    readsStatus: has(FEATURE.status),
    announces: has(FEATURE.status) && has(FEATURE.announce) && has(FEATURE.control),
  };
}
