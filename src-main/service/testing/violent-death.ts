import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** What must be there, may be there, and what was said last. */
export class Expectation {
  readonly there = new Set<string>();
  readonly unsure = new Set<string>();
  readonly lines: string[] = [];

  hear(line: string): void {
    this.lines.push(line);
    const [outcome, verb, name = '', renamed = ''] = line.replace(/:.*/, '').split(' ');
    if (outcome === 'not') throw new Error(`refused: ${line}`);
    const after = outcome === 'did';
    if (verb === 'create' || verb === 'restore') this.#set(name, after ? 'there' : 'unsure');
    if (verb === 'remove') this.#set(name, after ? 'gone' : 'unsure');
    if (verb === 'rename') {
      this.#set(name, after ? 'gone' : 'unsure');
      this.#set(renamed, after ? 'there' : 'unsure');
    }
  }

  /** What was unsure is now what it is. */
  settle(names: readonly string[]): void {
    for (const name of this.unsure) this.#set(name, names.includes(name) ? 'there' : 'gone');
  }

  #set(name: string, as: 'there' | 'gone' | 'unsure'): void {
    this.there.delete(name);
    this.unsure.delete(name);
    if (as === 'there') this.there.add(name);
    if (as === 'unsure') this.unsure.add(name);
  }
}

/**
 * Lets a program be busy that opens a service, and kills it.
 * @param afterMs that it has said `open`
 */
export async function liveAndDie(
  program: string,
  words: readonly string[],
  afterMs: number,
  expected: Expectation,
): Promise<void> {
  const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    if (line === 'open') setTimeout(() => child.kill('SIGKILL'), afterMs);
    else expected.hear(line);
  });
  await Promise.all([once(lines, 'close'), once(child, 'exit')]);
}
