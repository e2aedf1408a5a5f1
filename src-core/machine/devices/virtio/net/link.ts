import { CONFIG, LINK } from './net-protocol.ts';

/** What a card does when the guest is to look at its status. */
export interface LinkOwner {
  /** What its driver accepted; null while there is none. */
  readonly driver: { readonly readsStatus: boolean; readonly announces: boolean } | null;
  /** Frames that the guest has sent so far. */
  readonly sentFrames: number;
  changed(): void;
}

/** How often a guest is asked that says it has announced itself and has sent nothing; its link may be down. */
const MOST_ANNOUNCEMENTS = 5;

/**
 * What the guest sees of a card's cable: VIRTIO_NET_S_LINK_UP and VIRTIO_NET_S_ANNOUNCE (virtio 1.3 §5.1.4). A guest reads
 * the status some time after it was told of a change. So that it does not overlook that the cable is another one, the link
 * comes back only once it was seen to be down; and it is asked to announce itself once it knows that the link is up. Linux
 * knows that a moment before it lets frames through, so it is asked again, when it waits, if none came.
 */
export class Link {
  /** The driver has read the status since the link last changed. */
  #isSeen = true;
  readonly #config: Uint8Array;
  readonly #owner: LinkOwner;
  #hasCable = false;
  /** It is on another cable than before, and the network there does not know it. */
  #isMoved = false;
  /** Since it was moved, and what the guest had sent when it was asked last. */
  #timesAsked = 0;
  #sentBefore = 0;
  /** It says that it has announced itself, and nothing came. */
  #isUnheard = false;

  /** @param config of the device: the status in it is this link's */
  constructor(config: Uint8Array, owner: LinkOwner) {
    this.#config = config;
    this.#owner = owner;
  }

  get status(): number {
    return this.#config[CONFIG.status] ?? 0;
  }

  get isSeen(): boolean {
    return this.#isSeen;
  }

  get #isUp(): boolean {
    return (this.status & LINK.up) !== 0;
  }

  /** A cable came, another one came, or it was pulled. */
  connect(hasCable: boolean): void {
    if (this.#hasCable) this.#setUp(false);
    this.#hasCable = hasCable;
    this.settle();
  }

  /** Brings what the guest sees to what is, as far as it is time for that. */
  settle(): void {
    const { driver } = this.#owner;
    const mayChange = !this.#hasCable || this.#isSeen || !driver?.readsStatus;
    if (this.#isUp !== this.#hasCable && mayChange) this.#setUp(this.#hasCable);
    if (driver && this.#isMoved && this.#isUp && this.#isSeen) this.#announce(driver.announces);
  }

  statusWasRead(): void {
    this.#isSeen = true;
    this.settle();
  }

  /** The guest says that it has told the network where it is. */
  announced(): void {
    this.#withdraw();
    this.#isUnheard = this.#owner.sentFrames === this.#sentBefore && this.#timesAsked < MOST_ANNOUNCEMENTS;
  }

  /** The guest has done what it had to do; its link, too, is up by now if it ever is. */
  guestWaits(): void {
    if (!this.#isUnheard) return;
    this.#isUnheard = false;
    this.#isMoved = true;
    this.settle();
  }

  driverGone(): void {
    this.#withdraw();
    this.#isSeen = true;
    this.#isMoved = false;
    this.#isUnheard = false;
    this.settle();
  }

  /** What the guest saw last. Where it goes on, it is on a new cable at best: `settle` shows it that when it runs. */
  restore(status: number, isSeen: boolean): void {
    this.#config[CONFIG.status] = status;
    this.#isSeen = isSeen;
    this.#isMoved = true;
  }

  #setUp(isUp: boolean): void {
    if (isUp === this.#isUp) return;
    const hasDriver = this.#owner.driver !== null;
    this.#config[CONFIG.status] = isUp ? LINK.up : 0;
    this.#isSeen = !hasDriver;
    this.#isMoved = isUp && hasDriver;
    this.#timesAsked = 0;
    this.#isUnheard = false;
    this.#owner.changed();
  }

  /** §5.1.6.5.4 "Gratuitous Packet Sending". */
  #announce(isUnderstood: boolean): void {
    this.#isMoved = false;
    if (!isUnderstood) return;
    this.#timesAsked += 1;
    this.#sentBefore = this.#owner.sentFrames;
    this.#config[CONFIG.status] = this.status | LINK.announce;
    this.#owner.changed();
  }

  #withdraw(): void {
    this.#config[CONFIG.status] = this.status & ~LINK.announce;
  }
}
