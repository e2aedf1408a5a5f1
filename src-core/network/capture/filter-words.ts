import { AppError } from '../../base/errors.ts';

/** What stands in a filter, and where: from 0. */
export interface Word {
  readonly text: string;
  readonly at: number;
}

/** Words of a filter, read one after the other. */
export class FilterWords {
  readonly #words: readonly Word[];
  readonly #end: number;
  #next = 0;

  constructor(filter: string) {
    const found = filter.matchAll(/\(|\)|!|&&|\|\||[^\s()!&|]+|[&|]/g);
    this.#words = Array.from(found, ({ 0: text, index }) => ({ text: text.toLowerCase(), at: index }));
    this.#end = filter.length;
  }

  isAtEnd(): boolean {
    return this.#next === this.#words.length;
  }

  /** The next word, without reading it; empty at the end. */
  get next(): string {
    return this.#words[this.#next]?.text ?? '';
  }

  /** The word after the next one. */
  get afterNext(): string {
    return this.#words[this.#next + 1]?.text ?? '';
  }

  /** Reads the next word. @throws AppError at the end, saying that `what` is missing */
  read(what: string): Word {
    const word = this.#words[this.#next];
    if (word === undefined) throw this.mistake(`${what} is missing at its end`, this.#end);
    this.#next++;
    return word;
  }

  /** Reads the next word if it is one of these. */
  accept(...texts: readonly string[]): string | null {
    if (this.isAtEnd() || !texts.includes(this.next)) return null;
    return this.#words[this.#next++]?.text ?? null;
  }

  /** @param at of the word that is wrong, from 0; the next one where it is left out */
  mistake(because: string, at = this.#words[this.#next]?.at ?? this.#end): AppError {
    return new AppError({
      code: 'invalid-input',
      doing: 'read the filter',
      because: `${because} (character ${at + 1})`,
      hint: 'Write for example "tcp and port 80", "host 10.86.0.2", "net 10.86.0.0/24 and not arp".',
      data: { at },
    });
  }
}
