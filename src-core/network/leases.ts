import { AppError } from '../base/errors.ts';
import type { Random } from '../host/clock.ts';
import { freeAddress, randomMac } from './address-plan.ts';
import type { NetworkBook } from './network-book.ts';

/** Which card has which address: it keeps it for as long as it is on its network, whether or not it is used. */
export class Leases {
  readonly #book: NetworkBook;
  readonly #random: Random;

  constructor(book: NetworkBook, random: Random) {
    this.#book = book;
    this.#random = random;
  }

  /** The address of a card, null where it or its network is not there. */
  addressOf(network: string, mac: string): string | null {
    return this.#book.find(network)?.leases.find((lease) => lease.mac === mac)?.address ?? null;
  }

  /** The address that a card has from now on; the one that it has already, if so. @throws AppError 'no-room' */
  give(network: string, mac: string, doing: string): string | null {
    const document = this.#book.find(network);
    const had = this.addressOf(network, mac);
    if (!document || had !== null) return had;
    const address = freeAddress(document, doing);
    this.#book.note(network, (now) => ({ ...now, leases: [...now.leases, { mac, address }] }));
    return address;
  }

  /** The card has gone for good. */
  release(network: string, mac: string): void {
    if (this.addressOf(network, mac) === null) return;
    this.#book.note(network, (now) => ({ ...now, leases: now.leases.filter((lease) => lease.mac !== mac) }));
  }

  /** Cards that a crash left without their machine. @param isUsed whether some machine has a card there */
  sweep(isUsed: (network: string, mac: string) => boolean): void {
    for (const { id, leases } of this.#book.all) {
      for (const { mac } of leases) if (!isUsed(id, mac)) this.release(id, mac);
    }
  }

  /** A card's address that no other card has. */
  newMac(): string {
    for (;;) {
      const mac = randomMac(this.#random);
      if (!this.isGiven(mac)) return mac;
    }
  }

  /** @throws AppError 'already-exists' when another card has it */
  check(mac: string, doing: string): void {
    if (!this.isGiven(mac)) return;
    const because = `another network card has the address ${mac}`;
    throw new AppError({ code: 'already-exists', doing, because, hint: 'Leave it out: then a free one is taken.' });
  }

  /** Whether some card has it. */
  isGiven(mac: string): boolean {
    return this.#book.all.some(({ leases }) => leases.some((lease) => lease.mac === mac));
  }
}
