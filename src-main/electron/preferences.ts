import Store from 'electron-store';
import { z } from 'zod';
import { Emitter } from '../../src-core/base/emitter.ts';
import { changedPreferences, type Preferences, preferencesSchema } from '../../src-core/contract/desktop.ts';

const boundsSchema = z.object({
  x: z.number().int().optional(),
  y: z.number().int().optional(),
  width: z.number().int().min(200).max(20_000),
  height: z.number().int().min(200).max(20_000),
});
const windowStateSchema = z.object({ bounds: boundsSchema, maximized: z.boolean() });
export type WindowState = z.infer<typeof windowStateSchema>;

const USUAL_WINDOW: WindowState = { bounds: { width: 1280, height: 800 }, maximized: false };

/** Preferences and the window's place: one small file that a person can read. Machines are not in it. */
export class PreferenceStore {
  readonly #changed = new Emitter<Preferences>();
  readonly #store = new Store<Record<string, unknown>>({ name: 'preferences', clearInvalidConfig: true });

  /** What is not there, or is not what it should be, has its default. */
  get preferences(): Preferences {
    const stored = preferencesSchema.safeParse(this.#store.get('preferences', {}));
    return stored.success ? stored.data : preferencesSchema.parse({});
  }

  /** @throws ZodError when the change is not one */
  change(change: unknown): Preferences {
    const changed = changedPreferences(this.preferences, change);
    this.#store.set('preferences', changed);
    this.#changed.fire(changed);
    return changed;
  }

  /** Whoever changed them: the page, or a "Do not ask again". */
  onChange(listener: (preferences: Preferences) => void): void {
    this.#changed.on(listener);
  }

  get window(): WindowState {
    const stored = windowStateSchema.safeParse(this.#store.get('window'));
    return stored.success ? stored.data : USUAL_WINDOW;
  }

  set window(state: WindowState) {
    this.#store.set('window', state);
  }
}
