import type { Socket } from 'node:net';
import {
  FrameError,
  FrameSplitter,
  MAX_CLIENT_FRAME_BYTES,
  MAX_SERVER_FRAME_BYTES,
  decodeFrame,
  encodeFrame,
} from '../../src-core/contract/frames.ts';
import type { ClientMessage, MessageChannel, ServerMessage } from '../../src-core/contract/wire.ts';

/** A peer that does not read its answers is not read either, once this much waits for it. */
export const PAUSE_ABOVE_BYTES = 1024 * 1024;

/** Events are not asked for one by one: a peer that lets this much pile up is cut off. */
export const MAX_UNSENT_BYTES = 64 * 1024 * 1024;

/** How long a peer may take to accept the end of the connection. */
const CLOSE_GRACE_MS = 5000;

export const serverSocketChannel = (socket: Socket) =>
  socketChannel<ServerMessage, ClientMessage>(socket, MAX_CLIENT_FRAME_BYTES);
export const clientSocketChannel = (socket: Socket) =>
  socketChannel<ClientMessage, ServerMessage>(socket, MAX_SERVER_FRAME_BYTES);

/** Frames over a stream socket, each with its length before it. Bytes that are no frame end the connection. */
function socketChannel<Out extends ClientMessage | ServerMessage, In>(
  socket: Socket,
  maxFrameBytes: number,
): MessageChannel<Out, In> {
  const splitter = new FrameSplitter(maxFrameBytes);
  const closeHandlers: (() => void)[] = [];
  let open = true;
  let listening = false;
  const ended = () => {
    if (!open) return;
    open = false;
    for (const handler of closeHandlers) handler();
  };
  // An error is followed by 'close'; without a listener it would end the process.
  socket.on('error', () => undefined);
  socket.on('close', ended);
  socket.on('drain', () => {
    if (listening) socket.resume();
  });
  return {
    send: (message) => {
      if (!open || !socket.writable) return;
      socket.write(encodeFrame(message, true));
      if (socket.writableLength > MAX_UNSENT_BYTES) socket.destroy();
      else if (socket.writableLength > PAUSE_ABOVE_BYTES) socket.pause();
    },
    // A socket that nobody listens to does not flow, so what arrives before is kept by the system.
    onMessage: (handler) => {
      listening = true;
      socket.on('data', (chunk: Buffer) => {
        try {
          for (const frame of splitter.push(chunk)) if (open) handler(decodeFrame(frame) as In);
        } catch (error) {
          socket.destroy();
          if (!(error instanceof FrameError)) throw error;
        }
      });
    },
    onClose: (handler) => void closeHandlers.push(handler),
    close: () => {
      // What is written already still arrives; the peer's end then closes the socket.
      socket.end();
      socket.resume();
      socket.setTimeout(CLOSE_GRACE_MS, () => socket.destroy());
      ended();
    },
  };
}
