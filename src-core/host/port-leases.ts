import type { Disposable } from '../base/disposable.ts';
import { AppError } from '../base/errors.ts';

export interface HostPort {
  readonly address: string;
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
  /** Who listens on it: "window in a browser", a machine's name. */
  readonly owner: string;
}

const EVERY_ADDRESS = new Set(['0.0.0.0', '::', '*']);

function collide(a: HostPort, b: HostPort): boolean {
  if (a.port !== b.port || a.protocol !== b.protocol) return false;
  return a.address === b.address || EVERY_ADDRESS.has(a.address) || EVERY_ADDRESS.has(b.address);
}

/** Which ports of this computer are held by whom of ours. */
export class PortLeases {
  readonly #held = new Set<HostPort>();

  /** @throws AppError 'already-exists' that names the holder, when the port is taken by one of ours */
  lease(port: HostPort): Disposable {
    for (const held of this.#held) {
      if (!collide(held, port)) continue;
      throw new AppError({
        code: 'already-exists',
        doing: `use ${port.protocol} port ${port.port}`,
        because: `it is held by ${held.owner} on ${held.address}`,
        hint: 'Take another port.',
        data: { ...held },
      });
    }
    const own = { ...port };
    this.#held.add(own);
    return { dispose: () => void this.#held.delete(own) };
  }

  /** Who of ours has a port, in words; null for nobody. */
  holderOf(port: Omit<HostPort, 'owner'>): string | null {
    return [...this.#held].find((held) => collide(held, { ...port, owner: '' }))?.owner ?? null;
  }

  list(): readonly HostPort[] {
    return [...this.#held].sort((a, b) => a.port - b.port || a.address.localeCompare(b.address));
  }
}
