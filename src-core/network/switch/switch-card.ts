import { inOnePiece } from '../../base/join-bytes.ts';
import type { Frame, Offload } from '../../host/frame-port.ts';
import { COMPLETE } from '../../host/frame-port.ts';
import type { LinkConditions, SwitchPort } from '../network-runner.ts';
import { countsFrames, isPerfect, Line } from './conditions.ts';
import type { LineSituation } from './conditions.ts';
import { finished, needsOf, soundFrame } from './offload.ts';

/**
 * So long a frame for a guest that has no room is left with its sender, which slows down instead of losing it. A guest that
 * makes no room for longer has stopped: what is for it is dropped, so that its senders can go on with others.
 */
export const HOLD_MS = 5;

/** That are put onto a line before others have their turn. */
const FRAMES_OF_A_TURN = 256;

/** A card's cable at the switch, with the lines between both where they are not perfect. */
export class SwitchCard {
  readonly port: SwitchPort;
  /** Of the deficit round-robin: what it may still send in this turn. */
  credit = 0;
  #conditions: LinkConditions | null = null;
  #toCard: Line | null = null;
  #fromCard: Line | null = null;
  readonly #situation: LineSituation;
  /** The rest of a frame that was cut, when the ring was full before all of it was there. */
  #rest: readonly Uint8Array[] = [];
  #fullSince: number | null = null;

  constructor(port: SwitchPort, situation: LineSituation) {
    this.port = port;
    this.#situation = situation;
  }

  change(conditions: LinkConditions): void {
    const wanted = isPerfect(conditions) ? null : conditions;
    this.#conditions = wanted;
    this.#toCard?.change(conditions);
    this.#fromCard?.change(conditions);
    if (wanted === null) return;
    this.#toCard ??= new Line(this.#situation, wanted);
    this.#fromCard ??= new Line(this.#situation, wanted);
  }

  /** Sends a frame to the card. @returns false when there is no room now: nothing was sent */
  send(pieces: readonly Uint8Array[], offload: Offload): boolean {
    if (this.#toCard === null) return this.#output(pieces, offload);
    this.#onto(this.#toCard, pieces, offload);
    return true;
  }

  /** Until when a frame for which there was no room now may wait with its sender. */
  get holdsSendersUntil(): number {
    this.#fullSince ??= this.#situation.now();
    return this.#fullSince + HOLD_MS;
  }

  /** The next frame from the card. It stays the next until `take`. */
  peek(): Frame | null {
    if (this.#fromCard === null) return this.port.peek();
    return this.#fromCard.peek();
  }

  take(): void {
    if (this.#fromCard === null) this.port.take();
    else this.#fromCard.take();
    this.#letGoOfLines();
  }

  /**
   * Puts onto the lines what waits before them, and delivers what has come to their end.
   * @returns whether more waits before them
   */
  advance(): boolean {
    this.#drain();
    const [from, to] = [this.#fromCard, this.#toCard];
    const isMore = from !== null && this.#conditions !== null && this.#takeIn(from);
    for (let frame = to?.peek(); to && frame; frame = to.peek()) {
      if (!this.#output([frame.bytes], frame.offload)) break;
      to.take();
    }
    this.#letGoOfLines();
    return isMore;
  }

  /** When the next frame comes to the end of a line; null when none is under way. */
  get nextAt(): number | null {
    const [to, from] = [this.#toCard?.nextAt ?? null, this.#fromCard?.nextAt ?? null];
    return to === null || from === null ? (to ?? from) : Math.min(to, from);
  }

  /** Perfect again: once the last frame on them has arrived, the others need no line. */
  #letGoOfLines(): void {
    if (this.#conditions !== null) return;
    if (this.#toCard?.nextAt === null) this.#toCard = null;
    if (this.#fromCard?.nextAt === null) this.#fromCard = null;
  }

  #takeIn(line: Line): boolean {
    for (let count = 0; count < FRAMES_OF_A_TURN; count++) {
      const frame = this.port.peek();
      if (frame === null) return false;
      const sound = soundFrame(frame);
      if (sound === null) this.port.dropped();
      else this.#onto(line, [sound.bytes], sound.offload);
      this.port.take();
    }
    return true;
  }

  #onto(line: Line, pieces: readonly Uint8Array[], offload: Offload): void {
    if (this.#conditions === null || !countsFrames(this.#conditions) || needsOf(offload) === 0) {
      if (!line.put(pieces, offload)) this.port.dropped();
      return;
    }
    for (const frame of finished(inOnePiece(pieces), offload)) if (!line.put([frame], COMPLETE)) this.port.dropped();
  }

  #output(pieces: readonly Uint8Array[], offload: Offload): boolean {
    if (!this.#drain()) return false;
    const needs = needsOf(offload);
    if ((needs & ~this.port.peerCan) === 0) {
      const isSent = this.port.send(pieces, offload);
      if (isSent) this.#fullSince = null;
      return isSent;
    }
    const frames = finished(inOnePiece(pieces), offload);
    this.#rest = frames;
    this.#drain();
    if (this.#rest.length < frames.length || frames.length === 0) return true;
    this.#rest = [];
    return false;
  }

  #drain(): boolean {
    const { port } = this;
    const refused = this.#rest.findIndex((frame) => !port.send([frame], COMPLETE));
    if (refused !== 0 && this.#rest.length > 0) this.#fullSince = null;
    this.#rest = refused < 0 ? [] : this.#rest.slice(refused);
    return refused < 0;
  }
}
