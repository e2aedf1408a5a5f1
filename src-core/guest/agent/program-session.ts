import { CHANNEL, FRAME_KIND, type ControlMessage, type ExecMessage, type GuestMessage } from '../protocol.ts';
import { encodeJson } from '../ascii-json.ts';
import { childRuns, onChildEnd, reap } from './children.ts';
import { environmentFor, findProgram, findTool, isDirectory } from './environment.ts';
import { InputPump, OutputPump, type SessionSink } from './pumps.ts';
import { os } from './quickjs.ts';
import { inTerminal, resizeTerminal, signalForeground } from './terminal.ts';

/** A process in the background may keep the output open after the program's end: this much silence is enough. */
const SILENCE_MS = 2000;
/** Between SIGHUP and SIGKILL. */
const HANG_UP_GRACE_MS = 3000;
/** Between the end of the output and the end of the process, if SIGCHLD is missed (children.ts). */
const SOON_MS = 20;
const SIGHUP = 1;
const SIGKILL = 9;

/** The guest's end of an `exec` session: one program and its pipes. */
export class ProgramSession {
  readonly #sink: SessionSink;
  readonly #ended: () => void;
  readonly #terminal: boolean;
  #pid = 0;
  #input: InputPump | undefined;
  #outputs: OutputPump[] = [];
  #status: number | undefined;
  #silence: unknown;
  #over = false;

  /** @param ended forget it */
  constructor(message: ExecMessage, sink: SessionSink, ended: () => void) {
    this.#sink = sink;
    this.#ended = ended;
    this.#terminal = message.terminal !== undefined;
    this.#start(message);
  }

  #start(message: ExecMessage): void {
    const environment = environmentFor(message.environment ?? {}, this.#terminal);
    const directory = message.workingDirectory ?? environment['HOME'] ?? '/';
    const name = message.command[0] ?? '';
    if (!isDirectory(directory)) {
      this.#refuse(126, `${directory}: cannot change to this directory`);
      return;
    }
    const lookup = findProgram(name, environment['PATH'] ?? '', directory);
    if ('because' in lookup) {
      this.#refuse(lookup.status, `${name}: ${lookup.because}`);
      return;
    }
    const shell = environment['SHELL'] ?? '/bin/sh';
    const command = message.terminal ? inTerminal(message.command, message.terminal, shell) : message.command;
    // A session of its own, so that it can be ended with all that it started. setsid becomes the program: same pid.
    const own = findTool('setsid') === undefined ? command : ['setsid', ...command];
    this.#run(own, directory, message.terminal ? { ...environment, SHELL: '/bin/sh' } : environment);
  }

  #run(command: readonly string[], cwd: string, env: Readonly<Record<string, string>>): void {
    const pipes = [os.pipe(), os.pipe(), this.#terminal ? null : os.pipe()];
    const [input, output, errors] = pipes;
    if (!input || !output || (!errors && !this.#terminal)) {
      for (const fd of pipes.flatMap((pipe) => pipe ?? [])) os.close(fd);
      this.#fail('too many open files');
      return;
    }
    const theirs = { stdin: input[0], stdout: output[1], stderr: (errors ?? output)[1] };
    try {
      this.#pid = os.exec(command, { block: false, cwd, env, ...theirs });
      onChildEnd(this.#pid, (status) => this.#exited(status));
    } catch (error) {
      for (const fd of pipes.flatMap((pipe) => pipe ?? [])) os.close(fd);
      this.#fail(String(error));
      return;
    }
    for (const fd of new Set(Object.values(theirs))) os.close(fd);
    this.#say({ kind: 'started', pid: this.#pid });
    this.#input = new InputPump(input[1], CHANNEL.stdin, this.#sink);
    this.#outputs = [new OutputPump(output[0], CHANNEL.stdout, this.#sink, () => this.#progress())];
    if (errors) this.#outputs.push(new OutputPump(errors[0], CHANNEL.stderr, this.#sink, () => this.#progress()));
    this.update();
  }

  get over(): boolean {
    return this.#over;
  }

  /** There is room for sending, or there is none any more. */
  update(): void {
    this.#input?.update();
    for (const output of this.#outputs) output.update();
  }

  /** @returns false when the host sent more than it may */
  data(bytes: Uint8Array): boolean {
    return this.#input?.push(bytes) ?? true;
  }

  finish(): void {
    this.#input?.finish();
  }

  credit(channel: number, bytes: number): void {
    const output = this.#outputs[channel - 1];
    if (!output) return;
    output.credit.grant(bytes);
    output.update();
  }

  /** @returns false for a message that this agent does not know */
  control(message: ControlMessage): boolean {
    switch (message.kind) {
      case 'resize':
        if (this.#terminal && this.#running) resizeTerminal(this.#pid, message);
        return true;
      case 'signal':
        if (this.#terminal && this.#running) signalForeground(this.#pid, message.signal);
        else if (this.#running) os.kill(this.#pid, message.signal);
        return true;
      case 'close':
        this.hangUp();
        return true;
      default:
        return false;
    }
  }

  /** Nobody is interested any more. */
  hangUp(): void {
    const pid = this.#pid;
    this.#close();
    if (!childRuns(pid)) return;
    // With `script` goes its end of the terminal, and the kernel hangs up on all that run there.
    if (this.#terminal) return void os.kill(pid, SIGKILL);
    killAll(pid, SIGHUP);
    os.setTimeout(() => childRuns(pid) && killAll(pid, SIGKILL), HANG_UP_GRACE_MS);
  }

  get #running(): boolean {
    return this.#pid > 0 && childRuns(this.#pid);
  }

  #exited(status: number): void {
    this.#status = status;
    this.#progress();
  }

  /** The session ends when the program has, and its output; or at most SILENCE_MS later. */
  #progress(): void {
    if (this.#over) return;
    const drained = this.#outputs.every((output) => output.ended);
    if (this.#status === undefined) {
      // The end of the output mostly is the end of the program.
      if (drained) {
        reap();
        os.setTimeout(reap, SOON_MS);
      }
      return;
    }
    if (drained) {
      this.#finishWith(this.#status);
      return;
    }
    os.clearTimeout(this.#silence);
    this.#silence = os.setTimeout(() => this.#silent(), SILENCE_MS);
  }

  #silent(): void {
    if (this.#over || this.#status === undefined) return;
    if (this.#outputs.some((output) => output.heldUp)) {
      this.#progress();
      return;
    }
    this.#finishWith(this.#status);
  }

  #finishWith(status: number): void {
    this.#close();
    this.#say({ kind: 'ended', status });
  }

  #refuse(status: 126 | 127, because: string): void {
    this.#say({ kind: 'started', pid: 0 });
    const end = this.#terminal ? '\r\n' : '\n';
    const channel = this.#terminal ? CHANNEL.stdout : CHANNEL.stderr;
    this.#sink.send(FRAME_KIND.data, channel, utf8(because + end));
    this.#finishWith(status);
  }

  #fail(because: string): void {
    this.#close();
    this.#say({ kind: 'failed', code: 'guest-failed', because });
  }

  #close(): void {
    this.#over = true;
    os.clearTimeout(this.#silence);
    this.#input?.close();
    for (const output of this.#outputs) output.close();
    this.#ended();
  }

  #say(message: GuestMessage): void {
    this.#sink.send(FRAME_KIND.message, 0, encodeJson(message));
  }
}

/** QuickJS has no TextEncoder. */
function utf8(text: string): Uint8Array {
  const escaped = encodeURIComponent(text.replace(/\p{Cs}/gu, '?'));
  const bytes = [...escaped.matchAll(/%([0-9A-F]{2})|(.)/g)];
  return Uint8Array.from(bytes, ([, hex, plain = '']) => (hex ? parseInt(hex, 16) : plain.charCodeAt(0)));
}

function killAll(pid: number, signal: number): void {
  if (os.kill(-pid, signal) < 0) os.kill(pid, signal);
}
