/**
 * What the threads of one machine's harts share beside the core's memory. The first hart lives in the machine's own
 * thread, together with the devices: the others ask it for them, and stand still when it wants to change anything.
 */

/** What a hart's thread does. */
export const HartPhase = {
  /** It has not begun yet. */
  absent: 0,
  running: 1,
  /** It sleeps: before it runs again, it looks whether it may. */
  asleep: 2,
  /** It stands still because it was told to, or until it is told what becomes of the machine. */
  parked: 3,
  /** The hart cannot go on: RunExit.fatal. */
  fatal: 4,
  /** Its thread has failed: see `failure`. */
  broken: 5,
} as const;
export type HartPhase = (typeof HartPhase)[keyof typeof HartPhase];

/** What all threads shall do. They begin with standing still. */
export const World = { stopped: 0, running: 1, ended: 2 } as const;
export type World = (typeof World)[keyof typeof World];

/** What a hart asks the machine's thread for, by the import of the core. */
export const HartCall = {
  none: 0,
  mmioRead: 1,
  mmioWrite: 2,
  debugConsoleWrite: 3,
  debugConsoleRead: 4,
  systemReset: 5,
} as const;
export type HartCall = (typeof HartCall)[keyof typeof HartCall];

export interface CallOfHart {
  readonly hart: number;
  readonly call: HartCall;
  readonly values: readonly [number, number, number];
}

/** 32-bit words of the machine, then of each hart. */
const WORLD = 0;
const RINGS = 1;
const HARTS = 16;
const HART_WORDS = 16;
const BELL = 0;
const PHASE = 1;
const CALL = 2;
const VALUES = 3;
const RESULT = 6;

/** 64-bit numbers of the machine, then of each hart. */
const CLOCK_TICKS = 0;
const CLOCK_SINCE = 1;
const SHARE = 2;
const PROCESSOR_MS = 8;

const MOST_HARTS = 8;
const WORDS = HARTS + MOST_HARTS * HART_WORDS;
const NUMBERS = PROCESSOR_MS + MOST_HARTS;
/** UTF-16 text of what went wrong in a thread. */
const FAILURE_LENGTH = 500;
const NUMBERS_AT = WORDS * 4;
const FAILURE_AT = NUMBERS_AT + NUMBERS * 8;

export class HartRoom {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;
  readonly #failure: Uint16Array;
  readonly #mainBell: Int32Array;

  /** @param mainBell one word that the machine's thread sleeps on */
  constructor(
    mainBell: SharedArrayBuffer,
    buffer: SharedArrayBuffer = new SharedArrayBuffer(FAILURE_AT + FAILURE_LENGTH * 2),
  ) {
    this.buffer = buffer;
    this.#mainBell = new Int32Array(mainBell);
    this.#words = new Int32Array(buffer, 0, WORDS);
    this.#numbers = new Float64Array(buffer, NUMBERS_AT, NUMBERS);
    this.#failure = new Uint16Array(buffer, FAILURE_AT, FAILURE_LENGTH);
  }

  get mainBellBuffer(): SharedArrayBuffer {
    return this.#mainBell.buffer as SharedArrayBuffer;
  }

  get world(): World {
    return Atomics.load(this.#words, WORLD) as World;
  }

  set world(world: World) {
    Atomics.store(this.#words, WORLD, world);
    Atomics.notify(this.#words, WORLD);
  }

  /** Sleeps as long as the world stays what it was seen to be. */
  awaitWorld(seen: World): void {
    Atomics.wait(this.#words, WORLD, seen);
  }

  phase(hart: number): HartPhase {
    return Atomics.load(this.#words, at(hart, PHASE)) as HartPhase;
  }

  setPhase(hart: number, phase: HartPhase): void {
    Atomics.store(this.#words, at(hart, PHASE), phase);
  }

  /** How often a hart's thread was rung: to be taken before looking for work, and given to `sleep`. */
  bell(hart: number): number {
    return Atomics.load(this.#words, at(hart, BELL));
  }

  /** Wakes a hart's thread, now or as soon as it would sleep. */
  ring(hart: number): void {
    Atomics.add(this.#words, at(hart, BELL), 1);
    Atomics.notify(this.#words, at(hart, BELL));
  }

  sleep(hart: number, seen: number, milliseconds: number): void {
    Atomics.wait(this.#words, at(hart, BELL), seen, milliseconds);
  }

  /** Wakes the machine's thread for a hart. */
  ringMain(): void {
    Atomics.add(this.#words, RINGS, 1);
    Atomics.add(this.#mainBell, 0, 1);
    Atomics.notify(this.#mainBell, 0);
  }

  /** How often harts have rung the machine's thread. */
  get rings(): number {
    return Atomics.load(this.#words, RINGS);
  }

  get mainBell(): number {
    return Atomics.load(this.#mainBell, 0);
  }

  sleepMain(seen: number, milliseconds: number): 'ok' | 'not-equal' | 'timed-out' {
    return Atomics.wait(this.#mainBell, 0, seen, milliseconds);
  }

  /** For a hart's thread: has the machine's thread do something, and waits for it. @returns its answer */
  call(hart: number, call: HartCall, a: number, b: number, c: number, onAsked: () => void): number {
    const words = this.#words;
    [a, b, c].forEach((value, index) => Atomics.store(words, at(hart, VALUES) + index, value | 0));
    Atomics.store(words, at(hart, CALL), call);
    onAsked();
    this.ringMain();
    while (Atomics.load(words, at(hart, CALL)) === call && this.world !== World.ended)
      Atomics.wait(words, at(hart, CALL), call, LONGEST_NAP_MS);
    return Atomics.load(words, at(hart, RESULT));
  }

  /** What a hart waits for; null for nothing. */
  callOf(hart: number): CallOfHart | null {
    const words = this.#words;
    const call = Atomics.load(words, at(hart, CALL)) as HartCall;
    if (call === HartCall.none) return null;
    const value = (index: number): number => Atomics.load(words, at(hart, VALUES) + index);
    return { hart, call, values: [value(0), value(1), value(2)] };
  }

  answer(hart: number, result: number): void {
    Atomics.store(this.#words, at(hart, RESULT), result);
    Atomics.store(this.#words, at(hart, CALL), HartCall.none);
    Atomics.notify(this.#words, at(hart, CALL));
  }

  /** Guest time: `ticks` at the time `sinceNs` of the clock that all threads have. Changed only while they stand still. */
  get clock(): { readonly ticks: number; readonly sinceNs: number } {
    return { ticks: this.#number(CLOCK_TICKS), sinceNs: this.#number(CLOCK_SINCE) };
  }

  setClock(ticks: number, sinceNs: number): void {
    this.#numbers[CLOCK_TICKS] = ticks;
    this.#numbers[CLOCK_SINCE] = sinceNs;
  }

  /** Of one processor of this computer, that each thread may use; 0 for all of it. */
  get share(): number {
    return this.#number(SHARE);
  }

  set share(share: number) {
    this.#numbers[SHARE] = share;
  }

  processorMs(hart: number): number {
    return this.#number(PROCESSOR_MS + hart);
  }

  setProcessorMs(hart: number, milliseconds: number): void {
    this.#numbers[PROCESSOR_MS + hart] = milliseconds;
  }

  get failure(): string {
    return String.fromCharCode(...this.#failure).replace(/\0.*$/s, '');
  }

  set failure(text: string) {
    for (let index = 0; index < FAILURE_LENGTH; index++) this.#failure[index] = text.charCodeAt(index) || 0;
  }

  #number(index: number): number {
    return this.#numbers[index] ?? 0;
  }
}

/** A thread whose machine has ended without a word finds out after so long. */
const LONGEST_NAP_MS = 1000;

function at(hart: number, word: number): number {
  return HARTS + hart * HART_WORDS + word;
}
