import type { Disposable } from '../../../base/disposable.ts';
import { AppError } from '../../../base/errors.ts';
import { toFailure } from '../../../contract/failures.ts';
import type { Failure } from '../../../contract/failures.ts';
import type { Forward, ForwardView } from '../../../contract/networks.ts';
import { checkPort, forwardKey } from '../../../hypervisor/connections/forwards.ts';
import type { EngineSurroundings } from '../surroundings.ts';

/** Where ports lead to. */
export interface PortTarget {
  readonly network: string;
  readonly address: string;
}

interface Held {
  readonly forward: Forward;
  readonly lease: Disposable;
  way: Disposable | null;
  failure: Failure | null;
}

type Around = Pick<EngineSurroundings, 'host' | 'probePort' | 'networks'>;

/** Ports are looked for from here on where a person names none: those that systems give to clients lie higher. */
const FIRST_FREE_PORT = 20_000;
const LAST_FREE_PORT = 32_000;

/** The ports of this computer that lead to a container in one run. */
export class PublishedPorts {
  readonly #around: Around;
  readonly #owner: () => string;
  readonly #held = new Map<string, Held>();
  #target: PortTarget | null = null;

  /** @param owner name of the container: the next one who wants a port is told */
  constructor(around: Around, owner: () => string) {
    this.#around = around;
    this.#owner = owner;
  }

  /**
   * Holds ports before anything is started. @throws AppError 'already-exists' with who has one, and in `data.free` the
   * next free one; 'denied'. Then none of them is held
   */
  async hold(forwards: readonly Forward[], doing: string): Promise<void> {
    const taken: string[] = [];
    try {
      for (const forward of forwards) {
        await checkPort(forward, this.#around, doing);
        const { address, port, protocol } = forward;
        const lease = this.#around.host.ports.lease({ address, port, protocol, owner: this.#owner() });
        this.#held.set(forwardKey(forward), { forward, lease, way: null, failure: null });
        taken.push(forwardKey(forward));
      }
    } catch (error) {
      for (const key of taken) this.#release(key);
      throw error;
    }
  }

  /** From now on they lead there. What cannot be had is told in the views. */
  async open(target: PortTarget | null): Promise<void> {
    this.#target = target;
    await Promise.all([...this.#held.values()].map((held) => this.#connect(held)));
  }

  /** @throws AppError; then it is as before */
  async change(forwards: readonly Forward[], doing: string): Promise<void> {
    const same = ({ forward }: Held): boolean =>
      forwards.some((each) => forwardKey(each) === forwardKey(forward) && each.guestPort === forward.guestPort);
    const moved = [...this.#held.values()].filter((held) => !same(held));
    const isNew = (forward: Forward): boolean => !this.#held.has(forwardKey(forward));
    await this.hold(forwards.filter(isNew), doing);
    for (const { forward } of moved) {
      const kept = forwards.find((each) => forwardKey(each) === forwardKey(forward));
      const held = this.#held.get(forwardKey(forward));
      if (kept && held) {
        held.way?.dispose();
        this.#held.set(forwardKey(kept), { ...held, forward: kept, way: null, failure: null });
      } else this.#release(forwardKey(forward));
    }
    await this.open(this.#target);
  }

  /** The ports are others' to have. */
  close(): void {
    for (const key of [...this.#held.keys()]) this.#release(key);
    this.#target = null;
  }

  view(forward: Forward): ForwardView {
    const held = this.#held.get(forwardKey(forward));
    const state = held?.failure ? 'failed' : held?.way ? 'active' : 'waiting';
    return { ...forward, state, failure: held?.failure ?? null };
  }

  async #connect(held: Held): Promise<void> {
    if (held.way) return;
    const { protocol, address, port, guestPort } = held.forward;
    const doing = `forward ${protocol} port ${port} to container ${this.#owner()}`;
    const key = forwardKey(held.forward);
    const target = this.#target;
    try {
      if (!target) throw new AppError({ code: 'wrong-state', doing, because: 'it is on no network' });
      const way = await this.#around.networks.open.forward(target.network, {
        ...{ protocol, address, port, guestPort, owner: this.#owner() },
        guestAddress: target.address,
      });
      if (this.#held.get(key) === held && this.#target === target) held.way = way;
      else way.dispose();
    } catch (error) {
      held.failure = toFailure(error, doing);
    }
  }

  #release(key: string): void {
    const held = this.#held.get(key);
    this.#held.delete(key);
    held?.way?.dispose();
    held?.lease.dispose();
  }
}

/** A port of this computer that nobody has now. @throws AppError 'no-room' */
export async function freePort(
  { protocol, address }: Pick<Forward, 'protocol' | 'address'>,
  around: Pick<EngineSurroundings, 'host' | 'probePort' | 'random'>,
  isChosen: (port: number) => boolean,
  doing: string,
): Promise<number> {
  const bytes = new Uint8Array(2);
  const span = LAST_FREE_PORT - FIRST_FREE_PORT;
  around.random(bytes);
  const begin = new DataView(bytes.buffer).getUint16(0) % span;
  for (let tries = 0; tries < 500; tries++) {
    const port = FIRST_FREE_PORT + ((begin + tries) % span);
    const candidate = { protocol, address, port };
    if (isChosen(port) || around.host.ports.holderOf(candidate) !== null) continue;
    if ((await around.probePort(candidate)) === 'free') return port;
  }
  throw new AppError({ code: 'no-room', doing, because: 'no port of this computer could be found free' });
}
