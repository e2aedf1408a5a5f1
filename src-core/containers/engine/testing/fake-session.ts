import { Deferred } from '../../../base/deferred.ts';
import { AppError } from '../../../base/errors.ts';
import type { ExecSession, OutputHandler } from '../../../guest/exec-session.ts';
import { CHANNEL } from '../../../guest/protocol.ts';
import type { OutputChannel, TerminalSize } from '../../../guest/protocol.ts';

/** A program in a guest that does what the test says. */
export class FakeSession implements ExecSession {
  readonly pid = 7;
  readonly #result = new Deferred<{ readonly exitStatus: number }>();
  #handler: OutputHandler | undefined;
  readonly #unheard: { bytes: Uint8Array; channel: OutputChannel }[] = [];
  /** Bytes that were printed and not yet taken by everybody. */
  owed = 0;
  heard = '';
  isFinished = false;
  isClosed = false;
  readonly sizes: TerminalSize[] = [];
  readonly signals: number[] = [];

  get result(): Promise<{ readonly exitStatus: number }> {
    return this.#result.promise;
  }

  /** The program prints. */
  print(text: string, channel: OutputChannel = CHANNEL.stdout): void {
    this.printBytes(new TextEncoder().encode(text), channel);
  }

  printBytes(bytes: Uint8Array, channel: OutputChannel = CHANNEL.stdout): void {
    if (this.#handler) this.#deliver(this.#handler, bytes, channel);
    else this.#unheard.push({ bytes, channel });
  }

  /** The program ends. */
  end(exitStatus: number): void {
    this.#result.resolve({ exitStatus });
  }

  /** Its machine is gone. */
  lose(because: string): void {
    this.#result.reject(new AppError({ code: 'unavailable', doing: 'run it', because }));
  }

  write(bytes: Uint8Array): Promise<void> {
    this.heard += new TextDecoder().decode(bytes);
    return Promise.resolve();
  }

  finish(): void {
    this.isFinished = true;
  }

  onData(handler: OutputHandler): void {
    this.#handler = handler;
    for (const { bytes, channel } of this.#unheard.splice(0)) this.#deliver(handler, bytes, channel);
  }

  resize(size: TerminalSize): void {
    this.sizes.push(size);
  }

  signal(signal: number): void {
    this.signals.push(signal);
  }

  close(): void {
    this.isClosed = true;
    this.#result.reject(new AppError({ code: 'cancelled', doing: 'run it', because: 'it was closed' }));
  }

  #deliver(handler: OutputHandler, bytes: Uint8Array, channel: OutputChannel): void {
    this.owed += bytes.length;
    handler(bytes, channel, () => (this.owed -= bytes.length));
  }
}
