import { PassThrough } from 'node:stream';
import { createClient } from '../../../src-core/contract/client.ts';
import { contract } from '../../../src-core/contract/contract.ts';
import { serve } from '../../../src-core/contract/server.ts';
import { channelPair } from '../../../src-core/contract/testing/channel-pair.ts';
import type { CliIo, ServeRequest, ServiceConnection } from '../io.ts';
import { runCli } from '../program.ts';
import type { FakeService } from './fake-service.ts';

type Signal = Parameters<CliIo['onSignal']>[0];

/** A person at a command line: what they type, what they see. */
export class FakeIo implements CliIo {
  readonly stdin: PassThrough & { isTTY?: boolean; setRawMode?: (raw: boolean) => void } = new PassThrough();
  readonly stdout: PassThrough & { isTTY?: boolean; columns?: number; rows?: number } = new PassThrough();
  readonly stderr: PassThrough & { isTTY?: boolean; columns?: number } = new PassThrough();
  readonly cwd = '/home/me';
  readonly environment: Record<string, string> = {};
  readonly version = '1.2.3';
  readonly served: ServeRequest[] = [];
  readonly rawModes: boolean[] = [];
  unchangedOutputs = 0;
  readonly #service: FakeService | undefined;
  readonly #signals: { signal: Signal; handler: () => void }[] = [];
  readonly #out: Buffer[] = [];
  readonly #err: Buffer[] = [];

  constructor(service?: FakeService) {
    this.#service = service;
    this.stdout.on('data', (chunk: Buffer) => this.#out.push(chunk));
    this.stderr.on('data', (chunk: Buffer) => this.#err.push(chunk));
  }

  get out(): string {
    return this.outBytes.toString();
  }

  get outBytes(): Buffer {
    return Buffer.concat(this.#out);
  }

  get err(): string {
    return Buffer.concat(this.#err).toString();
  }

  /** Standard input and output become a terminal. */
  becomeTerminal(): void {
    this.stdin.isTTY = true;
    this.stdin.setRawMode = (raw) => void this.rawModes.push(raw);
    Object.assign(this.stdout, { isTTY: true, columns: 100, rows: 30 });
    Object.assign(this.stderr, { isTTY: true, columns: 60 });
  }

  signal(signal: Signal): void {
    for (const each of [...this.#signals]) if (each.signal === signal) each.handler();
  }

  get listensTo(): Signal[] {
    return this.#signals.map(({ signal }) => signal);
  }

  run(line: string): Promise<number> {
    return runCli(line.split(' '), this);
  }

  connect(): Promise<ServiceConnection> {
    const { client, server } = channelPair();
    const service = this.#service;
    if (service === undefined) throw new Error('the test has no service');
    serve(contract, service.handlers, server, {
      onEvent: (listener) => service.events.on(listener),
      snapshotEvents: () => service.snapshotEvents(),
    });
    return Promise.resolve(createClient(contract, client));
  }

  connectIfRunning(): Promise<ServiceConnection | undefined> {
    return this.#service ? this.connect() : Promise.resolve(undefined);
  }

  serve(request: ServeRequest): Promise<void> {
    this.served.push(request);
    return Promise.resolve();
  }

  passOutputUnchanged(): void {
    this.unchangedOutputs++;
  }

  onSignal(signal: Signal, handler: () => void) {
    const entry = { signal, handler };
    this.#signals.push(entry);
    return { dispose: () => void this.#signals.splice(this.#signals.indexOf(entry), 1) };
  }
}
