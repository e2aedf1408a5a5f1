import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { FakeRegistry } from '../../../../src-core/containers/oci/testing/fake-registry.ts';

/** Instead of an answer; whether there was one is returned. */
export type Trick = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A registry that answers on this computer, and does what no honest one does where it is told to. */
export class ServedRegistry {
  readonly content = new FakeRegistry();
  readonly address: string;
  /** Bytes of bodies that were given to the network. */
  sentBytes = 0;
  readonly requests: IncomingMessage[] = [];
  trick: Trick = () => false;
  readonly #server: Server;

  static async start(): Promise<ServedRegistry> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ServedRegistry(server);
  }

  private constructor(server: Server) {
    this.#server = server;
    this.address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.requests.push(request);
      if (!this.trick(request, response)) void this.#answer(request, response);
    });
  }

  /** Sends a body for as long as somebody reads it. */
  async send(response: ServerResponse, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const count = (bytes: number) => (this.sentBytes += bytes);
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const piece of pieces) {
        count(piece.length);
        yield piece;
      }
    }
    await pipeline(counted, response).catch(() => response.destroy());
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer({ method, url = '', headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, header, body } = await this.content.exchange({
      method: method as 'GET',
      url: `http://${this.address}${url}`,
      headers: headers as Record<string, string>,
      signal: new AbortController().signal,
    });
    response.statusCode = status;
    for (const name of ['content-type', 'content-length', 'content-range', 'location', 'www-authenticate']) {
      const value = header(name);
      if (value !== undefined) response.setHeader(name, value);
    }
    if (method === 'HEAD') response.end();
    else await this.send(response, body);
  }
}
