import { z } from 'zod';
import { fromHex, hexBytes, toHex } from '../state/values.ts';
import { truncate, type InterruptLine, type MmioDevice } from './device.ts';

export const GENERATION_ID_BYTES = 16;

export const generationIdStateSchema = z.strictObject({
  id: hexBytes(GENERATION_ID_BYTES, GENERATION_ID_BYTES),
  /** The guest was told of another number and has not read it yet. */
  changed: z.boolean(),
});
export type GenerationIdState = z.infer<typeof generationIdStateSchema>;

/**
 * "Virtual Machine Generation ID" as the device tree binding microsoft,vmgenid has it: a number that changes when a guest
 * goes on from a moment that it may have gone on from before. A kernel that is told mixes the number into its random
 * generator before anything else is drawn from it, so that two copies of a guest never share a secret.
 */
export class GenerationId implements MmioDevice {
  readonly #line: InterruptLine;
  #id = new Uint8Array(GENERATION_ID_BYTES);
  #changed = false;

  constructor(line: InterruptLine) {
    this.#line = line;
  }

  /** Power-on: what was not read is forgotten. @param id 16 random bytes */
  reset(id: Uint8Array): void {
    this.#id = Uint8Array.from(id);
    this.#setChanged(false);
  }

  /** The guest becomes another one: tells it. @param id 16 random bytes */
  renew(id: Uint8Array): void {
    this.#id = Uint8Array.from(id);
    this.#setChanged(true);
  }

  /** The binding has an edge-triggered interrupt and no way to acknowledge it; here the number's last byte does. */
  read(offset: number, size: number): number {
    let value = 0;
    for (let byte = size - 1; byte >= 0; byte--) value = value * 256 + (this.#id[offset + byte] ?? 0);
    if (offset + size === GENERATION_ID_BYTES) this.#setChanged(false);
    return truncate(value, size);
  }

  write(): void {
    // It can only be read.
  }

  save(): GenerationIdState {
    return { id: toHex(this.#id), changed: this.#changed };
  }

  restore({ id, changed }: GenerationIdState): void {
    this.#id = Uint8Array.from(fromHex(id));
    this.#setChanged(changed);
  }

  #setChanged(changed: boolean): void {
    this.#changed = changed;
    this.#line(changed);
  }
}
