import type { Disposable } from '../../src-core/base/disposable.ts';
import type { TerminalSize } from '../../src-core/contract/machines.ts';
import type { CliIo, OutputStream } from './io.ts';

const MAX_CELLS = 1000;

/** @returns the size of the terminal that `out` is, or undefined */
export function terminalSize(out: OutputStream): TerminalSize | undefined {
  if (!out.isTTY || !out.columns || !out.rows) return undefined;
  return { columns: Math.min(out.columns, MAX_CELLS), rows: Math.min(out.rows, MAX_CELLS) };
}

/**
 * Every key goes to the guest as it is, Ctrl-C too, and every byte of its output to the terminal, until disposed. The
 * guest's terminal has made its line ends already: a second carriage return would spoil what full-screen programs draw.
 */
export function rawMode(io: CliIo): Disposable {
  if (!io.stdin.isTTY || io.stdin.setRawMode === undefined) return { dispose: () => undefined };
  io.stdin.setRawMode(true);
  io.passOutputUnchanged();
  return { dispose: () => void io.stdin.setRawMode?.(false) };
}

/** Tells each new size of the terminal. */
export function onResize(io: CliIo, handler: (size: TerminalSize) => void): Disposable {
  const told = () => {
    const size = terminalSize(io.stdout);
    if (size) handler(size);
  };
  io.stdout.on('resize', told);
  return { dispose: () => void io.stdout.off('resize', told) };
}
