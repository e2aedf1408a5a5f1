import { settingsSchema } from '../../src-core/contract/service.ts';
import type { Settings } from '../../src-core/contract/service.ts';
import { AppError } from '../../src-core/base/errors.ts';
import type { Files } from '../../src-core/host/files.ts';
import { decodeDocument, encodeDocument } from '../../src-core/host/documents.ts';
import { z } from 'zod';

const SETTINGS_VERSION = 1;
/** An older file does not know all of them. */
const keptSchema = settingsSchema.extend({ quickStart: z.boolean().default(true) });
const fileSchema = z.object({ version: z.literal(SETTINGS_VERSION), settings: keptSchema });
const PRESET: Settings = { debianMirror: null, quickStart: true };

/** `settings.json` of the data directory. */
export class SettingsFile {
  readonly #files: Files;
  readonly #path: string;
  #settings = PRESET;

  constructor(files: Files, path: string) {
    this.#files = files;
    this.#path = path;
  }

  get settings(): Settings {
    return this.#settings;
  }

  /** Settings that cannot be read count as the preset ones; the file stays until something is changed. */
  async open(onProblem: (error: AppError) => void): Promise<void> {
    try {
      const bytes = await this.#files.read(this.#path);
      this.#settings = decodeDocument(fileSchema, SETTINGS_VERSION, 'read the settings', bytes).settings;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code !== 'not-found') onProblem(error);
    }
  }

  /** @throws AppError when they cannot be written; nothing is changed then */
  async change(part: { [Name in keyof Settings]?: Settings[Name] | undefined }): Promise<Settings> {
    const settings = { ...this.#settings };
    if (part.debianMirror !== undefined) settings.debianMirror = part.debianMirror;
    if (part.quickStart !== undefined) settings.quickStart = part.quickStart;
    await this.#files.writeAtomically(this.#path, encodeDocument({ version: SETTINGS_VERSION, settings }));
    this.#settings = settings;
    return settings;
  }
}
