import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { AppError } from '../../src-core/base/errors.ts';
import type { ClientMessage, MessageChannel, ServerMessage } from '../../src-core/contract/wire.ts';
import { clientSocketChannel, serverSocketChannel } from './socket-channel.ts';

/** Connections at one time; more are closed at once. */
const MAX_CONNECTIONS = 256;

export interface LocalListener {
  /** Removes the socket; who is connected stays so. */
  stopListening(): void;
  /** Ends all connections and removes the socket. */
  close(): Promise<void>;
}

/**
 * Listens for `inn` on a unix domain socket (a named pipe on Windows) that only this user may open. The caller owns
 * the data directory, so a socket that is already at `path` was left by a process that is no more.
 * @throws AppError `unavailable`
 */
export async function listenLocally(
  path: string,
  onConnection: (channel: MessageChannel<ServerMessage, ClientMessage>) => void,
): Promise<LocalListener> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    onConnection(serverSocketChannel(socket));
  });
  server.maxConnections = MAX_CONNECTIONS;
  if (process.platform !== 'win32') rmSync(path, { force: true });
  await listen(server, path);
  const closed = new Promise<void>((resolve) => server.on('close', resolve));
  return {
    stopListening: () => void server.close(),
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroySoon();
      return closed;
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new AppError({ code: 'unavailable', doing: `listen on ${path}`, because: cause.message, cause }));
    });
    // The socket is made inside this call, for this user alone: there is no moment in which others could open it.
    const mask = process.umask(0o177);
    server.listen(path, resolve);
    process.umask(mask);
  });
}

/**
 * Connects to the service behind `path`.
 * @throws AppError `unavailable` when nobody listens there
 */
export function connectLocally(path: string): Promise<MessageChannel<ClientMessage, ServerMessage>> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const refused = (cause: Error) =>
      reject(
        new AppError({
          code: 'unavailable',
          doing: 'connect to the service',
          because: `nobody listens on ${path}`,
          hint: 'Start Innkeeper or run "inn serve".',
          cause,
        }),
      );
    socket.once('error', refused);
    socket.once('connect', () => {
      socket.off('error', refused);
      resolve(clientSocketChannel(socket));
    });
  });
}
