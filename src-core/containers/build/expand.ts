/** Words in which variables are replaced, as Docker's builder does: $NAME, ${NAME}, ${NAME:-word}, ${NAME:+word} and their like without ":". */

export type Lookup = (name: string) => string | undefined;

/** A reference to a variable that cannot be read. */
export class BadSubstitution extends Error {
  override readonly name = 'BadSubstitution';
}

/** Replaces variables and takes quotes and escapes away. @throws BadSubstitution */
export function expandWord(word: string, lookup: Lookup, escape: string): string {
  return new Expansion(word, lookup, escape).all();
}

/** Replaces variables only: quotes and escapes of anything but "$" stay, as in a file's content. @throws BadSubstitution */
export function expandContent(text: string, lookup: Lookup, escape: string): string {
  return new Expansion(text, lookup, escape, true).all();
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*|^\d/;

class Expansion {
  readonly #text: string;
  readonly #lookup: Lookup;
  readonly #escape: string;
  readonly #isContent: boolean;
  #at = 0;

  constructor(text: string, lookup: Lookup, escape: string, isContent = false) {
    this.#text = text;
    this.#lookup = lookup;
    this.#escape = escape;
    this.#isContent = isContent;
  }

  all(): string {
    return this.#until('');
  }

  /** @param end one letter that ends it and is taken; '' for the end of the text */
  #until(end: string): string {
    let result = '';
    let quote = '';
    for (;;) {
      const letter = this.#text.charAt(this.#at);
      if (letter === '') {
        if (end !== '') throw new BadSubstitution(`"${end}" is missing`);
        return result;
      }
      this.#at++;
      if (letter === end && quote === '') return result;
      if (quote === "'") {
        if (letter === "'") quote = '';
        else result += letter;
      } else if (letter === this.#escape) {
        result += this.#escaped(quote);
      } else if (!this.#isContent && (letter === '"' || (letter === "'" && quote === ''))) {
        quote = quote === '' ? letter : '';
      } else {
        result += letter === '$' ? this.#variable() : letter;
      }
    }
  }

  #escaped(quote: string): string {
    const next = this.#text.charAt(this.#at);
    if (next !== '') this.#at++;
    const isTaken = this.#isContent
      ? next === '$'
      : quote === '' || next === '"' || next === '$' || next === this.#escape;
    return isTaken ? next : this.#escape + next;
  }

  #variable(): string {
    const rest = this.#text.slice(this.#at);
    const isBraced = rest.startsWith('{');
    const name = NAME.exec(isBraced ? rest.slice(1) : rest)?.[0];
    if (name === undefined) {
      if (isBraced) throw new BadSubstitution('"${" is not followed by a name');
      return '$';
    }
    this.#at += name.length + (isBraced ? 1 : 0);
    return isBraced ? this.#braced(name) : (this.#lookup(name) ?? '');
  }

  #braced(name: string): string {
    const value = this.#lookup(name);
    const [operator = ''] = /^(?::?[-+?]|\})/.exec(this.#text.slice(this.#at)) ?? [];
    this.#at += operator.length;
    if (operator === '}') return value ?? '';
    const word = operator === '' ? '' : this.#until('}');
    const isSet = value !== undefined && (!operator.startsWith(':') || value !== '');
    switch (operator.at(-1)) {
      case '-':
        return isSet ? value : word;
      case '+':
        return isSet ? word : '';
      case '?':
        if (isSet) return value;
        throw new BadSubstitution(`${name} is not set${word === '' ? '' : `: ${word}`}`);
      default:
        throw new BadSubstitution(`"\${${name}" is not ended`);
    }
  }
}
