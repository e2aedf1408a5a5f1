import { AppError } from '../../src-core/base/errors.ts';
import type { ClientStream } from '../../src-core/contract/define.ts';
import { EXEC_CHANNEL, type TerminalSize } from '../../src-core/contract/machines.ts';
import { pumpIn, pumpOut } from './byte-pump.ts';
import type { CliIo } from './io.ts';
import { onResize, rawMode } from './terminal.ts';

type Control = { resize: TerminalSize } | { signal: string };

interface Carried {
  /** Carry standard input. */
  readonly interactive: boolean;
  /** The program has a terminal, and this one is it. */
  readonly terminal: boolean;
  /** Ctrl-P Ctrl-Q lets go of it: the program goes on. */
  readonly detachable?: boolean;
}

/** 128 + SIGPIPE, as a shell tells of a command whose reader went away. */
export const BROKEN_PIPE_STATUS = 141;

/** The keys that let go of a container, as docker has them. */
const DETACH_KEYS = Uint8Array.of(0x10, 0x11);

/**
 * Carries a program of a guest to this terminal until it has ended and all of its output is written.
 * @returns its result; 'detached' when it was let go of, 'closed' when nobody reads our output any more
 */
export async function carryProcess<Result>(
  io: CliIo,
  stream: ClientStream<unknown, Control, Result>,
  { interactive, terminal, detachable = false }: Carried,
): Promise<Result | 'detached' | 'closed'> {
  const drained = pumpOut(stream, [undefined, io.stdout, io.stderr]);
  const held = [
    terminal && interactive ? rawMode(io) : undefined,
    terminal ? onResize(io, (size) => stream.control({ resize: size })) : undefined,
    io.onSignal('SIGINT', () => stream.control({ signal: 'SIGINT' })),
    io.onSignal('SIGTERM', () => stream.control({ signal: 'SIGTERM' })),
  ];
  const detached = new AbortController();
  const detach = (): void => {
    detached.abort();
    stream.close();
  };
  const keys = terminal && detachable ? untilDetached((bytes) => void stream.write(bytes), detach) : undefined;
  const stopInput = interactive ? pumpIn(io.stdin, stream, keys) : undefined;
  if (!interactive) stream.finish(EXEC_CHANNEL.stdin);
  try {
    const result = await stream.result;
    await drained();
    return result;
  } catch (error) {
    await drained();
    if (error instanceof AppError && error.code === 'cancelled') return detached.signal.aborted ? 'detached' : 'closed';
    throw error;
  } finally {
    stopInput?.();
    for (const each of held) each?.dispose();
  }
}

/** Keeps the first key back until it is known whether the second follows. */
function untilDetached(send: (bytes: Uint8Array) => void, detach: () => void) {
  let begun = false;
  return (chunk: Uint8Array): Uint8Array | undefined => {
    const bytes = begun ? Uint8Array.of(DETACH_KEYS[0] ?? 0, ...chunk) : chunk;
    const at = bytes.findIndex((byte, index) => byte === DETACH_KEYS[0] && bytes[index + 1] === DETACH_KEYS[1]);
    if (at !== -1) {
      if (at > 0) send(bytes.subarray(0, at));
      detach();
      return undefined;
    }
    begun = bytes.at(-1) === DETACH_KEYS[0];
    return begun ? bytes.subarray(0, -1) : bytes;
  };
}
