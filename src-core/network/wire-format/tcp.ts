import { read16, read32 } from './fields.ts';

const TCP_HEADER_BYTES = 20;
export const TCP_FLAG = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ece: 64, cwr: 128 } as const;
const OPTION = { end: 0, nothing: 1, maximumSegment: 2, windowScale: 3, sackPermitted: 4, sack: 5, timestamps: 8 };

/** RFC 9293 §3.1. */
export interface TcpHeader {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  /** Bits of `TCP_FLAG`. */
  readonly flags: number;
  /** As it stands there, not scaled. */
  readonly window: number;
  readonly optionsAt: number;
  readonly dataAt: number;
}

/** @param at where the header begins in the frame. @param end of the IP packet */
export function parseTcp(frame: Uint8Array, at: number, end: number): TcpHeader | null {
  if (end > frame.length || end < at + TCP_HEADER_BYTES) return null;
  const dataAt = at + ((frame[at + 12] ?? 0) >>> 4) * 4;
  if (dataAt < at + TCP_HEADER_BYTES || dataAt > end) return null;
  return {
    sourcePort: read16(frame, at),
    destinationPort: read16(frame, at + 2),
    sequence: read32(frame, at + 4),
    acknowledgment: read32(frame, at + 8),
    flags: frame[at + 13] ?? 0,
    window: read16(frame, at + 14),
    optionsAt: at + TCP_HEADER_BYTES,
    dataAt,
  };
}

/** RFC 9293 §3.2, RFC 7323, RFC 2018. */
export interface TcpOptions {
  maximumSegment: number | null;
  windowScale: number | null;
  sackPermitted: boolean;
  /** Left and right edges. */
  sack: readonly (readonly [number, number])[];
  timestamps: { readonly value: number; readonly echo: number } | null;
}

/** @returns the options up to the first that is malformed */
export function parseTcpOptions(frame: Uint8Array, { optionsAt, dataAt }: TcpHeader): TcpOptions {
  const options: TcpOptions = {
    maximumSegment: null,
    windowScale: null,
    sackPermitted: false,
    sack: [],
    timestamps: null,
  };
  let at = optionsAt;
  while (at < dataAt && frame[at] !== OPTION.end) {
    const length = frame[at] === OPTION.nothing ? 1 : (frame[at + 1] ?? 0);
    if (at + length > dataAt || (frame[at] !== OPTION.nothing && length < 2)) break;
    take(options, frame.subarray(at, at + length));
    at += length;
  }
  return options;
}

function take(options: TcpOptions, option: Uint8Array): void {
  const [kind] = option;
  const { length } = option;
  if (kind === OPTION.maximumSegment && length === 4) options.maximumSegment = read16(option, 2);
  else if (kind === OPTION.windowScale && length === 3) options.windowScale = option[2] ?? 0;
  else if (kind === OPTION.sackPermitted && length === 2) options.sackPermitted = true;
  else if (kind === OPTION.timestamps && length === 10) {
    options.timestamps = { value: read32(option, 2), echo: read32(option, 6) };
  } else if (kind === OPTION.sack && length % 8 === 2) {
    const blocks = Array.from({ length: (length - 2) / 8 }, (_, block) => 2 + block * 8);
    options.sack = blocks.map((at) => [read32(option, at), read32(option, at + 4)]);
  }
}
