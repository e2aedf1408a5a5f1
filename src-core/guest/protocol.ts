/**
 * What travels between the host and the agent in a guest, over one byte stream: the virtio-console port named
 * `AGENT_PORT_NAME`. Both ends use this file; so it needs nothing but the language itself.
 *
 * Greeting. Either side may start anew at any moment, in the middle of a frame too (the agent is killed; the
 * machine goes on from a snapshot). Whoever starts sends `RESYNC_BYTES` zero bytes, enough to end any frame that
 * was cut off, and a hello: MAGIC, its own nonce, the other side's nonce (0 while unknown). A hello is answered by
 * one that names both; who sees its own nonce come back is connected. Everything before a hello is skipped.
 *
 * Frames. kind u8, channel u8, zero u16, session u32, length u32, payload, seal u32 (little endian). The seal is
 * the receiver's nonce: a frame that was cut off and filled up by a newcomer's zeros is told from a whole one.
 *
 * Sessions. The host opens a session by its first message, with a number greater than all before; the agent ends
 * it by `ended`, `done` or `failed`. On each channel a sender may have WINDOW_BYTES underway; the receiver gives
 * credit back as its consumer takes the bytes. Session 0 is the connection itself.
 */

export const AGENT_PORT_NAME = 'innkeeper.agent';

/** First byte never 0, so that the zeros before a hello are not taken for its beginning. */
export const MAGIC = Uint8Array.from('\u00d7innkeeper agent', (character) => character.charCodeAt(0));
export const HELLO_BYTES = MAGIC.length + 8;

export const HEADER_BYTES = 12;
export const SEAL_BYTES = 4;
export const MAX_PAYLOAD_BYTES = 64 * 1024;
/** One more than the rest of the longest frame that can have been cut off. */
export const RESYNC_BYTES = HEADER_BYTES + MAX_PAYLOAD_BYTES + SEAL_BYTES;

export const FRAME_KIND = { message: 1, data: 2, credit: 3, finish: 4 } as const;
export type FrameKind = (typeof FRAME_KIND)[keyof typeof FRAME_KIND];

export interface Frame {
  readonly kind: FrameKind;
  readonly channel: number;
  readonly session: number;
  /** Valid only while it is being handled: the bytes below are used again. */
  readonly payload: Uint8Array;
}

/** Channels of an `exec` session; standard input goes to the guest, the others come from it. */
export const CHANNEL = { stdin: 0, stdout: 1, stderr: 2 } as const;
export type OutputChannel = 1 | 2;

/** Bytes that may be underway on one channel of one session. */
export const WINDOW_BYTES = 128 * 1024;
/** Data is cut so that a keystroke never waits behind more than this. */
export const CHUNK_BYTES = 32 * 1024;
/** Sessions at one time; each has up to four descriptors in the agent, whose select() ends at 1024. */
export const MAX_SESSIONS = 240;

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface ExecMessage {
  readonly kind: 'exec';
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  readonly terminal?: TerminalSize;
}

/** Who a guest is, so that a copy of one is told from it. */
export interface Identity {
  readonly hostName: string;
  /** 32 hexadecimal digits: machine-id(5). */
  readonly machineId: string;
  /** Fresh randomness, at least 32 bytes, in hexadecimal. */
  readonly seed: string;
  /** Its network cards: each gets its own address, and forgets what it was given on the network. */
  readonly cards?: readonly CardIdentity[];
}

export interface CardIdentity {
  /** "0000:00:1c.0" */
  readonly pci: string;
  /** "52:54:00:12:34:56" */
  readonly mac: string;
}

export interface MountMessage {
  readonly kind: 'mount';
  /** "virtiofs", "ext4". */
  readonly type: string;
  /** A device's path, or the tag of a shared folder. */
  readonly source: string;
  /** Its whole path; it is made when it is not there. */
  readonly directory: string;
  /** As mount(8) has them after -o. */
  readonly options?: string;
}

export interface UnmountMessage {
  readonly kind: 'unmount';
  readonly directory: string;
  /** Out of sight at once, gone when nobody uses it any more. */
  readonly lazy?: boolean;
}

/** What the host opens a session with. An agent that does not know one answers `failed`, not-supported. */
export type OpeningMessage =
  | ExecMessage
  | { readonly kind: 'ping' }
  /** Nanoseconds since 1970-01-01 UTC, in decimal: JSON numbers end at 2^53. */
  | { readonly kind: 'set-time'; readonly ns: string }
  | { readonly kind: 'power-off' }
  | ({ readonly kind: 'identify' } & Identity)
  /** Devices were plugged in: they are found, and their drivers loaded. */
  | { readonly kind: 'rescan-pci' }
  /** Cables were plugged in: these network cards (PCI addresses; without: all) are up, and ask for their addresses anew. */
  | { readonly kind: 'bring-up-cards'; readonly cards?: readonly string[] }
  /** A device is about to be unplugged. @example "0000:00:05.0" */
  | { readonly kind: 'remove-pci'; readonly address: string }
  | MountMessage
  | UnmountMessage
  /** What is written is to be on the disks. */
  | { readonly kind: 'sync' };

/** What the host says within an `exec` session. An agent that does not know one answers `unknown`. */
export type ControlMessage =
  | ({ readonly kind: 'resize' } & TerminalSize)
  | { readonly kind: 'signal'; readonly signal: number }
  /** Nobody is interested any more: the program is told by SIGHUP, then SIGKILL. */
  | { readonly kind: 'close' };

export type HostMessage = OpeningMessage | ControlMessage;

export const FAILURE_CODES = ['not-supported', 'invalid-input', 'no-room', 'guest-failed'] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];

export type GuestMessage =
  /** Session 0, first after the greeting: what this agent can do, by the names of the opening messages. */
  | { readonly kind: 'about'; readonly agent: string; readonly features: readonly string[] }
  /** The program runs; pid 0 when it could not be started: a message on stderr and 126 or 127 follow. */
  | { readonly kind: 'started'; readonly pid: number }
  /** As a shell tells it: the status, or 128 + the signal that ended it. */
  | { readonly kind: 'ended'; readonly status: number }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly code: FailureCode; readonly because: string }
  | { readonly kind: 'unknown'; readonly of: string };
