import type { LogLine } from '../../../contract/containers.ts';

/** A longer line is kept in pieces: nobody's memory is a guest's to fill. */
const LONGEST_LINE = 16 * 1024;

/** Makes lines of what a process prints on one of its outputs; each has the time of its first byte. */
export class LineSplitter {
  readonly #stream: LogLine['stream'];
  readonly #decoder = new TextDecoder();
  #text = '';
  #since = 0;

  constructor(stream: LogLine['stream']) {
    this.#stream = stream;
  }

  /** @returns the lines that are whole now */
  take(bytes: Uint8Array, now: number): LogLine[] {
    return this.#split(this.#decoder.decode(bytes, { stream: true }), now);
  }

  /** Nothing more comes: what is left is a line. */
  end(now: number): LogLine[] {
    const lines = this.#split(this.#decoder.decode(), now);
    if (this.#text !== '') lines.push(this.#line(this.#text));
    this.#text = '';
    return lines;
  }

  #split(text: string, now: number): LogLine[] {
    const lines: LogLine[] = [];
    let from = 0;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
      this.#add(text.slice(from, at), now, lines);
      lines.push(this.#line(this.#text));
      this.#text = '';
      from = at + 1;
    }
    if (from < text.length) this.#add(text.slice(from), now, lines);
    return lines;
  }

  #add(text: string, now: number, lines: LogLine[]): void {
    if (this.#text === '') this.#since = now;
    this.#text += text;
    while (this.#text.length > LONGEST_LINE) {
      lines.push({ ...this.#line(this.#text.slice(0, LONGEST_LINE)), goesOn: true });
      this.#text = this.#text.slice(LONGEST_LINE);
      this.#since = now;
    }
  }

  #line(text: string): LogLine {
    // Of a terminal, lines end with CR LF.
    return { at: this.#since, stream: this.#stream, text: text.endsWith('\r') ? text.slice(0, -1) : text };
  }
}
