import type { Disposable } from '../../../base/disposable.ts';
import type { HostNetwork } from '../../host-network.ts';

/** Packets that one guest may have in pieces at the same time; its oldest goes when there is another. */
export const MOST_PARTIAL_PACKETS_OF_A_GUEST = 16;
/** And all of a network together. */
export const MOST_PARTIAL_PACKETS = 256;
/** Bytes of their fragments, of all of a network. */
export const MOST_PARTIAL_BYTES = 4 * 1024 * 1024;
/** A 64 KiB packet over links of 576 bytes has 119. */
export const MOST_FRAGMENTS = 128;
/** RFC 8200 §4.5; also of IPv4, where RFC 1122 §3.3.2 wants 60 to 120 seconds. */
export const REASSEMBLY_MS = 60_000;
const LONGEST_PAYLOAD_BYTES = 65_535;

export interface Fragment {
  /** Of the packet: addresses, identification and, with IPv4, the protocol. */
  readonly key: string;
  /** Who sent it, for the limits. */
  readonly guest: string;
  /** Of the packet's payload, in bytes: a multiple of 8. */
  readonly offset: number;
  readonly more: boolean;
  /** Copied. */
  readonly data: Uint8Array;
}

interface Piece {
  readonly offset: number;
  readonly data: Uint8Array;
}

interface Partial {
  readonly guest: string;
  readonly since: number;
  pieces: Piece[];
  bytes: number;
  /** Of the whole payload, once the last fragment is here. */
  total: number | null;
  /** Pieces of it overlapped: the rest of them is thrown away too, until it would have timed out (RFC 5722 §4). */
  spoilt: boolean;
}

/** Puts fragmented packets together, within bounds: a guest that sends pieces only costs nothing that grows. */
export class Reassembly {
  readonly #host: Pick<HostNetwork, 'now' | 'after'>;
  /** Oldest first. */
  readonly #partials = new Map<string, Partial>();
  #bytes = 0;
  #timer: Disposable | null = null;

  constructor(host: Pick<HostNetwork, 'now' | 'after'>) {
    this.#host = host;
  }

  /** @returns the payload of the packet, if this was the last that was missing */
  add(fragment: Fragment): Uint8Array | null {
    if (!isSound(fragment)) return null;
    const partial = this.#partials.get(fragment.key) ?? this.#begin(fragment);
    if (partial.spoilt) return null;
    const doubled = partial.pieces.some(({ offset, data }) => offset === fragment.offset && same(data, fragment.data));
    if (doubled) return null;
    if (!fits(partial, fragment)) return this.#spoil(partial);
    if (!fragment.more) partial.total = fragment.offset + fragment.data.length;
    partial.pieces.push({ offset: fragment.offset, data: fragment.data.slice() });
    partial.bytes += fragment.data.length;
    this.#bytes += fragment.data.length;
    if (partial.bytes === partial.total) return this.#finish(fragment.key, partial);
    this.#makeRoom(fragment.key);
    return null;
  }

  /** Packets of which fragments are kept. */
  get waiting(): number {
    return this.#partials.size;
  }

  /** Bytes that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#timer = null;
    this.#partials.clear();
    this.#bytes = 0;
  }

  #begin({ key, guest }: Fragment): Partial {
    const ofGuest = [...this.#partials].filter(([, partial]) => partial.guest === guest);
    if (ofGuest.length >= MOST_PARTIAL_PACKETS_OF_A_GUEST) this.#forget(ofGuest[0]?.[0]);
    else if (this.#partials.size >= MOST_PARTIAL_PACKETS) this.#forget(this.#oldest());
    const since = this.#host.now();
    const partial: Partial = { guest, since, pieces: [], bytes: 0, total: null, spoilt: false };
    this.#partials.set(key, partial);
    this.#timer ??= this.#host.after(REASSEMBLY_MS, () => this.#expire());
    return partial;
  }

  #spoil(partial: Partial): null {
    this.#bytes -= partial.bytes;
    partial.bytes = 0;
    partial.pieces = [];
    partial.spoilt = true;
    return null;
  }

  #finish(key: string, partial: Partial): Uint8Array {
    const whole = new Uint8Array(partial.bytes);
    for (const { offset, data } of partial.pieces) whole.set(data, offset);
    this.#forget(key);
    return whole;
  }

  #makeRoom(except: string): void {
    for (const key of this.#partials.keys()) {
      if (this.#bytes <= MOST_PARTIAL_BYTES) return;
      if (key !== except) this.#forget(key);
    }
  }

  #forget(key: string | undefined): void {
    const partial = key === undefined ? undefined : this.#partials.get(key);
    if (key === undefined || partial === undefined) return;
    this.#bytes -= partial.bytes;
    this.#partials.delete(key);
  }

  #oldest(): string | undefined {
    return this.#partials.keys().next().value;
  }

  #expire(): void {
    this.#timer = null;
    const now = this.#host.now();
    for (const [key, { since }] of this.#partials) {
      if (since + REASSEMBLY_MS <= now) this.#forget(key);
      else {
        this.#timer ??= this.#host.after(since + REASSEMBLY_MS - now, () => this.#expire());
        return;
      }
    }
  }
}

/** RFC 8200 §4.5: all but the last are multiples of 8 long, and the whole is no longer than a packet. */
function isSound({ offset, more, data }: Fragment): boolean {
  if (data.length === 0 || offset + data.length > LONGEST_PAYLOAD_BYTES) return false;
  return !more || data.length % 8 === 0;
}

function fits(partial: Partial, { offset, more, data }: Fragment): boolean {
  const end = offset + data.length;
  if (partial.pieces.length >= MOST_FRAGMENTS) return false;
  if (partial.total !== null && (!more || end > partial.total)) return false;
  return partial.pieces.every((piece) => {
    const pieceEnd = piece.offset + piece.data.length;
    return (end <= piece.offset || offset >= pieceEnd) && (more || pieceEnd <= end);
  });
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
