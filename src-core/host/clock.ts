import type { Disposable } from '../base/disposable.ts';

/** The time of this computer, and a way to be called later. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number;
  /** Calls back once. Disposing cancels. A pending call does not keep the process alive. */
  after(milliseconds: number, callback: () => void): Disposable;
}

/** Fills with cryptographically strong random bytes. */
export type Random = (into: Uint8Array) => void;
