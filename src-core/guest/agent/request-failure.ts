/**
 * Why the guest could not do something; undefined when it did. A value and no rejection: QuickJS ends the program at
 * once when a promise is rejected that nobody waits for yet.
 */
export type Failure = string | undefined;

/** The host asked for what cannot be. To be thrown before anything is done or waited for. */
export function invalid(because: string): Error {
  return new Error(because);
}
