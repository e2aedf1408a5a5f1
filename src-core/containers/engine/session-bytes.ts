import { AppError } from '../../base/errors.ts';
import { CHANNEL } from '../../guest/protocol.ts';
import type { ExecSession } from '../../guest/exec-session.ts';

const MOST_COMPLAINT_CHARACTERS = 1000;

/**
 * What a program prints on its standard output, piece by piece, no faster than it is taken. Ended early, so is the program.
 * @throws AppError with what it said on its standard error, when it failed
 */
export async function* sessionBytes(session: ExecSession, doing: string): AsyncGenerator<Uint8Array, void, void> {
  const pieces: { bytes: Uint8Array; done: () => void }[] = [];
  let wake: () => void = () => undefined;
  let complaint = '';
  let end: { readonly exitStatus: number } | { readonly error: unknown } | undefined;
  session.finish();
  session.onData((bytes, channel, done) => {
    if (channel === CHANNEL.stdout) pieces.push({ bytes, done });
    else {
      if (complaint.length < MOST_COMPLAINT_CHARACTERS) complaint += new TextDecoder().decode(bytes);
      done();
    }
    wake();
  });
  session.result
    .then(
      (result) => (end = result),
      (error: unknown) => (end = { error }),
    )
    .finally(() => wake());
  try {
    for (;;) {
      const piece = pieces.shift();
      if (piece) {
        yield piece.bytes;
        piece.done();
      } else if (end) break;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
    if ('error' in end) throw end.error;
    if (end.exitStatus !== 0) throw guestFailed(doing, complaint, end.exitStatus);
  } finally {
    session.close();
  }
}

/** What a program on a node complained about, as a failure of what it was for. */
export function guestFailed(doing: string, complaint: string, exitStatus: number): AppError {
  const said = complaint.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
  const because = said === '' ? `it failed in the node with status ${exitStatus}` : said;
  return new AppError({ code: 'guest-failed', doing, because });
}
