import type { WebSocket } from 'ws';
import { decodeFrame, encodeFrame } from '../../../src-core/contract/frames.ts';
import type { ClientMessage, MessageChannel, ServerMessage } from '../../../src-core/contract/wire.ts';
import { MAX_UNSENT_BYTES, PAUSE_ABOVE_BYTES } from '../socket-channel.ts';

/** The service's end of an open WebSocket, one frame in each binary message. */
export function webSocketServerChannel(socket: WebSocket): MessageChannel<ServerMessage, ClientMessage> {
  const closeHandlers: (() => void)[] = [];
  let open = true;
  let listening = false;
  // Until somebody listens, what arrives is left to the system.
  socket.pause();
  const ended = () => {
    if (!open) return;
    open = false;
    for (const handler of closeHandlers) handler();
  };
  socket.on('close', ended);
  // An error is followed by 'close'; without a listener it would end the process.
  socket.on('error', () => undefined);
  const sent = () => {
    if (listening && socket.isPaused && socket.bufferedAmount < PAUSE_ABOVE_BYTES) socket.resume();
  };
  return {
    send: (message) => {
      if (!open || socket.readyState !== socket.OPEN) return;
      socket.send(encodeFrame(message), sent);
      if (socket.bufferedAmount > MAX_UNSENT_BYTES) socket.terminate();
      else if (socket.bufferedAmount > PAUSE_ABOVE_BYTES) socket.pause();
    },
    onMessage: (handler) => {
      listening = true;
      socket.on('message', (data, isBinary) => {
        if (!open) return;
        const message = isBinary && data instanceof Uint8Array ? decoded(data) : undefined;
        if (message === undefined) socket.terminate();
        else handler(message);
      });
      socket.resume();
    },
    onClose: (handler) => void closeHandlers.push(handler),
    close: () => {
      socket.close();
      socket.resume();
      ended();
    },
  };
}

function decoded(frame: Uint8Array): ClientMessage | undefined {
  try {
    return decodeFrame(frame) as ClientMessage;
  } catch {
    return undefined;
  }
}
