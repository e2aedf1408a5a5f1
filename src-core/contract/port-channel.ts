import { cloneable } from './cloneable.ts';
import type { ClientMessage, MessageChannel, ServerMessage } from './wire.ts';

/** A message port, whoever's it is: a page's, Electron's, Node's. */
export interface ChannelPort {
  postMessage(message: unknown): void;
  onMessage(handler: (data: unknown) => void): void;
  onClose(handler: () => void): void;
  /** Until it is started a port keeps what arrives. */
  start(): void;
  close(): void;
}

/** One end of a message port as a connection. Messages are cloned, never transferred. */
export function channelOverPort<Out extends ClientMessage | ServerMessage, In>(
  port: ChannelPort,
): MessageChannel<Out, In> {
  const closeHandlers: (() => void)[] = [];
  let open = true;
  const ended = () => {
    if (!open) return;
    open = false;
    for (const handler of closeHandlers) handler();
  };
  port.onClose(ended);
  return {
    send: (message) => {
      if (open) port.postMessage(cloneable(message));
    },
    onMessage: (handler) => {
      port.onMessage((data) => {
        if (open) handler(data as In);
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
