/**
 * How bytes get from a stream into a terminal without stopping the window: in slices so small that xterm looks at the
 * clock between them, and with the stream's credit given back only when the last slice was really parsed.
 */
export const SLICE_BYTES = 4 * 1024;

export interface ByteSink {
  write(bytes: Uint8Array, parsed?: () => void): void;
}

/** Writes `bytes` in slices; `parsed` is called when the terminal has taken in the last of them. */
export function writeSliced(sink: ByteSink, bytes: Uint8Array, parsed: () => void): void {
  if (bytes.length === 0) return parsed();
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    const isLast = at + SLICE_BYTES >= bytes.length;
    sink.write(bytes.subarray(at, at + SLICE_BYTES), isLast ? parsed : undefined);
  }
}
