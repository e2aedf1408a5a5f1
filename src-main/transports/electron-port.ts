import { channelOverPort } from '../../src-core/contract/port-channel.ts';
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
  return channelOverPort({
    postMessage: (message) => port.postMessage(message),
    onMessage: (handler) => void port.on('message', ({ data }) => handler(data)),
    onClose: (handler) => void port.on('close', handler),
    start: () => port.start(),
    close: () => port.close(),
  });
}
