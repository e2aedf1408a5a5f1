import type { Disposable } from '../base/disposable.ts';

/**
 * What the gateways need of this computer: sockets that anybody may open, names, and time. Addresses are text as people
 * write them, IPv4 or IPv6, without a scope.
 */
export interface HostNetwork {
  /** Milliseconds that only grow. */
  now(): number;
  /** Calls `then` once, at the earliest after so many milliseconds. */
  after(milliseconds: number, then: () => void): Disposable;
  /** Fills with cryptographically strong random bytes. */
  random(into: Uint8Array): void;
  /** This computer's own addresses, as they are now: out of a guest's reach. */
  ownAddresses(): readonly string[];
  connectTcp(to: Endpoint, events: TcpEvents): HostTcp;
  /** @throws AppError 'already-exists' when the port is taken, 'denied' when this person may not have it */
  listenTcp(at: Endpoint, accept: (connection: HostTcp, from: Endpoint) => TcpEvents): Promise<HostListener>;
  /** A socket with a port of its own that sends to anywhere. */
  openUdp(family: 4 | 6, events: UdpEvents): HostUdp;
  /** @throws AppError as `listenTcp` */
  bindUdp(at: Endpoint, events: UdpEvents): Promise<HostUdp>;
  /** An ICMP echo of so many bytes. @returns whether it was answered in time */
  echo(to: string, payloadBytes: number, timeoutMs: number): Promise<boolean>;
  /** Asks this computer's own resolver. A whole DNS message, RFC 1035 §4. @returns its answer, null when none came */
  resolve(query: Uint8Array): Promise<Uint8Array | null>;
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Why a connection could not be made, or ended. */
export type TcpFailure = 'refused' | 'unreachable' | 'timeout' | 'reset';

export interface TcpEvents {
  connected(): void;
  /** The bytes are the receiver's to keep. */
  data(bytes: Uint8Array): void;
  /** The other side sends nothing more. */
  ended(): void;
  /** What was written has left, after `write` had said that it is enough for now. */
  drained(): void;
  /** Once, last: nothing of it is left. */
  closed(failure: TcpFailure | null): void;
}

/** A connection of this computer. Nothing throws; what happens is told by its events. */
export interface HostTcp {
  /** Keeps the bytes themselves, no copy, until they have left: nobody may change them. @returns false when it is enough until `drained` */
  write(bytes: Uint8Array): boolean;
  /** Nothing more is sent. */
  end(): void;
  /** No more `data` until `resume`. */
  pause(): void;
  resume(): void;
  /** Ends both directions at once; the other side sees a reset where that can be had. */
  reset(): void;
}

export interface HostListener extends Disposable {
  readonly at: Endpoint;
}

export interface UdpEvents {
  /** The bytes are the receiver's to keep. */
  received(bytes: Uint8Array, from: Endpoint): void;
  /** What was sent last came back: nobody listens there. */
  refused(): void;
}

export interface HostUdp extends Disposable {
  send(bytes: Uint8Array, to: Endpoint): void;
}
