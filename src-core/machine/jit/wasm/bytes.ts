/** A growing run of bytes, with the number formats of WebAssembly: "Binary Format", Values. */
export class Bytes {
  #bytes = new Uint8Array(1024);
  length = 0;

  byte(value: number): void {
    if (this.length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.length++] = value;
  }

  /** An opcode, or several bytes of one. */
  code(...bytes: readonly number[]): void {
    for (const byte of bytes) this.byte(byte);
  }

  /** LEB128 of a whole number from 0 to 2^32 - 1. */
  unsigned(value: number): void {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** Signed LEB128 of a whole number that a double holds exactly. */
  signed(value: number): void {
    let rest = value;
    // Nearly all fit 32 bits, for which there are instructions.
    for (; rest === (rest | 0); rest >>= 7) {
      if (rest >= -64 && rest < 64) {
        this.byte(rest & 0x7f);
        return;
      }
      this.byte((rest & 0x7f) | 0x80);
    }
    for (;;) {
      const low = ((rest % 128) + 128) % 128;
      rest = Math.floor(rest / 128);
      const last = (rest === 0 && low < 64) || (rest === -1 && low >= 64);
      this.byte(last ? low : low | 0x80);
      if (last) return;
    }
  }

  name(text: string): void {
    this.unsigned(text.length);
    for (let at = 0; at < text.length; at++) this.byte(text.charCodeAt(at));
  }

  append({ contents }: Bytes): void {
    this.#grow(contents.length);
    this.#bytes.set(contents, this.length);
    this.length += contents.length;
  }

  /** A section or a function body: its length comes before it. */
  sized(contents: Bytes): void {
    this.unsigned(contents.length);
    this.append(contents);
  }

  get contents(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length);
  }

  #grow(by: number): void {
    if (this.length + by <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.length + by));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
