import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

export interface Display {
  /** For DISPLAY; undefined where there is a screen anyway. */
  readonly name: string | undefined;
  close(): void;
}

const SCREEN = '1440x1000x24';

function displayNumber(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const pipe = server.stdio[3] as Readable;
    pipe.once('data', (text: Buffer) => resolve(`:${text.toString().trim()}`));
    server.once('error', reject);
    server.once('exit', (status) => reject(new Error(`Xvfb ended with ${String(status)}`)));
  });
}

/** A screen for the window: the one there is, or a virtual one. */
export async function openDisplay(): Promise<Display> {
  if (process.platform !== 'linux' || process.env['DISPLAY']) return { name: undefined, close: () => undefined };
  const args = ['-displayfd', '3', '-screen', '0', SCREEN, '-nolisten', 'tcp'];
  const server = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const name = await displayNumber(server);
  server.removeAllListeners('exit');
  return { name, close: () => void server.kill() };
}
