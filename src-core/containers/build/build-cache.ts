import { z } from 'zod';
import { AppError } from '../../base/errors.ts';
import { decodeDocument, encodeDocument } from '../../host/documents.ts';
import type { Files } from '../../host/files.ts';
import type { Hasher } from '../../images/workshop.ts';

const VERSION = 1;
const MOST_ENTRIES = 2000;

const cacheSchema = z.object({
  version: z.literal(VERSION),
  /** Oldest first: what goes into a step, by its digest, and the layer that came out of it. */
  steps: z.array(z.tuple([z.string(), z.string()])),
});

/** Which layer a step made, by everything that it depends on. Losing it costs time, nothing else. */
export class BuildCache {
  readonly #files: Files;
  readonly #path: string;
  readonly #sha256: () => Hasher;
  #steps: Map<string, string> | undefined;

  constructor(files: Files, path: string, sha256: () => Hasher) {
    this.#files = files;
    this.#path = path;
    this.#sha256 = sha256;
  }

  /** @param inputs everything that the step depends on, as JSON */
  keyOf(inputs: unknown): string {
    const hasher = this.#sha256();
    hasher.update(new TextEncoder().encode(JSON.stringify(inputs)));
    return hasher.digest();
  }

  /** @returns the diff id of the layer; undefined for a step that was not done yet */
  async find(key: string): Promise<string | undefined> {
    return (await this.#load()).get(key);
  }

  async keep(key: string, diffId: string): Promise<void> {
    const steps = await this.#load();
    steps.delete(key);
    steps.set(key, diffId);
    for (const oldest of steps.keys()) {
      if (steps.size <= MOST_ENTRIES) break;
      steps.delete(oldest);
    }
    await this.#files.writeAtomically(this.#path, encodeDocument({ version: VERSION, steps: [...steps] }));
  }

  /** Of layers that steps made: they are kept from being garbage while they may be of use again. */
  async layers(): Promise<readonly string[]> {
    return [...new Set((await this.#load()).values())];
  }

  async #load(): Promise<Map<string, string>> {
    this.#steps ??= await this.#read();
    return this.#steps;
  }

  async #read(): Promise<Map<string, string>> {
    try {
      const bytes = await this.#files.read(this.#path);
      return new Map(decodeDocument(cacheSchema, VERSION, 'read the build cache', bytes, 'build cache').steps);
    } catch (error) {
      if (error instanceof AppError) return new Map();
      throw error;
    }
  }
}
