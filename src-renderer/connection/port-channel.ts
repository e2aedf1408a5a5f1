import { cloneable } from '../../src-core/contract/cloneable.ts';
import type { ClientMessage, MessageChannel, ServerMessage } from '../../src-core/contract/wire.ts';

/** What is needed of a MessagePort. */
export interface WindowPort {
  postMessage(message: unknown): void;
  addEventListener(type: 'message' | 'close', listener: (event: { data?: unknown }) => void): void;
  start(): void;
  close(): void;
}

/** The window's end of the port to the service in Electron's main process. */
export function portChannel(port: WindowPort): MessageChannel<ClientMessage, ServerMessage> {
  const closeHandlers: (() => void)[] = [];
  let open = true;
  const ended = () => {
    if (!open) return;
    open = false;
    for (const handler of closeHandlers) handler();
  };
  // Chromium tells a port's end since 122.
  port.addEventListener('close', ended);
  return {
    send: (message) => {
      if (open) port.postMessage(cloneable(message));
    },
    onMessage: (handler) => {
      port.addEventListener('message', ({ data }) => {
        if (open) handler(data as ServerMessage);
      });
      port.start();
    },
    onClose: (handler) => void closeHandlers.push(handler),
    close: () => {
      port.close();
      ended();
    },
  };
}
