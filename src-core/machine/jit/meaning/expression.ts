/** A value of the instruction table's language, as a tree. Numbers without a type take that of what they stand beside. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'operand'; readonly name: string }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'cast'; readonly type: string; readonly of: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'choice'; readonly condition: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly given: readonly Expression[] };

const TOKEN = /\s*(0x[0-9a-f]+|\d+|[A-Za-z_]\w*(?:\.(?:s|d|bits))?|<<|>>|<=|>=|==|!=|[-+*&|^~?:(),<>])/y;

/** Operators from the loosest to the tightest, as in C. */
const LEVELS: readonly (readonly string[])[] = [
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*'],
];
const TYPES = /^[iu](32|64)$/;

class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    const tokens: string[] = [];
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const token = TOKEN.exec(text)?.[1];
      if (token === undefined) throw new Error(`cannot read "${text}"`);
      tokens.push(token);
    }
    this.#tokens = tokens;
  }

  get done(): boolean {
    return this.#at === this.#tokens.length;
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw new Error(`"${token}" is missing before "${this.#tokens[this.#at] ?? 'the end'}"`);
  }

  expression(): Expression {
    const condition = this.#binary(0);
    if (!this.#take('?')) return condition;
    const yes = this.expression();
    this.#expect(':');
    return { kind: 'choice', condition, yes, no: this.expression() };
  }

  #binary(level: number): Expression {
    const operators = LEVELS[level];
    if (!operators) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const operator = operators.find((each) => this.#take(each));
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: this.#binary(level + 1) };
    }
  }

  #unary(): Expression {
    if (this.#take('~')) return { kind: 'not', of: this.#unary() };
    if (this.#take('<')) {
      const type = this.#next();
      this.#expect('>');
      return { kind: 'cast', type, of: this.#unary() };
    }
    if (this.#take('(')) {
      const inner = this.expression();
      this.#expect(')');
      return inner;
    }
    const token = this.#next();
    if (/^\d/.test(token)) return { kind: 'number', value: Number(token) };
    return this.#named(token);
  }

  /** An operand, or a call; `rotl<u64>(…)` is called `rotl_u64`. */
  #named(name: string): Expression {
    let called = name;
    if (this.#tokens[this.#at] === '<' && TYPES.test(this.#tokens[this.#at + 1] ?? '') && name.startsWith('rot')) {
      called = `${name}_${this.#tokens[this.#at + 1] ?? ''}`;
      this.#at += 3;
    }
    if (!this.#take('(')) return { kind: 'operand', name };
    const given: Expression[] = [];
    do given.push(this.expression());
    while (this.#take(','));
    this.#expect(')');
    return { kind: 'call', name: called, given };
  }

  #next(): string {
    return this.#tokens[this.#at++] ?? '';
  }
}

/** Reads an expression of the instruction table. @throws for what is none: the table is wrong */
export function parseExpression(text: string): Expression {
  const reader = new Reader(text);
  const result = reader.expression();
  if (!reader.done) throw new Error(`cannot read all of "${text}"`);
  return result;
}
