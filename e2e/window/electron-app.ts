import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright';
import { type Display, openDisplay } from './display.ts';
import { root } from './home.ts';

export interface AppWindow {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** What the page wrote to its console as an error, and what it threw. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

/** The executable that `npm test` found, or the one that the electron package has. */
function executable(): string {
  const folder = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(root, 'node_modules/electron/dist');
  return join(folder, process.platform === 'win32' ? 'electron.exe' : 'electron');
}

export function listenForComplaints(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return complaints;
}

/** Starts the real app on a data directory. @throws when it ends instead of showing a window */
export async function openApp(home: string, ...args: readonly string[]): Promise<AppWindow> {
  const display: Display = await openDisplay();
  try {
    return await launch(home, display, args);
  } catch (error) {
    display.close();
    throw error;
  }
}

async function launch(home: string, display: Display, args: readonly string[]): Promise<AppWindow> {
  // Chromium refuses its sandbox to root, so root alone runs without it.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const app = await _electron.launch({
    executablePath: executable(),
    args: [...sandbox, root, ...args],
    env: { ...process.env, INNKEEPER_HOME: home, ...(display.name === undefined ? {} : { DISPLAY: display.name }) },
  });
  const page = await app.firstWindow();
  const complaints = listenForComplaints(page);
  return {
    app,
    page,
    complaints,
    close: async () => {
      await app.evaluate((electron) => electron.app.exit(0)).catch(() => undefined);
      await app.close().catch(() => undefined);
      display.close();
    },
  };
}
