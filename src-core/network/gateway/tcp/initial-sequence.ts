import type { HostNetwork } from '../../host-network.ts';
import { sipHash } from './siphash.ts';

const KEY_BYTES = 16;
const TICKS_PER_MS = 250;

/** Initial sequence numbers that nobody outside can foretell: RFC 6528 §3. */
export class InitialSequences {
  readonly #host: Pick<HostNetwork, 'now'>;
  readonly #key = new Uint8Array(KEY_BYTES);
  readonly #encoder = new TextEncoder();

  constructor(host: Pick<HostNetwork, 'now' | 'random'>) {
    this.#host = host;
    host.random(this.#key);
  }

  /** @param connection names it: addresses and ports */
  of(connection: string): number {
    return (Math.floor(this.#host.now() * TICKS_PER_MS) + sipHash(this.#key, this.#encoder.encode(connection))) >>> 0;
  }
}
