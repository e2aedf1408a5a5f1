import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt } from './build.ts';
import { electronExecutable } from './electron-binary.ts';
import { ensureSystemPackages, forWindow } from './system-packages.ts';

/** `npm start`: the app in a window, or, without a display, the same window served to a browser. */
const root = join(import.meta.dirname, '../..');

function hasDisplay(): boolean {
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);
}

function runToEnd(command: string, args: readonly string[]): void {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit' });
  // A terminal's Ctrl-C reaches the child by itself; the others must be passed on.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 0 : 1);
  });
}

async function startWindow(): Promise<void> {
  if (!ensureSystemPackages(forWindow)) {
    process.exitCode = 1;
    return;
  }
  const executable = await electronExecutable();
  ensureBuilt();
  // Chromium refuses its sandbox to root, so root alone runs without it.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  runToEnd(executable, [...sandbox, root, ...process.argv.slice(2)]);
}

function startForBrowser(): void {
  ensureBuilt();
  console.log('There is no display here: Innkeeper serves its window to a browser instead.');
  runToEnd(process.execPath, [join(root, 'out/main/inn.js'), 'serve', '--web', ...process.argv.slice(2)]);
}

if (hasDisplay()) await startWindow();
else startForBrowser();
