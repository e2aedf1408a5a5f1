import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Page } from 'playwright';
import { listenForComplaints } from './electron-app.ts';
import { innScript } from './home.ts';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function installedBrowser(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = BROWSERS.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) =>
    existsSync(path),
  );
  if (found === undefined) throw new Error('there is no Chromium on the PATH');
  return found;
}

export interface Served {
  readonly url: string;
  readonly process: ChildProcess;
  close(): Promise<void>;
}

/** `inn serve --web`, on a port that is free. */
export async function serveWeb(home: string): Promise<Served> {
  const child = spawn(process.execPath, [innScript, 'serve', '--web'], {
    env: { ...process.env, INNKEEPER_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (piece: Buffer) => {
      text += piece.toString();
      const [address] = /http:\/\/\S+/.exec(text) ?? [];
      if (address !== undefined) resolve(address);
    });
    child.once('exit', (status) => reject(new Error(`inn serve ended with ${String(status)}: ${text}`)));
  });
  return {
    url,
    process: child,
    close: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.kill();
      }),
  };
}

export interface BrowserPage {
  readonly page: Page;
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export async function openBrowser(url: string, theme: 'light' | 'dark' = 'light'): Promise<BrowserPage> {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath: installedBrowser(), args: sandbox });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: theme });
  const complaints = listenForComplaints(page);
  await page.goto(url);
  return { page, complaints, close: () => browser.close() };
}
