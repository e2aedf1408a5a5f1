import { AppError, type ErrorCode } from '../base/errors.ts';

/** What went wrong because nothing answers in the guest, or not in time. @param doing "set the guest's clock" */
export function noAgent(doing: string, code: ErrorCode, because: string): AppError {
  const hint = 'The machine has to run an image with the Innkeeper agent, and to have finished booting.';
  return new AppError({ code, doing, because, hint });
}
