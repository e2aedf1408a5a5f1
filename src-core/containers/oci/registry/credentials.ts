import { z } from 'zod';
import { AppError } from '../../../base/errors.ts';
import { Turns } from '../../../base/turns.ts';
import { decodeDocument, encodeDocument } from '../../../host/documents.ts';
import type { SecretFile } from '../outside.ts';

const VERSION = 1;
const loginSchema = z.object({ registry: z.string(), user: z.string(), password: z.string() });
const documentSchema = z.object({ version: z.literal(VERSION), logins: z.array(loginSchema) });

/** Who somebody is at a registry. */
export type Login = z.infer<typeof loginSchema>;

/** Logins, kept in a file that only this person can read. */
export class Credentials {
  readonly #file: SecretFile;
  readonly #turns = new Turns();
  #logins: readonly Login[] = [];

  constructor(file: SecretFile) {
    this.#file = file;
  }

  /** One that is damaged counts as none: everybody can log in again. */
  async open(): Promise<void> {
    const bytes = await this.#file.read();
    if (bytes === undefined) return;
    try {
      this.#logins = decodeDocument(documentSchema, VERSION, 'read the logins', bytes, 'file').logins;
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'corrupt')) throw error;
    }
  }

  list(): readonly Login[] {
    return this.#logins;
  }

  get(registry: string): Login | undefined {
    return this.#logins.find((login) => login.registry === registry);
  }

  put(login: Login): Promise<void> {
    return this.#change((logins) => [...logins.filter(({ registry }) => registry !== login.registry), login]);
  }

  remove(registry: string): Promise<void> {
    return this.#change((logins) => logins.filter((login) => login.registry !== registry));
  }

  #change(change: (logins: readonly Login[]) => readonly Login[]): Promise<void> {
    return this.#turns.take(async () => {
      const logins = change(this.#logins);
      await this.#file.write(encodeDocument({ version: VERSION, logins }));
      this.#logins = logins;
    });
  }
}
