import { BugError } from '../../base/errors.ts';
import type { ClockBeginning } from '../board/clock.ts';
import { MIE, type CoreExports } from '../core-interface.ts';
import { HartPhase, World, type CallOfHart, type HartRoom } from './hart-room.ts';

/** Until who waits for harts to stand still looks again, whether it was rung or not. */
const LOOK_AGAIN_MS = 100;
/** A hart stands still after 4,096 instructions, however busy this computer is: one that takes so long has died. */
const MOST_LOOKS = 600;

/** What the harts' threads came to that concerns the machine. */
export type HartTrouble =
  { readonly kind: 'fatal'; readonly hart: number } | { readonly kind: 'broken'; readonly because: string };

/** The harts beside the first, each in a thread of its own, as the machine's thread sees them. */
export class OtherHarts {
  readonly room: HartRoom;
  readonly #core: CoreExports;
  readonly #harts: number;
  readonly #carryOut: (call: CallOfHart) => number;
  #seenRings = 0;

  /** @param carryOut what a hart asks for, with the devices of the machine */
  constructor(room: HartRoom, core: CoreExports, harts: number, carryOut: (call: CallOfHart) => number) {
    this.room = room;
    this.#core = core;
    this.#harts = harts;
    this.#carryOut = carryOut;
  }

  wake(hart: number): void {
    this.room.ring(hart);
  }

  /** Answers what harts wait for, while the first one is not let run. */
  serve(): void {
    for (let hart = 1; hart < this.#harts; hart++) {
      const call = this.room.callOf(hart);
      if (call) this.room.answer(hart, this.#carryOut(call));
    }
  }

  /** Whether a hart has called or ended since the last time that it was asked. */
  get wantsSomething(): boolean {
    return this.#core.takeSummons(0) !== 0 || this.room.rings !== this.#seenRings;
  }

  /** Does what harts want. @returns what the machine ends of */
  attend(): HartTrouble | null {
    this.#core.takeSummons(0);
    this.#seenRings = this.room.rings;
    this.serve();
    return this.#trouble();
  }

  /** Comes back when no hart of another thread executes anything; then they stay so until `resume`. */
  stop(): void {
    if (this.room.world === World.stopped && this.#stands) return;
    this.room.world = World.stopped;
    for (let hart = 1; hart < this.#harts; hart++) this.#core.summon(hart);
    let left = MOST_LOOKS;
    for (;;) {
      const bell = this.room.mainBell;
      this.serve();
      if (this.#stands) return;
      if (this.room.sleepMain(bell, LOOK_AGAIN_MS) === 'timed-out' && --left === 0)
        throw new BugError('the thread of a processor does not answer');
    }
  }

  /** They go on where they stood still. @param clock of the guest, which runs by now */
  resume({ ticks, sinceNs }: ClockBeginning): void {
    if (this.room.world === World.running) return;
    this.room.setClock(ticks, sinceNs);
    this.room.world = World.running;
    for (let hart = 1; hart < this.#harts; hart++) this.room.ring(hart);
  }

  /** The threads end by themselves, having finished what they were at. */
  end(): void {
    this.stop();
    this.room.world = World.ended;
    for (let hart = 1; hart < this.#harts; hart++) this.room.ring(hart);
  }

  get #stands(): boolean {
    return this.#all((hart) => this.room.phase(hart) !== HartPhase.running);
  }

  /** Whether all of them wait for something. */
  get asleep(): boolean {
    return this.#all((hart) => this.room.phase(hart) === HartPhase.asleep);
  }

  /** Whether all of them sleep, with nothing enabled that could wake them. */
  get halted(): boolean {
    const core = this.#core;
    return this.#all(
      (hart) =>
        this.room.phase(hart) === HartPhase.asleep &&
        (core.isStarted(hart) === 0 || core.readCsr(hart, MIE) === 0n) &&
        core.interruptPending(hart) === 0,
    );
  }

  /** @param share of one processor of this computer that each of their threads may use; null for no limit */
  limit(share: number | null): void {
    this.room.share = share ?? 0;
    for (let hart = 1; hart < this.#harts; hart++) this.room.ring(hart);
  }

  /** Of all of them together, in milliseconds. */
  get processorMs(): number {
    let sum = 0;
    for (let hart = 1; hart < this.#harts; hart++) sum += this.room.processorMs(hart);
    return sum;
  }

  #trouble(): HartTrouble | null {
    for (let hart = 1; hart < this.#harts; hart++) {
      const phase = this.room.phase(hart);
      if (phase === HartPhase.fatal) return { kind: 'fatal', hart };
      if (phase === HartPhase.broken) return { kind: 'broken', because: this.room.failure };
    }
    return null;
  }

  #all(is: (hart: number) => boolean): boolean {
    for (let hart = 1; hart < this.#harts; hart++) if (!is(hart)) return false;
    return true;
  }
}
