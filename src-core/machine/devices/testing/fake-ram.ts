import { MEMORY_MAP } from '../../core-interface.ts';
import { GuestRam } from '../guest-ram.ts';

/** Bytes beside the RAM that nothing may touch. */
const GUARD_BYTES = 65_536;
const GUARD = 0xa5;
const PAGE_BYTES = 4096;

/** RAM between two guards, with a list of what was reported as written. */
export class FakeRam {
  readonly ram: GuestRam;
  readonly reported: { readonly offset: number; readonly bytes: number }[] = [];
  /** Numbers of pages from the start of RAM that a test says were never written. */
  readonly untouched = new Set<number>();
  readonly #buffer: Uint8Array;
  #next: number = MEMORY_MAP.ram.base;

  constructor(sizeBytes = 1 << 20) {
    this.#buffer = new Uint8Array(sizeBytes + 2 * GUARD_BYTES).fill(GUARD);
    this.#buffer.fill(0, GUARD_BYTES, GUARD_BYTES + sizeBytes);
    this.ram = new GuestRam(this.#buffer.buffer, GUARD_BYTES, sizeBytes, {
      written: (offset, bytes) => void this.reported.push({ offset, bytes }),
      isUntouched: (offset) => this.untouched.has(Math.floor(offset / PAGE_BYTES)),
    });
  }

  get guardsIntact(): boolean {
    const before = this.#buffer.subarray(0, GUARD_BYTES);
    const after = this.#buffer.subarray(-GUARD_BYTES);
    return before.every((byte) => byte === GUARD) && after.every((byte) => byte === GUARD);
  }

  /** The next free piece of RAM: a guest physical address. */
  allocate(bytes: number, alignment = 16): number {
    const at = Math.ceil(this.#next / alignment) * alignment;
    this.#next = at + bytes;
    if (this.#next > this.ram.end) throw new RangeError('the test asks for more RAM than there is');
    return at;
  }

  freeAll(): void {
    this.#next = MEMORY_MAP.ram.base;
  }
}
