import { createServer, Socket } from 'node:net';
import type {
  Endpoint,
  HostListener,
  HostNetwork,
  HostTcp,
  TcpEvents,
  TcpFailure,
} from '../../../src-core/network/host-network.ts';
import { familyOf, withoutScope } from './address-text.ts';
import { plainBytes } from './plain-bytes.ts';
import { listenFailure, tcpFailureOf } from './socket-failure.ts';

/** Bytes that wait in a connection, beyond what the operating system holds, before `write` says that it is enough. */
const HIGH_WATER_BYTES = 256 * 1024;
/** Connections that the operating system holds until they are accepted. */
const BACKLOG = 511;

/** `HostNetwork.connectTcp`. */
export function connectTcp(to: Endpoint, events: TcpEvents): HostTcp {
  const options = { allowHalfOpen: true, writableHighWaterMark: HIGH_WATER_BYTES };
  const socket = new Socket(options);
  socket.connect({ host: to.address, port: to.port, family: familyOf(to.address) });
  socket.setNoDelay(true);
  const connection = new NodeTcp(socket);
  connection.tell(events);
  return connection;
}

/** `HostNetwork.listenTcp`. @throws AppError */
export function listenTcp(at: Endpoint, accept: Parameters<HostNetwork['listenTcp']>[1]): Promise<HostListener> {
  const ipv6Only = familyOf(at.address) === 6;
  const server = createServer({ allowHalfOpen: true, noDelay: true, highWaterMark: HIGH_WATER_BYTES });
  server.on('connection', (socket) => {
    const { remoteAddress, remotePort } = socket;
    // Whoever has gone again in the meantime needs nobody.
    if (remoteAddress === undefined || remotePort === undefined) {
      socket.destroy();
      return;
    }
    const connection = new NodeTcp(socket);
    connection.tell(accept(connection, { address: withoutScope(remoteAddress), port: remotePort }));
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenFailure('TCP', at, error)));
    server.listen({ host: at.address, port: at.port, ipv6Only, exclusive: true, backlog: BACKLOG }, () => {
      // Out of file descriptors for a while: those who connect wait.
      server.removeAllListeners('error').on('error', () => undefined);
      const bound = server.address();
      const port = bound !== null && typeof bound === 'object' ? bound.port : at.port;
      resolve({ at: { address: at.address, port }, dispose: () => server.close() });
    });
  });
}

class NodeTcp implements HostTcp {
  readonly #socket: Socket;
  #failure: TcpFailure | null = null;
  #wasReset = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    // Before anybody is told: an error without a listener ends the thread.
    socket.on('error', (error) => (this.#failure = this.#wasReset ? null : tcpFailureOf(error)));
  }

  /** From now on these are told. */
  tell(events: TcpEvents): void {
    const socket = this.#socket;
    const unlessReset = (then: () => void) => (): void => {
      if (!this.#wasReset) then();
    };
    socket.on('connect', unlessReset(events.connected));
    socket.on('end', unlessReset(events.ended));
    socket.on('drain', unlessReset(events.drained));
    socket.on('close', () => events.closed(this.#failure));
    socket.on('data', (bytes: Uint8Array) => {
      if (!this.#wasReset) events.data(plainBytes(bytes));
    });
  }

  write(bytes: Uint8Array): boolean {
    return !this.#socket.writable || this.#socket.write(bytes);
  }

  end(): void {
    this.#socket.end();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  reset(): void {
    if (this.#wasReset) return;
    this.#wasReset = true;
    // One that is not made yet has nobody to be reset for, and Node would wait until it is.
    if (this.#socket.connecting) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }
}
