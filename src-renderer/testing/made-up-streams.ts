import type { ClientStream } from '../../src-core/contract/define.ts';

/** A stream that sends pieces of text, one after the other, and then stays open or ends. */
export function textStream<O, R>(
  opened: O,
  pieces: Iterable<string>,
  { everyMs = 0, result }: { readonly everyMs?: number; readonly result?: R } = {},
): ClientStream<O, never, R> {
  const encoder = new TextEncoder();
  let closed = false;
  let end: (result: R) => void = () => undefined;
  const ended = new Promise<R>((resolve) => (end = resolve));
  return {
    opened,
    onData: (handler) => {
      void (async () => {
        for (const piece of pieces) {
          if (closed) return;
          if (everyMs > 0) await new Promise((resolve) => setTimeout(resolve, everyMs));
          await new Promise<void>((resolve) => void handler(encoder.encode(piece), 0, resolve));
        }
        if (result !== undefined) end(result);
      })();
    },
    write: async () => undefined,
    finish: () => undefined,
    control: () => undefined,
    result: ended,
    close: () => {
      closed = true;
    },
  };
}
