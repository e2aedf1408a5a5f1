import type { MmioDevice } from './device.ts';

/** Values of SiFive's test finisher, which Linux drives as `syscon-poweroff` and `syscon-reboot`. */
export const FINISHER = { fail: 0x3333, pass: 0x5555, reset: 0x7777 } as const;

export type Finish =
  { readonly kind: 'powered-off' } | { readonly kind: 'reset' } | { readonly kind: 'failed'; readonly code: number };

/** The register by which a guest ends its run. */
export class TestFinisher implements MmioDevice {
  readonly #finish: (how: Finish) => void;

  constructor(finish: (how: Finish) => void) {
    this.#finish = finish;
  }

  read(): number {
    return 0;
  }

  /** The low half says what, the high half is the exit code of a failure. */
  write(offset: number, _size: number, value: number): void {
    if (offset !== 0) return;
    const what = value & 0xffff;
    if (what === FINISHER.pass) this.#finish({ kind: 'powered-off' });
    else if (what === FINISHER.reset) this.#finish({ kind: 'reset' });
    else if (what === FINISHER.fail) this.#finish({ kind: 'failed', code: value >>> 16 });
  }
}
