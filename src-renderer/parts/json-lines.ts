import type { z } from 'zod';

/** Cuts a stream of JSON lines, in whatever pieces it comes, into values. A line that is none is passed over. */
export class JsonLines<T> {
  readonly #schema: z.ZodType<T>;
  readonly #decoder = new TextDecoder();
  #rest = '';

  constructor(schema: z.ZodType<T>) {
    this.#schema = schema;
  }

  push(bytes: Uint8Array): readonly T[] {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.#read(line));
  }

  #read(line: string): readonly T[] {
    try {
      const parsed = this.#schema.safeParse(JSON.parse(line));
      return parsed.success ? [parsed.data] : [];
    } catch {
      return [];
    }
  }
}
