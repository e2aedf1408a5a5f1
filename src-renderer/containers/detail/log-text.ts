import type { LogLine } from '../../../src-core/contract/containers.ts';

/** A line of the log with a number that stays its own while earlier ones are let go. */
export interface NumberedLine extends LogLine {
  readonly number: number;
}

// Escape sequences (ECMA-48: CSI … letter, OSC … BEL or ST, two-letter ones), and what else moves a terminal's cursor.
const SEQUENCES = /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[ -/]*[0-~]/g;
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** What a line says, without what it tells a terminal: a log is text, and what a container prints is not to be trusted. */
export function plainText(text: string): string {
  return text.replace(SEQUENCES, '').replace(CONTROLS, '');
}

const clock = new Intl.DateTimeFormat(undefined, {
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hour12: false,
});

export function stamp({ at }: Pick<LogLine, 'at'>): string {
  return clock.format(at);
}

/** The lines as a file has them. */
export function logText(lines: readonly LogLine[], stamps: boolean): string {
  return lines
    .map((line) => `${stamps ? `${new Date(line.at).toISOString()} ` : ''}${plainText(line.text)}\n`)
    .join('');
}

/** A text cut where a search matches: every second part is a match. Nothing is sought by an empty search. */
export function cutAtMatches(text: string, sought: string): readonly string[] {
  if (sought === '') return [text];
  const parts: string[] = [];
  const [low, wanted] = [text.toLowerCase(), sought.toLowerCase()];
  let from = 0;
  for (let at = low.indexOf(wanted); at !== -1; at = low.indexOf(wanted, from)) {
    parts.push(text.slice(from, at), text.slice(at, at + wanted.length));
    from = at + wanted.length;
  }
  return [...parts, text.slice(from)];
}
