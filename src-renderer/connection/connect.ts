/**
 * The window's way to the service. `connect` makes one connection, over whatever this window has: the port that the
 * desktop app's preload hands over, or a WebSocket to the server that served the page. Who calls it calls it again
 * when the connection is lost; that also finds a service that was started anew.
 */
import { z } from 'zod';
import { createClient } from '../../src-core/contract/client.ts';
import { contract } from '../../src-core/contract/contract.ts';
import type { InnkeeperClient } from '../../src-core/contract/contract.ts';
import { type DesktopBridge, SERVICE_PORT } from '../../src-core/contract/desktop-bridge.ts';
import type { ServiceEvent } from '../../src-core/contract/events.ts';
import type { ClientMessage, MessageChannel, ServerMessage } from '../../src-core/contract/wire.ts';
import { portChannel } from './port-channel.ts';
import { openWebSocket } from './web-connection.ts';

export interface WindowConnection {
  readonly client: InnkeeperClient;
  /** Events come once the client called `events.subscribe`. */
  onEvent(handler: (event: ServiceEvent) => void): void;
  onClose(handler: () => void): void;
}

// The window's content security policy forbids making code from text, which zod would try.
z.config({ jitless: true });

/**
 * @throws AppError `denied` when the page has no key or a wrong one: it must be opened with the address that
 *   `inn serve --web` prints; `unavailable` when the service cannot be reached now
 */
export async function connect(): Promise<WindowConnection> {
  const bridge = (window as { readonly innkeeper?: DesktopBridge }).innkeeper;
  const channel = bridge === undefined ? await openWebSocket(window) : await requestPort(bridge);
  const client = createClient(contract, channel);
  return {
    client,
    onEvent: (handler) => void client.onEvent(handler),
    onClose: (handler) => void client.closed.then(handler),
  };
}

const ASK_AGAIN_MS = 5000;

/** The preload answers with a message to this window that carries the port. */
function requestPort(bridge: DesktopBridge): Promise<MessageChannel<ClientMessage, ServerMessage>> {
  return new Promise((resolve) => {
    const receive = (event: MessageEvent<unknown>) => {
      const port = event.ports[0];
      if (event.source !== window || event.data !== SERVICE_PORT || port === undefined) return;
      window.removeEventListener('message', receive);
      clearInterval(asking);
      resolve(portChannel(port));
    };
    window.addEventListener('message', receive);
    bridge.requestServicePort();
    // A page that was just loaded after a crash may ask before the app knows it again.
    const asking = setInterval(() => bridge.requestServicePort(), ASK_AGAIN_MS);
  });
}
