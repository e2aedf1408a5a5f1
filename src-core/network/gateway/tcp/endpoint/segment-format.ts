import type { Segment, SegmentHead, Timestamps } from './segment.ts';
import { NO_SACK } from './segment.ts';

/** RFC 9293 §3.1. */
const HEADER_BYTES = 20;
/** RFC 9293 §3.2, RFC 7323, RFC 2018: kinds of options, and their lengths. */
const OPTION = { end: 0, nothing: 1, maximumSegment: 2, windowScale: 3, sackPermitted: 4, sack: 5, timestamps: 8 };
const SACK_BLOCK_BYTES = 8;

export interface Ports {
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** @returns null when it is no TCP header */
export function portsOf(packet: Uint8Array): Ports | null {
  if (packet.length < HEADER_BYTES) return null;
  return { sourcePort: short(packet, 0), destinationPort: short(packet, 2) };
}

/** @param packet header and data. @returns null when it is malformed; its data is part of the packet */
export function parseSegment(packet: Uint8Array): Segment | null {
  if (packet.length < HEADER_BYTES) return null;
  const headerBytes = ((packet[12] ?? 0) >>> 4) * 4;
  if (headerBytes < HEADER_BYTES || headerBytes > packet.length) return null;
  const options = headerBytes === HEADER_BYTES ? NO_OPTIONS : parseOptions(packet, headerBytes);
  if (options === null) return null;
  return {
    sequence: word(packet, 4),
    acknowledgment: word(packet, 8),
    flags: packet[13] ?? 0,
    window: short(packet, 14),
    maximumSegment: options.maximumSegment,
    windowScale: options.windowScale,
    sackPermitted: options.sackPermitted,
    timestamps: options.timestamps,
    sack: options.sack,
    data: packet.subarray(headerBytes),
  };
}

/** A header, its checksum zero. */
export function writeHeader({ sourcePort, destinationPort }: Ports, head: SegmentHead): Uint8Array {
  const length = HEADER_BYTES + optionBytes(head);
  const header = new Uint8Array(length);
  putShort(header, 0, sourcePort);
  putShort(header, 2, destinationPort);
  putWord(header, 4, head.sequence);
  putWord(header, 8, head.acknowledgment);
  header[12] = (length / 4) << 4;
  header[13] = head.flags;
  putShort(header, 14, head.window);
  if (length > HEADER_BYTES) writeOptions(header, head);
  return header;
}

interface Options {
  maximumSegment: number;
  windowScale: number;
  sackPermitted: boolean;
  timestamps: Timestamps | null;
  sack: readonly number[];
}

const NO_OPTIONS: Options = {
  maximumSegment: 0,
  windowScale: -1,
  sackPermitted: false,
  timestamps: null,
  sack: NO_SACK,
};

function parseOptions(packet: Uint8Array, end: number): Options | null {
  const options: Options = { ...NO_OPTIONS };
  for (let at = HEADER_BYTES; at < end;) {
    const kind = packet[at];
    if (kind === OPTION.end) break;
    if (kind === OPTION.nothing) {
      at++;
      continue;
    }
    const length = packet[at + 1] ?? 0;
    if (length < 2 || at + length > end) return null;
    parseOption(packet, at, length, options);
    at += length;
  }
  return options;
}

/** An option of another length than its own is ignored, like one that is not known. */
function parseOption(packet: Uint8Array, at: number, length: number, options: Options): void {
  const kind = packet[at];
  if (kind === OPTION.timestamps && length === 10) {
    options.timestamps = { value: word(packet, at + 2), echo: word(packet, at + 6) };
  } else if (kind === OPTION.sack && length > 2 && (length - 2) % SACK_BLOCK_BYTES === 0) {
    const edges: number[] = [];
    for (let edge = at + 2; edge < at + length; edge += 4) edges.push(word(packet, edge));
    options.sack = edges;
  } else if (kind === OPTION.maximumSegment && length === 4) options.maximumSegment = short(packet, at + 2);
  else if (kind === OPTION.windowScale && length === 3) options.windowScale = packet[at + 2] ?? 0;
  else if (kind === OPTION.sackPermitted && length === 2) options.sackPermitted = true;
}

function optionBytes(head: SegmentHead): number {
  return (
    (head.maximumSegment > 0 ? 4 : 0) +
    (head.windowScale >= 0 ? 4 : 0) +
    (head.sackPermitted ? 4 : 0) +
    (head.timestamps === null ? 0 : 12) +
    (head.sack.length === 0 ? 0 : 4 + head.sack.length * 4)
  );
}

/** Each padded to a multiple of four bytes by `nothing` in front of it, as receivers expect for the sake of speed. */
function writeOptions(header: Uint8Array, head: SegmentHead): void {
  let at = HEADER_BYTES;
  const begin = (padding: number, kind: number, length: number): void => {
    for (let done = 0; done < padding; done++) header[at++] = OPTION.nothing;
    header[at++] = kind;
    header[at++] = length;
  };
  if (head.maximumSegment > 0) {
    begin(0, OPTION.maximumSegment, 4);
    putShort(header, at, head.maximumSegment);
    at += 2;
  }
  if (head.sackPermitted) begin(2, OPTION.sackPermitted, 2);
  if (head.timestamps !== null) {
    begin(2, OPTION.timestamps, 10);
    putWord(header, at, head.timestamps.value);
    putWord(header, at + 4, head.timestamps.echo);
    at += 8;
  }
  if (head.windowScale >= 0) {
    begin(1, OPTION.windowScale, 3);
    header[at++] = head.windowScale;
  }
  if (head.sack.length > 0) {
    begin(2, OPTION.sack, 2 + head.sack.length * 4);
    for (const edge of head.sack) {
      putWord(header, at, edge);
      at += 4;
    }
  }
}

function short(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function word(bytes: Uint8Array, at: number): number {
  return ((short(bytes, at) << 16) | short(bytes, at + 2)) >>> 0;
}

function putShort(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

function putWord(bytes: Uint8Array, at: number, value: number): void {
  putShort(bytes, at, value >>> 16);
  putShort(bytes, at + 2, value);
}
