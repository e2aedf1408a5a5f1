import type { z } from 'zod';
import { AppError } from '../base/errors.ts';

/** What zod found wrong, told as one sentence; `data.issues` has all of it for a form that marks its fields. */
export function invalidInput(doing: string, error: z.ZodError): AppError {
  const issues = error.issues.slice(0, 20).map(({ path, message }) => ({ path: path.map(String), message }));
  const first = issues[0];
  return new AppError({
    code: 'invalid-input',
    doing,
    because: first ? sentence(first) : 'wrong input',
    data: { issues },
  });
}

/** Our own messages are whole sentences; zod's need the name of the field. */
function sentence({ path, message }: { path: string[]; message: string }): string {
  const own = !/^(Invalid|Too (small|big)|Unrecognized)/.test(message);
  return own || path.length === 0 ? message : `${path.join('.')}: ${message}`;
}
