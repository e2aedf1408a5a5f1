import { z } from 'zod';
import { AppError, ERROR_CODES } from '../base/errors.ts';

/** An AppError on the wire. */
export const failureSchema = z.object({
  code: z.enum(ERROR_CODES),
  doing: z.string(),
  because: z.string(),
  hint: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
});
export type Failure = z.infer<typeof failureSchema>;

/** What is thrown becomes what is sent; anything that is not an AppError is our own defect and says so. */
export function toFailure(error: unknown, doing: string): Failure {
  if (error instanceof AppError) {
    const { code, because, hint, data } = error;
    return { code, doing: error.doing, because, data, ...(hint === undefined ? {} : { hint }) };
  }
  const because = error instanceof Error ? error.message : String(error);
  return { code: 'internal', doing, because, hint: 'This is a defect of Innkeeper; the log has the details.' };
}

export function fromFailure(failure: Failure): AppError {
  const { code, doing, because, hint, data } = failure;
  return new AppError({ code, doing, because, ...(hint === undefined ? {} : { hint }), ...(data ? { data } : {}) });
}
