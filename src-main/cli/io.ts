import type { Readable, Writable } from 'node:stream';
import type { Disposable } from '../../src-core/base/disposable.ts';
import type { Connection } from '../../src-core/contract/client.ts';
import type { InnkeeperContract } from '../../src-core/contract/contract.ts';

export type ServiceConnection = Connection<InnkeeperContract>;

export interface InputStream extends Readable {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
}

export interface OutputStream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

export interface ServeRequest {
  /** undefined: no window for a browser. null: on the usual port. */
  readonly webPort: number | null | undefined;
}

/** What a command touches of the world around it. */
export interface CliIo {
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** Connects to the service of the data directory, starting one in the background if there is none. */
  connect(): Promise<ServiceConnection>;
  /** Connects only if a service is there. */
  connectIfRunning(): Promise<ServiceConnection | undefined>;
  /** Runs the service here. Resolves when it has ended. */
  serve(request: ServeRequest): Promise<void>;
  /** Switches the terminal's own changes to what is written off; `setRawMode(false)` brings them back. */
  passOutputUnchanged(): void;
  onSignal(signal: 'SIGINT' | 'SIGTERM' | 'SIGWINCH', handler: () => void): Disposable;
}
