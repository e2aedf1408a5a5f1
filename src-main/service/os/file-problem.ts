import { AppError } from '../../../src-core/base/errors.ts';
import type { ErrorCode } from '../../../src-core/base/errors.ts';

interface Problem {
  readonly code: ErrorCode;
  readonly because: string;
  readonly hint?: string;
}

const FULL: Problem = {
  code: 'disk-full',
  because: 'the disk is full',
  hint: 'Free some space on it, then try again.',
};
const DENIED: Problem = { code: 'denied', because: 'this computer does not permit it' };

/** errno(3), as far as a person can do something about it. */
const PROBLEMS: Readonly<Record<string, Problem>> = {
  ENOSPC: FULL,
  EDQUOT: { ...FULL, because: 'your share of the disk is used up' },
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: { code: 'denied', because: 'the disk can only be read' },
  ENOENT: { code: 'not-found', because: 'there is no such file' },
};

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}

/** What the operating system says about a file, as a failure for a person; anything else stays what it is. */
export function fileProblem(doing: string, error: unknown): unknown {
  if (error instanceof AppError || !(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const problem = PROBLEMS[code] ?? { code: 'unavailable', because: error.message };
  return new AppError({ doing, ...problem, cause: error });
}
