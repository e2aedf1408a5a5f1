import { decodeFrame, encodeFrame } from '../../src-core/contract/frames.ts';
import type { ClientMessage, MessageChannel, ServerMessage } from '../../src-core/contract/wire.ts';

/** What is needed of a browser's WebSocket; it must hand out binary messages as ArrayBuffers. */
export interface BinarySocket {
  readonly readyState: number;
  send(bytes: Uint8Array<ArrayBuffer>): void;
  close(): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: () => void): void;
}

const OPEN = 1;

/** The window's end of an open WebSocket to the service, one frame in each binary message. */
export function webSocketChannel(socket: BinarySocket): MessageChannel<ClientMessage, ServerMessage> {
  const closeHandlers: (() => void)[] = [];
  const waiting: ServerMessage[] = [];
  let handler: ((message: ServerMessage) => void) | undefined;
  let open = true;
  const ended = () => {
    if (!open) return;
    open = false;
    for (const closed of closeHandlers) closed();
  };
  const close = () => {
    socket.close();
    ended();
  };
  socket.addEventListener('close', ended);
  socket.addEventListener('message', ({ data }) => {
    if (!open) return;
    const message = data instanceof ArrayBuffer ? decoded(new Uint8Array(data)) : undefined;
    if (message === undefined) close();
    else if (handler) handler(message);
    else waiting.push(message);
  });
  return {
    send: (message) => {
      if (open && socket.readyState === OPEN) socket.send(encodeFrame(message));
    },
    onMessage: (listener) => {
      handler = listener;
      for (const message of waiting.splice(0)) listener(message);
    },
    onClose: (listener) => void closeHandlers.push(listener),
    close,
  };
}

function decoded(frame: Uint8Array): ServerMessage | undefined {
  try {
    return decodeFrame(frame) as ServerMessage;
  } catch {
    return undefined;
  }
}
