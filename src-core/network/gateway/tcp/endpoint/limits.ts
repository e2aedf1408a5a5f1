/** How an endpoint behaves where the specifications leave it open. Times in milliseconds. */
export interface EndpointLimits {
  /** RFC 6298 §2.4 asks for 1 s; on a line within one computer that is an age. Linux has 200 ms. */
  readonly leastRto: number;
  /** RFC 6298 §2.5. */
  readonly mostRto: number;
  /** RFC 6298 §2.1. */
  readonly firstRto: number;
  /** Times that the same is sent again before the connection is given up, RFC 9293 §3.8.3: for some 10 minutes. */
  readonly retries: number;
  /** The same for SYN: some 2 minutes. */
  readonly synRetries: number;
  /** RFC 9293 §3.8.6.3 allows 500. */
  readonly delayedAck: number;
  /** RFC 9293 §3.8.4: of silence, until the other end is asked whether it is still there. */
  readonly keepaliveIdle: number;
  readonly keepaliveInterval: number;
  readonly keepaliveProbes: number;
  /** Instead of 2 MSL: nothing lives for long between a guest and its gateway. */
  readonly timeWait: number;
  /** Until the other end's FIN is no longer waited for, when nobody is left who would read what it sends. */
  readonly orphanWait: number;
  /** Bytes of the receive window at first, and at most: it doubles while a whole window is read at once. */
  readonly firstWindow: number;
  readonly mostWindow: number;
  /** Bytes to be sent, or not acknowledged, beyond which the writer is asked to wait: at least, and at most. */
  readonly leastSendBuffer: number;
  readonly mostSendBuffer: number;
  /** RFC 6928: segments sent before the first acknowledgment. */
  readonly initialWindowSegments: number;
  /** Answers to what should not be there, RFC 5961 §7: at most so many each second. */
  readonly challengesPerSecond: number;
  /** Pieces beyond a gap that are kept. */
  readonly mostPieces: number;
}

export const ENDPOINT_LIMITS: EndpointLimits = {
  leastRto: 250,
  mostRto: 60_000,
  firstRto: 1_000,
  retries: 15,
  synRetries: 6,
  delayedAck: 10,
  keepaliveIdle: 2 * 3_600_000,
  keepaliveInterval: 75_000,
  keepaliveProbes: 9,
  timeWait: 2_000,
  orphanWait: 60_000,
  firstWindow: 256 * 1024,
  mostWindow: 1024 * 1024,
  leastSendBuffer: 256 * 1024,
  mostSendBuffer: 2 * 1024 * 1024,
  initialWindowSegments: 10,
  challengesPerSecond: 10,
  mostPieces: 1_024,
};

/** Offered to the other end, RFC 7323 §2.3: windows in units of 128 bytes. */
export const OWN_WINDOW_SCALE = 7;
