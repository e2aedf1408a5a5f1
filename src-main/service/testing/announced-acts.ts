/** What a process that is killed at any moment says of itself, for the one that looks at what it left. */

/** Synchronous, so that nothing is done whose announcement is lost with this process. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Says `try WORDS`, works, and says `did WORDS`, or `not WORDS: WHY`. */
export async function act(words: string, work: () => Promise<unknown>): Promise<void> {
  say(`try ${words}`);
  try {
    await work();
    say(`did ${words}`);
  } catch (error) {
    say(`not ${words}: ${String(error)}`);
  }
}
