/** As bridges do, IEEE 802.1Q §8.8.3. */
export const AGEING_MS = 300_000;
/** A guest may have containers with addresses of their own; more than that is somebody who fills tables. */
export const MOST_MACS_OF_A_PORT = 256;

interface Learned<Port> {
  port: Port;
  seenAt: number;
}

/** Where stations are: cards' own addresses stay where they are, others are learned from what comes in, and forgotten. */
export class MacTable<Port> {
  readonly #own = new Map<number, Port>();
  readonly #learned = new Map<number, Learned<Port>>();
  readonly #counts = new Map<Port, number>();

  /** The address of a card, or of who is behind it: nobody else can have it as long as the card is there. */
  pin(mac: number, port: Port): void {
    this.#forget(mac);
    this.#own.set(mac, port);
  }

  /** Anybody can have it again. */
  unpin(mac: number): void {
    this.#own.delete(mac);
  }

  /** @returns false when another card has this address: who sends with it is not to be heard */
  learn(mac: number, port: Port, now: number): boolean {
    const owner = this.#own.get(mac);
    if (owner !== undefined) return owner === port;
    const known = this.#learned.get(mac);
    if (known?.port === port) {
      known.seenAt = now;
      return true;
    }
    // It has moved, as a station may.
    this.#forget(mac);
    if (this.#count(port) >= MOST_MACS_OF_A_PORT) this.#forgetOldest(port);
    this.#learned.set(mac, { port, seenAt: now });
    this.#counts.set(port, this.#count(port) + 1);
    return true;
  }

  /** @returns null for an address that nobody was seen to have lately */
  find(mac: number, now: number): Port | null {
    const owner = this.#own.get(mac);
    if (owner !== undefined) return owner;
    const known = this.#learned.get(mac);
    if (known === undefined) return null;
    if (now - known.seenAt <= AGEING_MS) return known.port;
    this.#forget(mac);
    return null;
  }

  /** A port is gone. */
  remove(port: Port): void {
    for (const [mac, owner] of this.#own) if (owner === port) this.#own.delete(mac);
    for (const [mac, known] of this.#learned) if (known.port === port) this.#learned.delete(mac);
    this.#counts.delete(port);
  }

  /** Learned addresses. */
  get size(): number {
    return this.#learned.size;
  }

  #count(port: Port): number {
    return this.#counts.get(port) ?? 0;
  }

  #forget(mac: number): void {
    const known = this.#learned.get(mac);
    if (known === undefined) return;
    this.#learned.delete(mac);
    this.#counts.set(known.port, this.#count(known.port) - 1);
  }

  #forgetOldest(port: Port): void {
    // The first one that was learned, not the one unheard for longest: looking at all would cost at each frame of a flood.
    for (const [mac, known] of this.#learned) {
      if (known.port !== port) continue;
      this.#forget(mac);
      return;
    }
  }
}

/** The six bytes as one number, which a `Map` finds faster than text. */
export function macAt(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  const low = ((bytes[at + 2] ?? 0) << 24) | ((bytes[at + 3] ?? 0) << 16) | ((bytes[at + 4] ?? 0) << 8);
  return high * 0x1_0000_0000 + ((low | (bytes[at + 5] ?? 0)) >>> 0);
}

/** @param mac "52:54:00:12:34:56" */
export function macNumber(mac: string): number {
  return parseInt(mac.replaceAll(':', ''), 16);
}
