/** How much of TCP one guest, and all guests of a network, may have. Beyond, what is new is dropped. */
export interface TcpLimits {
  readonly flowsPerGuest: number;
  readonly flows: number;
  /** That wait for this computer's connection or the guest's; the oldest gives way. */
  readonly halfOpenPerGuest: number;
  /** That are over, and only wait; the oldest gives way. */
  readonly waitingPerGuest: number;
  readonly newPerSecond: number;
  /** As many at once, after a time with fewer. */
  readonly newAtOnce: number;
  /** Bytes kept for connections, beyond which each is kept from standing still and no more. */
  readonly guestBytes: number;
  readonly bytes: number;
  /** Guests that are remembered although they have no connections. */
  readonly idleGuests: number;
}

const MIB = 1024 * 1024;

export const TCP_LIMITS: TcpLimits = {
  flowsPerGuest: 4_096,
  flows: 16_384,
  halfOpenPerGuest: 2_048,
  waitingPerGuest: 1_024,
  newPerSecond: 2_000,
  newAtOnce: 4_096,
  guestBytes: 64 * MIB,
  bytes: 256 * MIB,
  idleGuests: 1_024,
};
