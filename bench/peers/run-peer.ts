import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Unit of the times in /proc/PID/stat on Linux: USER_HZ. */
const TICKS_PER_SECOND = 100;
const LONGEST_MS = 600_000;

/** A machine of software in a process of its own, whose guest's console is standard output. */
export interface Peer {
  readonly name: string;
  readonly command: readonly string[];
}

/** What one run took: processor seconds of the peer's whole process, with all its threads, from when it says it is ready. */
export interface PeerTimes {
  readonly boot: number;
  readonly programs: ReadonlyMap<string, { readonly seconds: number; readonly answer: string }>;
}

/** Boots the guest, lets it run all programs, and looks at the clock whenever it says that one begins or ends. @throws Error */
export function runPeer({ name, command }: Peer): Promise<PeerTimes> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const programs = new Map<string, { seconds: number; answer: string }>();
  let ready = 0;
  let boot: number | null = null;
  let running: { name: string; since: number } | null = null;
  let rest = '';
  let said = '';
  return new Promise((resolve, reject) => {
    const end = (error?: Error): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      if (error || boot === null) reject(error ?? new Error(`${name} ended early: ${said.slice(-500)}`));
      else resolve({ boot, programs });
    };
    const timer = setTimeout(() => end(new Error(`${name} takes too long: ${said.slice(-500)}`)), LONGEST_MS);
    const hear = (line: string): void => {
      const now = processorSeconds(child.pid);
      const [, word, text = ''] = /@(ready|begin|end|done) ?([^\r]*)/.exec(line) ?? [];
      if (word === 'ready') ready = now;
      else if (word === 'begin') {
        boot ??= now - ready;
        running = { name: text, since: now };
      } else if (word === 'end' && running) programs.set(running.name, { seconds: now - running.since, answer: text });
      else if (word === 'done') end();
    };
    child.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString('latin1');
      const lines = (rest + bytes.toString('latin1')).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(hear);
    });
    child.on('error', end);
    child.on('exit', () => end(new Error(`${name} ended early: ${said.slice(-500)}`)));
  });
}

/** User and system time of a process so far, with that of its children that have ended. */
function processorSeconds(pid: number | undefined): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) / TICKS_PER_SECOND;
}
