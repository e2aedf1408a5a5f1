import { z } from 'zod';
import { countSchema, fromHex, hexBytes, toHex } from '../state/values.ts';

const NEWLINE = 10;
/** Enough for printk's prefixes and the cause; the rest of a longer line is not kept. */
const LINE_BYTES = 400;
/** Guest time, in ticks of 100 ns, for which a guest that has printed its end must do nothing else to be believed. */
const SILENCE_TICKS = 20_000_000;

const PREFIX = /^\s*(?:<\d+>)?(?:\[[^\]]*\]\s*)*/;
const PANIC = 'Kernel panic - not syncing';
const END_MARK = '---[ end Kernel panic - not syncing';

export const panicStateSchema = z.strictObject({
  /** The line that says why, while nothing has shown that the guest lives on. */
  cause: z.string().max(LINE_BYTES).nullable(),
  /** Guest time when the kernel said that it will never go on; null before. */
  endedAt: countSchema.nullable(),
});
export type PanicState = z.infer<typeof panicStateSchema>;

export const panicWatchStateSchema = panicStateSchema.extend({ line: hexBytes(0, LINE_BYTES) });
export type PanicWatchState = z.infer<typeof panicWatchStateSchema>;

/**
 * Notices on the console that a Linux guest has panicked.
 *
 * A kernel with `panic=-1` resets the machine at once; the reset then counts as a failure with the panic's line as
 * its cause. Without it the kernel prints an end mark and spins in the kernel for good. Anyone may print such
 * lines (`cat` of an old log): therefore signs of life, which no panicking kernel gives, take them back. They are
 * user mode, and all harts waiting for interrupts.
 */
export class PanicWatch {
  state: PanicState = { cause: null, endedAt: null };
  readonly #line = new Uint8Array(LINE_BYTES);
  #length = 0;

  reset(): void {
    this.state = { cause: null, endedAt: null };
    this.#length = 0;
  }

  save(): PanicWatchState {
    return { ...this.state, line: toHex(this.#line.subarray(0, this.#length)) };
  }

  restore({ line, ...state }: PanicWatchState): void {
    this.state = state;
    const bytes = fromHex(line);
    this.#line.set(bytes);
    this.#length = bytes.length;
  }

  /** Console output, in pieces of any size. */
  output(bytes: Uint8Array, nowTicks: number): void {
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      this.#append(bytes.subarray(start, end));
      this.#endOfLine(nowTicks);
      start = end + 1;
    }
    this.#append(bytes.subarray(start));
  }

  alive(): void {
    if (this.state.cause === null) return;
    this.state.cause = null;
    this.state.endedAt = null;
  }

  /** Whether anything needs watching: asking a hart for signs of life costs something. */
  get suspicious(): boolean {
    return this.state.cause !== null;
  }

  /** @returns the cause when the guest will not go on by itself, not even with a reset */
  verdict(nowTicks: number): string | null {
    const { cause, endedAt } = this.state;
    return endedAt !== null && nowTicks - endedAt >= SILENCE_TICKS ? cause : null;
  }

  #append(bytes: Uint8Array): void {
    const count = Math.min(bytes.length, LINE_BYTES - this.#length);
    this.#line.set(bytes.subarray(0, count), this.#length);
    this.#length += count;
  }

  #endOfLine(nowTicks: number): void {
    const length = this.#length;
    this.#length = 0;
    // Nearly every line ends here: none of them is turned into text.
    if (length < PANIC.length || !this.#mentionsPanic(length)) return;
    const text = String.fromCharCode(...this.#line.subarray(0, length))
      .replace(PREFIX, '')
      .trimEnd();
    if (text.startsWith(PANIC)) this.state.cause ??= text;
    else if (text.startsWith(END_MARK) && this.state.cause !== null) this.state.endedAt ??= nowTicks;
  }

  /** Looks for the "Ker" of the message. */
  #mentionsPanic(length: number): boolean {
    const line = this.#line;
    for (let at = line.indexOf(0x4b); at >= 0 && at < length; at = line.indexOf(0x4b, at + 1))
      if (line[at + 1] === 0x65 && line[at + 2] === 0x72) return true;
    return false;
  }
}
