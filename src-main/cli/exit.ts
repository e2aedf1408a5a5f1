import { CommanderError } from 'commander';
import { AppError } from '../../src-core/base/errors.ts';
import type { CliIo } from './io.ts';
import { printable } from './output.ts';

export const EXIT = { done: 0, failed: 1, wrongUsage: 2 } as const;

/** A command of the guest ended with this status, and so does `inn`. */
export class ExitStatus extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`exit status ${status}`);
    this.status = status;
  }
}

/** Tells a failure in the form of the command line. @returns the exit status */
export function reportFailure(io: CliIo, error: unknown): number {
  if (error instanceof ExitStatus) return error.status;
  // Commander has printed its own line by now; help and version are no failures.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUsage;
  const { doing, because, hint } = told(error);
  io.stderr.write(`inn: failed to ${printable(doing)}: ${printable(because)}\n`);
  if (hint !== undefined) io.stderr.write(`${printable(hint)}\n`);
  return EXIT.failed;
}

function told(error: unknown): Pick<AppError, 'doing' | 'because' | 'hint'> {
  if (error instanceof AppError) return error;
  return {
    doing: 'carry out the command',
    because: error instanceof Error ? error.message : String(error),
    hint: 'This is a defect of Innkeeper.',
  };
}
