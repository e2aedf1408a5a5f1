import type { Budget } from './budget.ts';
import type { EndpointLimits } from './limits.ts';
import type { SegmentHead } from './segment.ts';

/** RFC 9293 §3.3.2. Nobody listens here: an endpoint begins with what a listener heard, or by calling. */
export type EndpointState =
  | 'syn-sent'
  | 'syn-received'
  | 'established'
  | 'fin-wait-1'
  | 'fin-wait-2'
  | 'close-wait'
  | 'closing'
  | 'last-ack'
  | 'time-wait'
  | 'closed';

export type EndpointFailure = 'refused' | 'reset' | 'timeout';

/** What an endpoint needs below it. */
export interface EndpointWire {
  /** Milliseconds that only grow. */
  now(): number;
  /** The most payload that one `send` takes. */
  mostPayload(): number;
  /**
   * @param segmentBytes payload bytes of each segment that it is cut into, where it is more than one
   * @returns false when there is no room: then nothing was sent, and `resume` is to be called once there is
   */
  send(head: SegmentHead, data: readonly Uint8Array[], segmentBytes: number): boolean;
  /** `deadline` is earlier than it was. */
  sooner(): void;
}

/** What happens to a connection. The endpoint may be called from within. */
export interface EndpointEvents {
  established(): void;
  /** @param bytes the receiver's to keep. @returns false when no more is to come until `read` */
  data(bytes: Uint8Array): boolean;
  /** The other end sends nothing more. */
  ended(): void;
  /** `write` had said that it is enough for now: there is room again. */
  drained(): void;
  /** This end's FIN arrived and the other end's did, and all that is left is to wait (TIME-WAIT). */
  waits(): void;
  /** Once, last. */
  closed(failure: EndpointFailure | null): void;
}

export interface EndpointConfig {
  readonly wire: EndpointWire;
  readonly events: EndpointEvents;
  readonly limits: EndpointLimits;
  readonly budget: Budget;
  /** ISS, RFC 6528. */
  readonly initialSequence: number;
  /** Told to the other end: payload bytes of the longest segment without options. */
  readonly mss: number;
}
