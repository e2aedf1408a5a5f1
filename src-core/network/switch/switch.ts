import type { Disposable } from '../../base/disposable.ts';
import type { Frame, Offload } from '../../host/frame-port.ts';
import { CAN } from '../../host/frame-port.ts';
import type { CardSpec, LinkConditions, SwitchPort } from '../network-runner.ts';
import { ETHERNET_BYTES } from '../wire-format/ethernet.ts';
import type { LineSituation } from './conditions.ts';
import { macAt, macNumber, MacTable } from './mac-table.ts';
import { soundFrame, wireFrames } from './offload.ts';
import { SwitchCard } from './switch-card.ts';

const SWITCH_CAN = CAN.checksum | CAN.tcp4 | CAN.tcp6 | CAN.ecn;
/** What a card may send before the others have their turn, in bytes; each frame of the wire costs some more. */
const CREDIT_OF_A_TURN = 256 * 1024;
const COST_OF_A_FRAME = 512;
/** IEEE 802.1Q §8.6.3: addresses whose frames no bridge forwards (spanning tree, pauses). 01-80-C2-00-00-00 to -0F. */
const RESERVED_MACS = 0x0180_c200_0000;

/** The station in the same thread: nothing to it is ever refused. */
export interface InnerStation {
  readonly mac: string;
  receive(frame: Frame): void;
  /** There may be room again for what was refused. */
  room(): void;
}

/** Stations as watchers know them, beside the keys of cards. */
export const GATEWAY = '';
export const EVERYBODY = '*';

/** Sees each frame that a station has sent. @param from, to key of a card, `GATEWAY` or `EVERYBODY` */
export type FrameWatcher = (from: string, to: string, pieces: readonly Uint8Array[], offload: Offload) => void;

export interface SwitchSituation extends LineSituation {
  after(milliseconds: number, then: () => void): Disposable;
  /** Has `service` called soon. */
  wake(): void;
}

/** A learning switch: cards' cables, and the gateway in its own thread. */
export class Switch {
  readonly #situation: SwitchSituation;
  readonly #gateway: InnerStation;
  readonly #gatewayMac: number;
  readonly #table = new MacTable<SwitchCard>();
  #cards: SwitchCard[] = [];
  readonly #placed = new Map<number, (card: CardSpec) => boolean>();
  #conditions: LinkConditions;
  #first = 0;
  #gatewayWaits = false;
  #isSending = false;
  #timer: { readonly at: number; readonly of: Disposable } | null = null;
  #holdsUntil = Infinity;
  /** Null while nobody looks: then it costs nothing. */
  watcher: FrameWatcher | null = null;

  constructor(situation: SwitchSituation, gateway: InnerStation, conditions: LinkConditions) {
    this.#situation = situation;
    this.#gateway = gateway;
    this.#gatewayMac = macNumber(gateway.mac);
    this.#conditions = conditions;
  }

  /** Plugs a cable in. @returns what pulls it */
  attach(port: SwitchPort): Disposable {
    const card = new SwitchCard(port, this.#situation);
    card.change(this.#conditions);
    this.#cards.push(card);
    this.#table.pin(macNumber(port.card.mac), card);
    for (const [mac, isBehind] of this.#placed) if (isBehind(port.card)) this.#table.pin(mac, card);
    port.tell(SWITCH_CAN);
    return {
      dispose: () => {
        this.#cards = this.#cards.filter((other) => other !== card);
        this.#table.remove(card);
      },
    };
  }

  /**
   * Keeps an address for who is behind a card: nobody else is heard with it while that card is there.
   * @returns what gives it free
   */
  place(mac: string, isBehind: (card: CardSpec) => boolean): Disposable {
    const number = macNumber(mac);
    const card = this.#cards.find(({ port }) => isBehind(port.card));
    this.#placed.set(number, isBehind);
    if (card) this.#table.pin(number, card);
    return {
      dispose: () => {
        if (this.#placed.get(number) !== isBehind) return;
        this.#placed.delete(number);
        this.#table.unpin(number);
      },
    };
  }

  change(conditions: LinkConditions): void {
    this.#conditions = conditions;
    for (const card of this.#cards) card.change(conditions);
    this.#situation.wake();
  }

  /**
   * A frame of the gateway.
   * @returns false when there is no room at the card that it is for: `InnerStation.room` is called once there is
   */
  send(pieces: readonly Uint8Array[], offload: Offload): boolean {
    const head = pieces[0] ?? new Uint8Array(0);
    if (!this.#isSending) {
      this.#isSending = true;
      this.#situation.wake();
    }
    const card = isGroup(head) ? null : this.#table.find(macAt(head, 0), this.#situation.now());
    if (card === null) this.#flood(null, pieces, offload);
    else if (!card.send(pieces, offload)) {
      this.#gatewayWaits = true;
      return false;
    }
    this.watcher?.(GATEWAY, card?.port.card.key ?? EVERYBODY, pieces, offload);
    return true;
  }

  /** What the station with this address takes unfinished: bits of `CAN`. @param mac "52:54:00:12:34:56" */
  canOf(mac: string): number {
    return this.#table.find(macNumber(mac), this.#situation.now())?.port.peerCan ?? 0;
  }

  /** Gives every card a turn. @returns whether there is more to do at once */
  service(): boolean {
    this.#isSending = true;
    this.#holdsUntil = Infinity;
    let isMore = false;
    for (const card of this.#cards) if (card.advance()) isMore = true;
    if (this.#gatewayWaits) {
      this.#gatewayWaits = false;
      this.#gateway.room();
    }
    const count = this.#cards.length;
    this.#first = count === 0 ? 0 : (this.#first + 1) % count;
    for (let turn = 0; turn < count; turn++) {
      const card = this.#cards[(this.#first + turn) % count];
      if (card && this.#serve(card)) isMore = true;
    }
    for (const card of this.#cards) card.port.flush();
    this.#isSending = false;
    this.#setTimer();
    return isMore;
  }

  dispose(): void {
    this.#timer?.of.dispose();
    this.#timer = null;
    this.#cards = [];
  }

  /** Deficit round-robin: what a long frame took too much of one turn is missing in the next. */
  #serve(card: SwitchCard): boolean {
    card.credit = Math.min(CREDIT_OF_A_TURN, card.credit + CREDIT_OF_A_TURN);
    while (card.credit > 0) {
      const frame = card.peek();
      if (frame === null) return false;
      const cost = frame.bytes.length + COST_OF_A_FRAME * wireFrames(frame.bytes.length, frame.offload);
      if (!this.#forward(card, frame)) return false;
      card.take();
      card.credit -= cost;
    }
    return true;
  }

  /** @returns false when the frame stays where it is for now */
  #forward(from: SwitchCard, claimed: Frame): boolean {
    const now = this.#situation.now();
    const frame = claimed.bytes.length < ETHERNET_BYTES ? null : soundFrame(claimed);
    if (frame === null) return this.#refuse(from);
    const { bytes, offload } = frame;
    const sender = macAt(bytes, 6);
    if (isGroup(bytes.subarray(6)) || sender === this.#gatewayMac) return this.#refuse(from);
    if (!this.#table.learn(sender, from, now)) return this.#refuse(from);
    const destination = macAt(bytes, 0);
    if (destination >= RESERVED_MACS && destination <= RESERVED_MACS + 0xf) return true;
    if (destination === this.#gatewayMac) {
      this.watcher?.(from.port.card.key, GATEWAY, [bytes], offload);
      this.#gateway.receive(frame);
      return true;
    }
    const to = isGroup(bytes) ? null : this.#table.find(destination, now);
    if (to === null) this.watcher?.(from.port.card.key, EVERYBODY, [bytes], offload);
    if (to === null) return this.#toAll(from, frame);
    return to === from || this.#toCard(from, to, frame);
  }

  #refuse(card: SwitchCard): true {
    card.port.dropped();
    return true;
  }

  #toAll(from: SwitchCard, frame: Frame): true {
    this.#flood(from, [frame.bytes], frame.offload);
    if (isGroup(frame.bytes)) this.#gateway.receive(frame);
    return true;
  }

  #toCard(from: SwitchCard, to: SwitchCard, { bytes, offload }: Frame): boolean {
    if (!to.send([bytes], offload)) {
      const until = to.holdsSendersUntil;
      if (until > this.#situation.now()) {
        this.#holdsUntil = Math.min(this.#holdsUntil, until);
        return false;
      }
      to.port.dropped();
    }
    this.watcher?.(from.port.card.key, to.port.card.key, [bytes], offload);
    return true;
  }

  /** To all but who sent it; a card that has no room goes without. */
  #flood(from: SwitchCard | null, pieces: readonly Uint8Array[], offload: Offload): void {
    for (const card of this.#cards) if (card !== from && !card.send(pieces, offload)) card.port.dropped();
  }

  /** For the next frame at the end of a line, and for what was held back. */
  #setTimer(): void {
    let at = this.#holdsUntil;
    const now = this.#situation.now();
    for (const { nextAt } of this.#cards) if (nextAt !== null && nextAt > now) at = Math.min(at, nextAt);
    if (at === Infinity || (this.#timer !== null && this.#timer.at <= at)) return;
    this.#timer?.of.dispose();
    const then = (): void => {
      this.#timer = null;
      this.#situation.wake();
    };
    this.#timer = { at, of: this.#situation.after(Math.max(0, at - now), then) };
  }
}

function isGroup(mac: Uint8Array): boolean {
  return ((mac[0] ?? 0) & 1) !== 0;
}
