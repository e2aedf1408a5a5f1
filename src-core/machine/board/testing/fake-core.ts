import { MAX_HARTS, RunExit, type CoreExports, type CoreImports } from '../../core-interface.ts';
import type { BoardHost } from '../board.ts';

const RESERVED = 65_536;

/** What a hart does in its next slice: touches devices, and ends with a RunExit. */
export type Step = (imports: CoreImports['host']) => number;

/** A core that runs a script, so that the board around it can be tested without a guest. */
export class FakeCore implements BoardHost {
  readonly steps: Step[] = [];
  readonly started: { hart: number; pc: bigint; a0: bigint; a1: bigint; a2: bigint }[] = [];
  readonly lines = new Map<number, number>();
  #buffer = new ArrayBuffer(RESERVED);
  ns = 0;
  sbi = -1;
  mode = 1;
  pending = 0;
  timer = Infinity;
  interruptsEnabled = 0x222n;
  imports: CoreImports['host'] | undefined;

  monotonicNs(): number {
    return this.ns;
  }

  get memory(): Uint8Array {
    return new Uint8Array(this.#buffer);
  }

  instantiate(imports: CoreImports['host']) {
    this.imports = imports;
    const buffer = () => this.#buffer;
    const memory = {
      get buffer() {
        return buffer();
      },
      grow: (pages: number) => this.#grow(pages),
    };
    return { exports: this.#exports(), memory };
  }

  #grow(pages: number): number {
    const before = this.#buffer.byteLength;
    this.#buffer = new ArrayBuffer(before + pages * 65_536);
    return before / 65_536;
  }

  #exports(): CoreExports {
    return {
      initialize: (_ramBytes, harts, sbi) => {
        if (harts > MAX_HARTS) throw new RangeError('too many harts');
        this.sbi = sbi;
        this.started.length = 0;
      },
      stateRestored: () => undefined,
      ramAddress: () => RESERVED,
      reservedBytes: () => RESERVED,
      startHart: (hart, pc, a0, a1, a2) => this.started.push({ hart, pc, a0, a1, a2 }),
      run: () => {
        const step = this.steps.shift();
        return step && this.imports ? step(this.imports) : RunExit.budget;
      },
      deadline: () => this.timer,
      interruptPending: () => this.pending,
      isStarted: () => 1,
      summon: () => undefined,
      takeSummons: () => 0,
      leaveGuest: () => undefined,
      enterGuest: () => undefined,
      setInterruptLine: (source, level) => this.lines.set(source, level),
      ramWritten: () => undefined,
      writtenPages: () => 0,
      forgetWritten: () => undefined,
      readRegister: () => 0x8000_0000n,
      writeRegister: () => undefined,
      readCsr: () => this.interruptsEnabled,
      writeCsr: () => undefined,
      privilege: () => this.mode,
      retired: () => 1000n,
      fatalCause: () => 2,
    };
  }
}
