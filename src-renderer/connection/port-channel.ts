import { channelOverPort } from '../../src-core/contract/port-channel.ts';
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
  return channelOverPort({
    postMessage: (message) => port.postMessage(message),
    onMessage: (handler) => port.addEventListener('message', ({ data }) => handler(data)),
    // Chromium tells a port's end since 122.
    onClose: (handler) => port.addEventListener('close', handler),
    start: () => port.start(),
    close: () => port.close(),
  });
}
