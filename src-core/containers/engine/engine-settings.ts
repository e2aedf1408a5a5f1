import { z } from 'zod';
import { AppError } from '../../base/errors.ts';
import { engineSettingsSchema } from '../../contract/containers.ts';
import type { EngineSettings } from '../../contract/containers.ts';
import { decodeDocument, encodeDocument } from '../../host/documents.ts';
import type { Files } from '../../host/files.ts';

const VERSION = 1;
const documentSchema = z.object({ version: z.literal(VERSION), settings: engineSettingsSchema });
const MIB = 1024 * 1024;

/** Of a computer with so much memory. */
export function presetSettings(hostMemoryBytes: number): EngineSettings {
  const nodeMemoryBytes = hostMemoryBytes >= 4096 * MIB ? 1024 * MIB : 512 * MIB;
  return { nodeMemoryBytes, nodeProcessors: 1, mostNodes: 4, idleMs: 60_000 };
}

/** `containers/settings.json`: the engine's own limits. */
export class EngineSettingsFile {
  readonly #files: Files;
  readonly #path: string;
  #settings: EngineSettings;

  constructor(files: Files, path: string, preset: EngineSettings) {
    this.#files = files;
    this.#path = path;
    this.#settings = preset;
  }

  get settings(): EngineSettings {
    return this.#settings;
  }

  /** Settings that cannot be read count as the preset ones; the file stays until something is changed. */
  async open(onProblem: (error: AppError) => void): Promise<void> {
    try {
      const bytes = await this.#files.read(this.#path);
      this.#settings = decodeDocument(documentSchema, VERSION, 'read the settings', bytes, 'settings').settings;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code !== 'not-found') onProblem(error);
    }
  }

  /** @throws AppError when they cannot be written; nothing is changed then */
  async change(part: {
    readonly [Name in keyof EngineSettings]?: EngineSettings[Name] | undefined;
  }): Promise<EngineSettings> {
    const given = Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined));
    const settings = { ...this.#settings, ...given };
    await this.#files.writeAtomically(this.#path, encodeDocument({ version: VERSION, settings }));
    this.#settings = settings;
    return settings;
  }
}
