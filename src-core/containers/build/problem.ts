import { AppError, type ErrorCode } from '../../base/errors.ts';

/** What is wrong with a Containerfile. @param line counted from 1 */
export function failedAt(line: number, because: string, code: ErrorCode = 'invalid-input', hint?: string): AppError {
  return new AppError({
    code,
    doing: 'build an image',
    because: `line ${line}: ${because}`,
    ...(hint === undefined ? {} : { hint }),
    data: { line },
  });
}
