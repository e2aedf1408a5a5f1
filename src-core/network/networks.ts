import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { AppError, asPartOf } from '../base/errors.ts';
import { DEFAULT_NETWORK } from '../contract/networks.ts';
import type { LinkConditionsView } from '../contract/networks.ts';
import { checkSubnet, freeSubnet, randomSubnet6 } from './address-plan.ts';
import type { TakenSubnet } from './address-plan.ts';
import { Leases } from './leases.ts';
import { linkConditionsOf, NETWORK_VERSION } from './network-document.ts';
import type { NetworkDocument } from './network-document.ts';
import { NetworkBook } from './network-book.ts';
import type { NetworkSurroundings } from './network-surroundings.ts';
import { OpenNetworks } from './open-networks.ts';
import { parseNetwork } from './subnet.ts';

export interface CreateNetwork {
  readonly name: string;
  readonly subnet?: string | undefined;
  readonly internal: boolean;
  readonly reachesHost: boolean;
}

export interface ChangeNetwork {
  readonly name?: string | undefined;
  readonly reachesHost?: boolean | undefined;
  readonly conditions?: LinkConditionsView | undefined;
}

const PERFECT: LinkConditionsView = { delayMs: 0, lossPercent: 0, bitsPerSecond: null };

/** All virtual networks of a data directory. */
export class Networks {
  readonly leases: Leases;
  /** Those that run. */
  readonly open: OpenNetworks;
  readonly #around: NetworkSurroundings;
  readonly #book: NetworkBook;
  readonly #changed = new Emitter<string>();
  readonly #removed = new Emitter<string>();

  constructor(around: NetworkSurroundings) {
    this.#around = around;
    this.#book = new NetworkBook(around);
    this.leases = new Leases(this.#book, around.random);
    this.open = new OpenNetworks(around.runner, this.#book);
  }

  /** Reads the networks from disk and makes the default one where there is none. Once, before anything else. */
  async load(): Promise<void> {
    await this.#book.load();
    if (this.#book.named(DEFAULT_NETWORK)) return;
    const network = this.#document({ name: DEFAULT_NETWORK, internal: false, reachesHost: false }, 'make a network');
    try {
      await this.#book.add(network);
    } catch (error) {
      // A full disk keeps nobody from looking at what there is.
      this.#around.log.warn('the default network could not be written', { error });
      this.#book.adopt(network);
    }
  }

  onChanged(listener: (id: string) => void): Disposable {
    return this.#changed.on(listener);
  }

  onRemoved(listener: (id: string) => void): Disposable {
    return this.#removed.on(listener);
  }

  /** Sorted by name, the default one first. */
  list(): readonly NetworkDocument[] {
    const rank = ({ name }: NetworkDocument): string => (isDefault(name) ? '' : name.toLowerCase());
    return [...this.#book.all].sort((a, b) => rank(a).localeCompare(rank(b)));
  }

  find(id: string): NetworkDocument | undefined {
    return this.#book.find(id);
  }

  /** @param reference name, in any case, or id @throws AppError 'not-found' */
  get(reference: string, doing: string): NetworkDocument {
    return this.#book.get(reference, doing);
  }

  /** When this resolves it is safely on disk. @throws AppError 'already-exists', 'invalid-input' */
  async create(request: CreateNetwork): Promise<NetworkDocument> {
    const doing = `create network ${request.name}`;
    return this.#book.claim(request.name, doing, async () => {
      const network = this.#document(request, doing);
      await asPartOf(doing, this.#book.add(network));
      this.#around.log.info(`network ${network.name} was made`, { subnet: network.subnet });
      this.#changed.fire(network.id);
      return network;
    });
  }

  /** At once, also where machines run. @throws AppError */
  async change(reference: string, { name, reachesHost, conditions }: ChangeNetwork): Promise<NetworkDocument> {
    const doing = `change network ${reference}`;
    const { id, name: before } = this.get(reference, doing);
    if (name !== undefined && isDefault(before) && !isDefault(name)) throw keeps(doing, 'its name');
    const change = async (): Promise<void> => {
      await asPartOf(
        doing,
        this.#book.change(id, (now) => ({
          ...now,
          ...(name === undefined ? {} : { name }),
          ...(reachesHost === undefined ? {} : { reachesHost }),
          ...(conditions === undefined ? {} : { conditions }),
        })),
      );
      await this.open.change(id, {
        ...(name === undefined ? {} : { name }),
        ...(reachesHost === undefined ? {} : { reachesHost }),
        ...(conditions === undefined ? {} : { conditions: linkConditionsOf(conditions) }),
      });
    };
    if (name === undefined || name.toLowerCase() === before.toLowerCase()) await change();
    else await this.#book.claim(name, doing, change);
    this.#changed.fire(id);
    return this.get(id, doing);
  }

  /** @param users names of machines that have a card on it @throws AppError 'wrong-state' */
  async remove(reference: string, users: (id: string) => readonly string[]): Promise<void> {
    const doing = `remove network ${reference}`;
    const { id, name } = this.get(reference, doing);
    if (isDefault(name)) throw keeps(doing, 'its place: machines are connected to it unless they say otherwise');
    const named = users(id);
    if (named.length > 0) {
      const because = `${named.join(', ')} ${named.length === 1 ? 'has a card' : 'have cards'} on it`;
      const hint = 'Move the cards to another network first.';
      throw new AppError({ code: 'wrong-state', doing, because, hint, data: { machines: named } });
    }
    await asPartOf(doing, this.#book.remove(id));
    await this.open.close(id);
    this.#around.log.info(`network ${name} was removed`);
    this.#removed.fire(id);
  }

  /** Ends all that runs. What was to be written is written when this resolves. */
  async dispose(): Promise<void> {
    await this.open.dispose();
    await this.#book.settled();
  }

  #document(request: CreateNetwork, doing: string): NetworkDocument {
    const taken = this.#taken();
    const { name, subnet, internal, reachesHost } = request;
    return {
      version: NETWORK_VERSION,
      id: this.#newId(),
      name,
      createdAt: this.#around.clock.now(),
      subnet: subnet === undefined ? freeSubnet(taken, doing) : checkSubnet(subnet, taken, doing),
      subnet6: randomSubnet6(this.#around.random),
      internal,
      reachesHost,
      conditions: PERFECT,
      leases: [],
    };
  }

  #taken(): TakenSubnet[] {
    const ours = this.#book.all.map(({ name, subnet }) => ({ text: subnet, holder: `network ${name}` }));
    const hosts = this.#around.hostNetworks().map((text) => ({ text, holder: 'this computer itself' }));
    return [...ours, ...hosts].flatMap(({ text, holder }) => {
      const subnet = parseNetwork(text);
      return subnet && subnet.length > 0 ? [{ subnet, holder }] : [];
    });
  }

  #newId(): string {
    const bytes = new Uint8Array(8);
    this.#around.random(bytes);
    return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  }
}

function isDefault(name: string): boolean {
  return name.toLowerCase() === DEFAULT_NETWORK;
}

function keeps(doing: string, what: string): AppError {
  return new AppError({ code: 'wrong-state', doing, because: `the default network keeps ${what}` });
}
