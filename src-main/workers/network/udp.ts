import { createSocket, type Socket } from 'node:dgram';
import type { Endpoint, HostUdp, UdpEvents } from '../../../src-core/network/host-network.ts';
import { familyOf, withoutScope } from './address-text.ts';
import { plainBytes } from './plain-bytes.ts';
import { codeOf, listenFailure } from './socket-failure.ts';

/** Bytes that wait in a socket for the network card of this computer; more is lost. */
const MOST_WAITING_BYTES = 1024 * 1024;
/** Wanted for what arrives; the operating system may give less. */
const RECEIVE_BUFFER_BYTES = 1024 * 1024;

/** `HostNetwork.openUdp`. */
export function openUdp(family: 4 | 6, events: UdpEvents): HostUdp {
  const socket = newSocket(family);
  const udp = new NodeUdp(socket, events);
  socket.on('error', (error) => udp.failed(error));
  socket.bind({ port: 0, address: family === 4 ? '0.0.0.0' : '::', exclusive: true });
  return udp;
}

/** `HostNetwork.bindUdp`. @throws AppError */
export function bindUdp(at: Endpoint, events: UdpEvents): Promise<HostUdp> {
  const socket = newSocket(familyOf(at.address));
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close();
      reject(listenFailure('UDP', at, error));
    });
    socket.once('listening', () => {
      const udp = new NodeUdp(socket, events);
      socket.removeAllListeners('error').on('error', (error) => udp.failed(error));
      resolve(udp);
    });
    socket.bind({ port: at.port, address: at.address, exclusive: true });
  });
}

function newSocket(family: 4 | 6): Socket {
  // Every address is a literal: with an answer at once, binding and sending happen at once too.
  const lookup = (
    address: string,
    _options: unknown,
    answer: (error: null, address: string, family: number) => void,
  ): void => answer(null, address, family);
  const socket = createSocket({ type: family === 4 ? 'udp4' : 'udp6', ipv6Only: family === 6, lookup });
  socket.once('listening', () => {
    try {
      socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    } catch {
      // Then it stays what it is.
    }
  });
  return socket;
}

class NodeUdp implements HostUdp {
  readonly #socket: Socket;
  readonly #events: UdpEvents;
  #disposed = false;

  constructor(socket: Socket, events: UdpEvents) {
    this.#socket = socket;
    this.#events = events;
    socket.on('message', (bytes, from) => {
      if (!this.#disposed) events.received(plainBytes(bytes), { address: withoutScope(from.address), port: from.port });
    });
  }

  /** Too long, no way there, a firewall: lost, as any datagram may be. That nobody listens is told where it can be known. */
  failed(error: unknown): void {
    if (!this.#disposed && codeOf(error) === 'ECONNREFUSED') this.#events.refused();
  }

  send(bytes: Uint8Array, to: Endpoint): void {
    if (this.#disposed || this.#socket.getSendQueueSize() > MOST_WAITING_BYTES) return;
    familyOf(to.address);
    // A copy: the caller's bytes are valid only now, and this may have to wait.
    this.#socket.send(bytes.slice(), to.port, to.address, (error) => {
      if (error !== null) this.failed(error);
    });
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#socket.close();
  }
}
