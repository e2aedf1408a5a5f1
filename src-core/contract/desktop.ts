import { z } from 'zod';

/**
 * What the window asks of the desktop app around it: preferences, a file picker, a link to open. The service knows
 * nothing of it; in a browser the page answers the same questions in its own way.
 */

export const preferencesSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  /** Height of a terminal's letters, in CSS pixels. */
  terminalFontSize: z.number().int().min(8).max(28).default(13),
  /** Terminals tell a screen reader what they show; that costs them speed. */
  terminalScreenReader: z.boolean().default(false),
  /** What quitting does while guests run. */
  quitWithGuests: z.enum(['ask', 'suspend', 'shut-down', 'tray']).default('ask'),
  /** Ask before a link of a guest or of the app is opened in the browser. */
  confirmLinks: z.boolean().default(true),
});
export type Preferences = z.infer<typeof preferencesSchema>;

/** Only what is given changes; defaults do not fill in what is not. */
export const preferencesChangeSchema = z
  .object({
    theme: preferencesSchema.shape.theme.unwrap(),
    terminalFontSize: preferencesSchema.shape.terminalFontSize.unwrap(),
    terminalScreenReader: preferencesSchema.shape.terminalScreenReader.unwrap(),
    quitWithGuests: preferencesSchema.shape.quitWithGuests.unwrap(),
    confirmLinks: preferencesSchema.shape.confirmLinks.unwrap(),
  })
  .partial();
export type PreferencesChange = Partial<Preferences>;

/** @throws ZodError when the change is not one */
export function changedPreferences(before: Preferences, change: unknown): Preferences {
  return preferencesSchema.parse({ ...before, ...preferencesChangeSchema.parse(change) });
}

/** What the menus of the app can tell the window to do. */
export type WindowCommand = 'new-machine' | 'palette' | 'search' | 'shortcuts' | 'preferences' | 'full-screen-console';

const MOST_SAVED_BYTES = 64 * 1024 * 1024;

export const desktopCalls = {
  preferences: z.object({}),
  changePreferences: preferencesChangeSchema,
  /** Lets the person choose a file of this computer; null when they do not. */
  chooseFile: z.object({ title: z.string().max(200) }),
  /** Likewise a folder. */
  chooseFolder: z.object({ title: z.string().max(200) }),
  /** Likewise a file that is to be written; `name` is proposed. */
  chooseNewFile: z.object({ title: z.string().max(200), name: z.string().min(1).max(200) }),
  /** Writes a file where the person says; answers with where that is, null when they do not want it after all. */
  saveFile: z.object({
    title: z.string().max(200),
    name: z.string().min(1).max(200),
    bytes: z.instanceof(Uint8Array).refine((bytes) => bytes.length <= MOST_SAVED_BYTES, 'This is too much to save'),
  }),
  /**
   * Opens an https address in the person's browser, after they agreed; or what a forwarded port of this computer leads
   * to, as http://127.0.0.1:8080/.
   */
  openLink: z.object({ url: z.string().max(4096) }),
  /** Shows the folder with the logs. */
  showLogs: z.object({}),
  setFullScreen: z.object({ on: z.boolean() }),
} as const;
export type DesktopCall = keyof typeof desktopCalls;
