import { onChildEnd } from './children.ts';
import { environmentFor, findTool } from './environment.ts';
import { O_NONBLOCK, os, readInto, writeFrom } from './quickjs.ts';

/** Of what a program says when it fails. */
const SAID_BYTES = 4096;

export interface ToolEnd {
  /** As a shell tells it; 127 when there is no such program. */
  readonly status: number;
  /** The beginning of what it said on standard error; what is not ASCII becomes "?". */
  readonly said: string;
}

/**
 * Runs a small program of the system for its effect.
 * @param ended called with its status, 127 when there is no such program
 */
export function runTool(command: readonly string[], ended: (status: number) => void = () => undefined): void {
  if (findTool(command[0] ?? '') === undefined) {
    ended(127);
    return;
  }
  const nothing = os.open('/dev/null', os.O_RDWR);
  start(command, nothing, nothing, ended);
  if (nothing >= 0) os.close(nothing);
}

/**
 * Runs a small program of the system and waits for its end. Never rejects.
 * @param input for its standard input, at most 4096 bytes: what a pipe takes at once
 */
export function toolEnds(command: readonly string[], input: Uint8Array = new Uint8Array(0)): Promise<ToolEnd> {
  const name = command[0] ?? '';
  if (findTool(name) === undefined) return Promise.resolve({ status: 127, said: `${name}: not found` });
  const pipes = [os.pipe(), os.pipe()] as const;
  const [stdin, stderr] = pipes;
  if (!stdin || !stderr) {
    for (const fd of pipes.flatMap((pipe) => pipe ?? [])) os.close(fd);
    return Promise.resolve({ status: 126, said: 'too many open files' });
  }
  return new Promise((resolve) => {
    start(command, stdin[0], stderr[1], (status) => resolve({ status, said: takeSaid(stderr[0]) }));
    if (input.length > 0) writeFrom(stdin[1], input.slice());
    for (const fd of [stdin[0], stdin[1], stderr[1]]) os.close(fd);
  });
}

/** @returns why it is to be told that `tool` failed */
export function failureOf(tool: string, { status, said }: ToolEnd): string | undefined {
  return status === 0 ? undefined : said || `${tool} ended with status ${status}`;
}

function start(command: readonly string[], stdin: number, stderr: number, ended: (status: number) => void): void {
  const nothing = os.open('/dev/null', os.O_WRONLY);
  const streams = { stdin, stdout: nothing, stderr };
  const kept = Object.fromEntries(Object.entries(streams).filter(([, fd]) => fd >= 0));
  const pid = os.exec(command, { block: false, cwd: '/', env: environmentFor({}, false), ...kept });
  if (nothing >= 0) os.close(nothing);
  onChildEnd(pid, ended);
}

/** What it left running may hold the other end open: so nothing is waited for. */
function takeSaid(fd: number): string {
  const own = os.open(`/proc/self/fd/${fd}`, os.O_RDONLY | O_NONBLOCK);
  os.close(fd);
  if (own < 0) return '';
  const bytes = new Uint8Array(SAID_BYTES);
  const count = readInto(own, bytes);
  os.close(own);
  return printable(bytes.subarray(0, Math.max(0, count)));
}

function printable(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    text += byte === 0x0a || (byte >= 0x20 && byte < 0x7f) ? String.fromCharCode(byte) : '?';
  }
  return text.trim();
}
