import { WINDOW_BYTES } from './protocol.ts';

/** What a sender may still send on one channel. */
export class SendCredit {
  #bytes = WINDOW_BYTES;

  get bytes(): number {
    return this.#bytes;
  }

  spend(bytes: number): void {
    this.#bytes -= bytes;
  }

  /** @returns false when the other side gives more than was ever spent: a violation */
  grant(bytes: number): boolean {
    this.#bytes += bytes;
    return this.#bytes <= WINDOW_BYTES;
  }
}

/** What a receiver owes on one channel. Gives back in halves of the window, not for every byte. */
export class ReceiveCredit {
  #underway = 0;
  #consumed = 0;

  /** @returns false when more came than the window allows: a violation */
  received(bytes: number): boolean {
    this.#underway += bytes;
    return this.#underway <= WINDOW_BYTES;
  }

  /** The consumer has taken them. */
  consumed(bytes: number): void {
    this.#consumed += bytes;
  }

  get due(): boolean {
    return this.#consumed >= WINDOW_BYTES / 2;
  }

  /** @returns the bytes to grant now */
  take(): number {
    const bytes = this.#consumed;
    this.#underway -= bytes;
    this.#consumed = 0;
    return bytes;
  }
}

/** A credit frame's payload: u32, little endian. */
export function encodeGrant(bytes: number): Uint8Array {
  const payload = new Uint8Array(4);
  new DataView(payload.buffer).setUint32(0, bytes, true);
  return payload;
}

/** @returns undefined when the payload is none */
export function decodeGrant(payload: Uint8Array): number | undefined {
  if (payload.length !== 4) return undefined;
  return new DataView(payload.buffer, payload.byteOffset, 4).getUint32(0, true);
}
