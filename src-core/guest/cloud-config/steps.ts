/** One thing that is done in the guest to configure it. */
export interface Step {
  /** "Write /etc/motd": what is shown while it is done, and in its log. */
  readonly title: string;
  /** POSIX shell, as BusyBox and dash know it alike. */
  readonly script: string;
  /** $1, $2, …: what was typed is never a part of the script. */
  readonly arguments: readonly string[];
  /** Its standard input: what is large, or secret. */
  readonly input: Uint8Array;
}

export interface Plan {
  /** Each time the guest starts, before all else. */
  readonly everyStart: readonly Step[];
  /** In the guest's life. */
  readonly once: readonly Step[];
}

const encoder = new TextEncoder();

/** A step out of its parts. @param input text or bytes for its standard input */
export function step(
  title: string,
  script: string,
  words: readonly string[] = [],
  input: string | Uint8Array = '',
): Step {
  return { title, script, arguments: words, input: typeof input === 'string' ? encoder.encode(input) : input };
}

/** A word that the shell takes as it is. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
