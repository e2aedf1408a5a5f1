import { spawn } from 'node:child_process';
import { innScript } from './home.ts';

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `inn` in a data directory to its end. */
export function inn(home: string, ...args: readonly string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [innScript, ...args], {
    env: { ...process.env, INNKEEPER_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, stdout, stderr }));
  });
}
