import type { ExitCount } from '../../src-core/machine/board/bus.ts';

export interface BootOptions {
  readonly kernel: string | undefined;
  readonly initrd: string | undefined;
  readonly firmware: string | undefined;
  readonly disks: readonly string[];
  readonly commandLine: string;
  /** Text on the console that ends the run. */
  readonly until: string | undefined;
  readonly memoryBytes: number;
  readonly harts: number;
  /** File of the core module. */
  readonly core: string;
  readonly mostSeconds: number;
  readonly interactive: boolean;
  /** Whether the guest's output is kept from the terminal. */
  readonly quiet: boolean;
}

export interface BootResult {
  /** Whether the text appeared; without one, whether the guest ended by itself. */
  readonly reached: boolean;
  readonly how: string;
  readonly wallSeconds: number;
  readonly processorSeconds: number;
  /** Unknown for QEMU. */
  readonly instructions: number | null;
  readonly exits: readonly ExitCount[];
}

export function printResult(who: string, result: BootResult): void {
  const { how, wallSeconds, processorSeconds, instructions } = result;
  const figures = [`${processorSeconds.toFixed(2)} s of processor`, `${wallSeconds.toFixed(2)} s of time`];
  if (instructions !== null) {
    figures.push(`${(instructions / 1e6).toFixed(1)} M guest instructions`);
    figures.push(`${(instructions / 1e6 / processorSeconds).toFixed(1)} MIPS`);
  }
  console.log(`\n${who}: ${how}: ${figures.join(', ')}`);
}

/** Watches a stream of bytes for a text, which may be cut anywhere. */
export class Marker {
  readonly #text: string;
  #tail = '';
  seen = false;

  constructor(text: string | undefined) {
    this.#text = text ?? '';
  }

  push(bytes: Uint8Array): void {
    if (this.#text === '' || this.seen) return;
    const text = this.#tail + Buffer.from(bytes).toString('latin1');
    this.seen = text.includes(this.#text);
    this.#tail = text.slice(-this.#text.length);
  }
}
