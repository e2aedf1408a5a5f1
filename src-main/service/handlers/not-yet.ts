import { AppError } from '../../../src-core/base/errors.ts';

/** @param doing "clone machine web" */
export function notYet(doing: string): AppError {
  return new AppError({ code: 'not-supported', doing, because: 'this version of Innkeeper cannot do it' });
}
