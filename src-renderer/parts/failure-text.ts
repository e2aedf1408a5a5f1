import type { Failure } from '../../src-core/contract/failures.ts';

/** "Failed to start machine web: …" */
export function failureTitle(failure: Failure): string {
  return `Failed to ${failure.doing}: ${failure.because}`;
}

/** All of a failure, for the clipboard. */
export function failureText(failure: Failure): string {
  return [failureTitle(failure), failure.hint, `(${failure.code})`].filter(Boolean).join('\n');
}
