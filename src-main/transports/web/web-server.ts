import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { AppError } from '../../../src-core/base/errors.ts';
import { MAX_CLIENT_FRAME_BYTES } from '../../../src-core/contract/frames.ts';
import { WEB_PATHS, WEB_PROTOCOL } from '../../../src-core/contract/web-session.ts';
import type { ClientMessage, MessageChannel, ServerMessage } from '../../../src-core/contract/wire.ts';
import { refuseConnection } from './request-guard.ts';
import { answerRequest } from './web-requests.ts';
import { webSocketServerChannel } from './web-socket-server-channel.ts';
import type { WebSecrets } from './web-secrets.ts';

/** Loopback only: the service is for the person at this computer. */
const ADDRESS = '127.0.0.1';
const MAX_CONNECTIONS = 64;

export interface WebServerOptions {
  /** 0 takes any that is free. */
  readonly port: number;
  /** The built window. */
  readonly directory: string;
  readonly secrets: WebSecrets;
  onConnection(channel: MessageChannel<ServerMessage, ClientMessage>): void;
}

export interface WebServer {
  readonly port: number;
  /** The address to open, with the token in it. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the window to a browser, and the contract to the window.
 * @throws AppError `unavailable` when the port is taken
 */
export async function serveWeb(options: WebServerOptions): Promise<WebServer> {
  const server = createServer((request, response) => void answerRequest(options, request, response));
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_CLIENT_FRAME_BYTES,
    perMessageDeflate: false,
    handleProtocols: () => WEB_PROTOCOL,
  });
  server.on('upgrade', (request, stream, head) => upgrade(options, sockets, request, stream, head));
  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;
  const url = `http://${ADDRESS}:${port}${WEB_PATHS.enter}?token=${options.secrets.token}`;
  return { port, url, close: () => closeServer(server, sockets) };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new AppError({
          code: 'unavailable',
          doing: `serve the window on port ${port}`,
          because: cause.message,
          hint: 'Choose another port: inn serve --web PORT.',
          cause,
        }),
      );
    });
    server.listen(port, ADDRESS, resolve);
  });
}

function upgrade(
  options: WebServerOptions,
  sockets: WebSocketServer,
  request: IncomingMessage,
  stream: Duplex,
  head: Buffer,
) {
  stream.on('error', () => stream.destroy());
  const known = request.url === WEB_PATHS.connect && sockets.clients.size < MAX_CONNECTIONS;
  const refusal = refuseConnection(request, options.secrets);
  if (refusal ?? !known) {
    const status = refusal ? `${refusal.status} Refused` : '404 Not Found';
    stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    return;
  }
  sockets.handleUpgrade(request, stream, head, (socket) => options.onConnection(webSocketServerChannel(socket)));
}

function closeServer(server: Server, sockets: WebSocketServer): Promise<void> {
  for (const socket of sockets.clients) socket.terminate();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
