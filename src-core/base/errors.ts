/**
 * Two of the three kinds of failure (the third, what a guest does wrong, is a value of the machine).
 *
 * What a person or the world does wrong is an `AppError`: a code out of a closed union, the sentence
 * "Failed to {verb} {object}: {cause}", and what to do next. What we do wrong is a `BugError`.
 */

/** Every way in which a request can fail that is not our fault. */
export const ERROR_CODES = [
  'invalid-input',
  'not-found',
  'already-exists',
  'wrong-state',
  'no-room',
  'not-supported',
  'denied',
  'unavailable',
  'corrupt',
  'disk-full',
  'network',
  'timeout',
  'cancelled',
  'guest-failed',
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface AppErrorFields {
  readonly code: ErrorCode;
  /** What was being done, "create machine web": completes "Failed to …". */
  readonly doing: string;
  /** Why it did not work, one sentence without its full stop. */
  readonly because: string;
  /** What the person can do now; one sentence. */
  readonly hint?: string;
  /** Figures and names for a program that reads the error. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** An expected failure, told to the person as it is. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly doing: string;
  readonly because: string;
  readonly hint: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(fields: AppErrorFields) {
    super(`Failed to ${fields.doing}: ${fields.because}`, { cause: fields.cause });
    this.code = fields.code;
    this.doing = fields.doing;
    this.because = fields.because;
    this.hint = fields.hint;
    this.data = fields.data ?? {};
  }
}

/**
 * Tells a failure as that of the larger work it was part of: "write /…/machine.json" fails, and with it "create
 * machine web", for the same cause.
 */
export async function asPartOf<T>(doing: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, because, hint, data } = error;
    throw new AppError({ code, doing, because, data, cause: error, ...(hint === undefined ? {} : { hint }) });
  }
}

/** A defect of this program. It ends the one machine it happened in, not the app. */
export class BugError extends Error {
  override readonly name = 'BugError';
}

/** @throws BugError when `condition` does not hold */
export function assert(condition: unknown, what: string): asserts condition {
  if (!condition) throw new BugError(what);
}
