import { spawn } from 'node:child_process';
import { familyOf } from './address-text.ts';

/** Programs that run at once; what a guest asks beyond that gets no answer, as if it were lost. */
const MOST_AT_ONCE = 16;
/** RFC 792: what an IPv4 packet can carry. */
const MOST_PAYLOAD_BYTES = 65_507;

/**
 * ICMP echoes by the system's `ping`, which has the privilege that we do not have. Each takes a process: a few
 * milliseconds.
 */
export class Echoes {
  readonly #report: (because: string) => void;
  #running = 0;
  #reported = false;

  /** @param report is told, once, when this computer has no `ping` */
  constructor(report: (because: string) => void) {
    this.#report = report;
  }

  /** `HostNetwork.echo`. */
  async echo(to: string, payloadBytes: number, timeoutMs: number): Promise<boolean> {
    if (this.#running >= MOST_AT_ONCE || payloadBytes > MOST_PAYLOAD_BYTES) return false;
    this.#running++;
    try {
      return await this.#ping(pingCommand(process.platform, to, payloadBytes, timeoutMs), timeoutMs);
    } finally {
      this.#running--;
    }
  }

  #ping({ program, args, proof }: PingCommand, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const child = spawn(program, args, {
        stdio: ['ignore', 'pipe', 'ignore'],
        env: { ...process.env, LC_ALL: 'C', PATH: `${process.env.PATH ?? ''}:/bin:/sbin:/usr/bin:/usr/sbin` },
        windowsHide: true,
      });
      const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
      let said = '';
      child.stdout.setEncoding('latin1').on('data', (text: string) => (said = (said + text).slice(-4096)));
      child.on('error', (error) => {
        clearTimeout(timer);
        this.#absent(error);
        resolve(false);
      });
      child.on('close', (code) => {
        clearTimeout(timer);
        resolve(code === 0 && said.includes(proof));
      });
    });
  }

  #absent(error: Error): void {
    if (this.#reported) return;
    this.#reported = true;
    this.#report(
      `Guests get no answer when they ping the outside: this computer's own ping does not run (${error.message})`,
    );
  }
}

interface PingCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** What it says when there was an answer: Windows reports success for "unreachable" as well. */
  readonly proof: string;
}

/** One echo to a literal address, in the words of each system's `ping`. @throws BugError when it is no address */
export function pingCommand(platform: string, to: string, payloadBytes: number, timeoutMs: number): PingCommand {
  const family = familyOf(to);
  const bytes = String(Math.trunc(payloadBytes));
  const milliseconds = String(Math.ceil(timeoutMs));
  if (platform === 'win32') {
    const program = `${process.env.SystemRoot ?? 'C:\\Windows'}\\System32\\PING.EXE`;
    return {
      program,
      args: [`-${family}`, '-n', '1', '-l', bytes, '-w', milliseconds, to],
      proof: family === 4 ? 'TTL=' : '',
    };
  }
  const once = ['-n', '-q', '-c', '1', '-s', bytes];
  if (platform === 'darwin') {
    // Its ping6 has no time-out of its own; the timer ends it.
    return family === 4
      ? { program: 'ping', args: [...once, '-W', milliseconds, to], proof: '' }
      : { program: 'ping6', args: [...once, to], proof: '' };
  }
  return { program: 'ping', args: [...once, '-W', String(Math.ceil(timeoutMs / 1000)), to], proof: '' };
}
