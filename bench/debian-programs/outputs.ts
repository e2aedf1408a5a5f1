import { spawn } from 'node:child_process';
import type { Prepared } from './prepare.ts';

const MOST_SECONDS = 3600;

/** What a program printed on both outputs, and how it ended. */
export interface Output {
  readonly bytes: Buffer;
  readonly status: number;
  /** Since the program before it. */
  readonly seconds: number;
}

/** What the console says between `@begin NAME` and `@end STATUS` is base64. */
class Listener {
  readonly outputs = new Map<string, Output>();
  isDone = false;
  #rest = '';
  #running: { name: string; text: string; since: number } | null = null;

  hear(bytes: Buffer): void {
    const lines = (this.#rest + bytes.toString('latin1')).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line.trim());
  }

  #line(line: string): void {
    const [, word, text = ''] = /@(begin|end|done) ?(\S*)$/.exec(line) ?? [];
    if (word === 'done') this.isDone = true;
    else if (word === 'begin') this.#running = { name: text, text: '', since: performance.now() };
    else if (word === 'end' && this.#running) {
      const { name, text: base64, since } = this.#running;
      const seconds = (performance.now() - since) / 1000;
      this.outputs.set(name, { bytes: Buffer.from(base64, 'base64'), status: Number(text), seconds });
      this.#running = null;
    } else if (this.#running && /^[A-Za-z0-9+/=]+$/.test(line)) this.#running.text += line;
  }
}

/** Boots the disk in our machine or in QEMU's, and listens until all programs have ended. @throws Error */
export function outputsOf(
  who: 'ours' | 'qemu',
  { kernel, initrd, commandLine, disk }: Prepared,
): Promise<ReadonlyMap<string, Output>> {
  const boot = `${import.meta.dirname}/../boot.ts`;
  const child = spawn(
    process.execPath,
    [
      ...[boot, '--only', who, '--memory', '1024', '--seconds', `${MOST_SECONDS}`, '--until', '@done'],
      ...['--kernel', kernel, '--initrd', initrd, '--append', commandLine, '--disk', disk],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const listener = new Listener();
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => {
    listener.hear(bytes);
    said = (said + bytes.toString('latin1')).slice(-2000);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      if (listener.isDone) resolve(listener.outputs);
      else reject(new Error(`${who} ended early: ${said}`));
    });
  });
}
