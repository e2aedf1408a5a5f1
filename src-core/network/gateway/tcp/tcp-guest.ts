import type { Endpoint } from '../../host-network.ts';
import type { Address } from '../guest-link.ts';
import { Budget } from './endpoint/budget.ts';
import type { TcpLimits } from './tcp-limits.ts';

/** A connection as its guest's accounts know it. */
interface CountedFlow {
  readonly guest: Endpoint;
  readonly remote: Endpoint;
  /** Ends it, to make room. */
  drop(): void;
  /** Goes on: there is room on the way to the guest. */
  resume(): void;
}

/** The connections of one guest, as one address of it. */
export class TcpGuest<Flow extends CountedFlow> {
  readonly address: Address;
  readonly budget: Budget;
  /** Those that do not stand yet, the oldest first. */
  readonly halfOpen = new Set<Flow>();
  /** Those in TIME-WAIT, the oldest first. */
  readonly waiting = new Set<Flow>();
  /** Those that found no room on the way to the guest, in the order in which they go on. */
  readonly blocked = new Set<Flow>();
  readonly #limits: TcpLimits;
  /** By the other side's address, then by both ports. */
  readonly #flows = new Map<Address, Map<number, Flow>>();
  #size = 0;
  #mayOpen: number;
  #mayOpenSince: number;

  constructor(address: Address, limits: TcpLimits, network: Budget, now: number) {
    this.address = address;
    this.#limits = limits;
    this.budget = new Budget(limits.guestBytes, network);
    this.#mayOpen = limits.newAtOnce;
    this.#mayOpenSince = now;
  }

  get size(): number {
    return this.#size;
  }

  find(remote: Address, guestPort: number, remotePort: number): Flow | undefined {
    return this.#flows.get(remote)?.get(keyOf(guestPort, remotePort));
  }

  /** Makes room among the limits. @returns whether one more flow may begin now */
  admits(now: number): boolean {
    const limits = this.#limits;
    this.#mayOpen = Math.min(
      limits.newAtOnce,
      this.#mayOpen + ((now - this.#mayOpenSince) / 1_000) * limits.newPerSecond,
    );
    this.#mayOpenSince = now;
    if (this.#mayOpen < 1) return false;
    if (this.halfOpen.size >= limits.halfOpenPerGuest) oldest(this.halfOpen)?.drop();
    if (this.#size >= limits.flowsPerGuest) oldest(this.waiting)?.drop();
    if (this.#size >= limits.flowsPerGuest) return false;
    this.#mayOpen--;
    return true;
  }

  add(flow: Flow): void {
    let ports = this.#flows.get(flow.remote.address);
    if (ports === undefined) this.#flows.set(flow.remote.address, (ports = new Map<number, Flow>()));
    ports.set(keyOf(flow.guest.port, flow.remote.port), flow);
    this.#size++;
    this.halfOpen.add(flow);
  }

  /** It is over, and only waits until nothing of it can be on the way. */
  waits(flow: Flow): void {
    if (this.waiting.size >= this.#limits.waitingPerGuest) oldest(this.waiting)?.drop();
    this.waiting.add(flow);
  }

  remove(flow: Flow): void {
    this.halfOpen.delete(flow);
    this.waiting.delete(flow);
    this.blocked.delete(flow);
    const ports = this.#flows.get(flow.remote.address);
    if (ports?.delete(keyOf(flow.guest.port, flow.remote.port)) !== true) return;
    this.#size--;
    if (ports.size === 0) this.#flows.delete(flow.remote.address);
  }

  /** There is room on the way to the guest: those that wait go on by turns. */
  room(): void {
    for (const flow of this.blocked) {
      this.blocked.delete(flow);
      flow.resume();
      if (this.blocked.has(flow)) return;
    }
  }

  all(): Flow[] {
    return [...this.#flows.values()].flatMap((ports) => [...ports.values()]);
  }
}

function keyOf(guestPort: number, remotePort: number): number {
  return guestPort * 65_536 + remotePort;
}

function oldest<Flow>(flows: ReadonlySet<Flow>): Flow | undefined {
  return flows.values().next().value;
}
