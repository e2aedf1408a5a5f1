import type { ClientStream } from '../../src-core/contract/define.ts';
import type { InputStream, OutputStream } from './io.ts';

type Stream = Pick<ClientStream<unknown, never, unknown>, 'write' | 'finish' | 'onData' | 'close'>;

/**
 * Writes what comes on the stream's channels to the outputs, byte for byte. The service's credit is given back when
 * an output has taken the bytes, so a slow reader of our output holds back the guest.
 * @returns a function that resolves when all that has come is written
 */
export function pumpOut(stream: Stream, outputs: readonly (OutputStream | undefined)[]): () => Promise<void> {
  let unwritten = Promise.resolve();
  stream.onData((bytes, channel, done) => {
    const output = outputs[channel];
    if (output === undefined || output.destroyed) {
      done();
      return;
    }
    const written = new Promise<void>((resolve) => {
      output.write(bytes, (error) => {
        // Nobody reads our output any more ("| head"): nor do we.
        if (error) stream.close();
        done();
        resolve();
      });
    });
    unwritten = unwritten.then(() => written);
  });
  return () => unwritten;
}

/**
 * Sends the input until its end or until `stop`. Reading waits for the stream's credit.
 * @param filter sees each chunk first and may end the input by returning undefined
 * @returns what stops it
 */
export function pumpIn(
  input: InputStream,
  stream: Stream,
  filter: (chunk: Uint8Array) => Uint8Array | undefined = (chunk) => chunk,
): () => void {
  const send = (chunk: Uint8Array | string) => {
    const bytes = filter(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    if (bytes === undefined) {
      stop();
      return;
    }
    input.pause();
    stream.write(bytes).then(
      () => (stopped ? undefined : input.resume()),
      () => stop(),
    );
  };
  const end = () => stream.finish();
  let stopped = false;
  const stop = () => {
    stopped = true;
    input.off('data', send).off('end', end).pause();
  };
  input.on('data', send).on('end', end);
  return stop;
}
