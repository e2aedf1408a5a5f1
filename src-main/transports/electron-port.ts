import { cloneable } from '../../src-core/contract/cloneable.ts';
import type { ClientMessage, MessageChannel, ServerMessage } from '../../src-core/contract/wire.ts';

/** What is needed of Electron's MessagePortMain; a test gives the like over Node's MessagePort. */
export interface MainPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

/**
 * The service's end of the port that the preload hands to the window. Messages are cloned, never transferred:
 * MessagePortMain transfers ports only, and loses a message whose ArrayBuffer is in the transfer list.
 */
export function electronPortChannel(port: MainPort): MessageChannel<ServerMessage, ClientMessage> {
  const closeHandlers: (() => void)[] = [];
  let open = true;
  const ended = () => {
    if (!open) return;
    open = false;
    for (const handler of closeHandlers) handler();
  };
  port.on('close', ended);
  return {
    send: (message) => {
      if (open) port.postMessage(cloneable(message));
    },
    onMessage: (handler) => {
      port.on('message', ({ data }) => {
        if (open) handler(data as ClientMessage);
      });
      // Until it is started a port keeps what arrives.
      port.start();
    },
    onClose: (handler) => void closeHandlers.push(handler),
    close: () => {
      port.close();
      ended();
    },
  };
}
