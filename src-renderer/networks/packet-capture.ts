import type { InnkeeperClient } from '../../src-core/contract/contract.ts';
import { type Failure, toFailure } from '../../src-core/contract/failures.ts';
import { type PacketSummary, packetSummarySchema } from '../../src-core/contract/networks.ts';
import { JsonLines } from '../parts/json-lines.ts';
import { service } from '../state/session.ts';
import { PcapRecords } from './pcap-records.ts';

type Stream = Awaited<ReturnType<InnkeeperClient['networks']['packets']>>;

/** What the list shows now; a new object whenever it changed. */
export interface Packets {
  readonly status: 'opening' | 'open' | 'ended';
  /** Oldest first. */
  readonly rows: readonly PacketSummary[];
  /** That came while the list stood still. */
  readonly waiting: number;
  readonly paused: boolean;
  readonly failure: Failure | null;
}

/** As many lines as anybody scrolls through, and what of the packets' bytes a window may hold. */
const MOST_ROWS = 5000;
const MOST_BYTES = 32 * 1024 * 1024;
/** A flood of packets is drawn ten times a second. */
const DRAW_EVERY_MS = 100;

/** The packets of one network while its page is open: a list that goes on, and the same packets as a file. */
export class PacketCapture {
  readonly #network: string;
  #state: Packets = { status: 'opening', rows: [], waiting: 0, paused: false, failure: null };
  #rows: PacketSummary[] = [];
  #records = new PcapRecords(MOST_BYTES);
  #streams: Stream[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #handlers = new Set<() => void>();
  /** Counts openings, so that what an earlier one still brings is dropped. */
  #opening = 0;

  constructor(network: string) {
    this.#network = network;
  }

  readonly subscribe = (handler: () => void): (() => void) => {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  };

  readonly state = (): Packets => this.#state;

  /** Begins anew with what a filter lets through; an empty one lets everything. */
  async open(filter: string): Promise<void> {
    this.close();
    const opening = this.#opening;
    this.#rows = [];
    this.#records = new PcapRecords(MOST_BYTES);
    this.#set({ status: 'opening', rows: [], waiting: 0, failure: null });
    const input = { network: this.#network, ...(filter.trim() === '' ? {} : { filter: filter.trim() }) };
    try {
      // The bytes first: then there are some for every line of the list.
      if (!this.#use(await service().networks.capture(input), opening, this.#keepBytes())) return;
      const list = await service().networks.packets(input);
      if (this.#use(list, opening, this.#readLines(new JsonLines(packetSummarySchema)))) this.#set({ status: 'open' });
    } catch (error) {
      if (opening === this.#opening) this.#ended(error);
    }
  }

  /** The list stands still to be read; packets are gathered on. */
  pause(paused: boolean): void {
    this.#set({ paused, ...(paused ? {} : { rows: [...this.#rows], waiting: 0 }) });
  }

  clear(): void {
    this.#rows = [];
    this.#records.clear();
    this.#set({ rows: [], waiting: 0 });
  }

  close(): void {
    this.#opening += 1;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const stream of this.#streams.splice(0)) stream.close();
  }

  /** @returns a pcap file of what was gathered; null when that is nothing */
  file(): Uint8Array<ArrayBuffer> | null {
    return this.#records.count === 0 ? null : this.#records.file();
  }

  /** The bytes of a packet of the list, if they are still here. */
  bytesOf({ at, bytes }: PacketSummary): Uint8Array | null {
    return this.#records.find(at, bytes);
  }

  #use(stream: Stream, opening: number, take: (bytes: Uint8Array) => void): boolean {
    if (opening !== this.#opening) {
      stream.close();
      return false;
    }
    this.#streams.push(stream);
    stream.onData((bytes, _channel, done) => {
      if (opening === this.#opening) take(bytes);
      done();
    });
    stream.result.then(
      () => opening === this.#opening && this.#set({ status: 'ended' }),
      (error: unknown) => opening === this.#opening && this.#ended(error),
    );
    return true;
  }

  #readLines(lines: JsonLines<PacketSummary>): (bytes: Uint8Array) => void {
    return (bytes) => {
      this.#rows.push(...lines.push(bytes));
      if (this.#rows.length > MOST_ROWS) this.#rows.splice(0, this.#rows.length - MOST_ROWS);
      this.#drawSoon();
    };
  }

  #keepBytes(): (bytes: Uint8Array) => void {
    const records = this.#records;
    return (bytes) => {
      records.push(bytes);
      this.#drawSoon();
    };
  }

  #drawSoon(): void {
    this.#timer ??= setTimeout(() => this.#draw(), DRAW_EVERY_MS);
  }

  #draw(): void {
    this.#timer = undefined;
    if (!this.#state.paused) return this.#set({ rows: [...this.#rows], waiting: 0 });
    const last = this.#state.rows.at(-1)?.number ?? 0;
    this.#set({ waiting: this.#rows.filter(({ number }) => number > last).length });
  }

  #ended(error: unknown): void {
    this.#set({ status: 'ended', failure: toFailure(error, 'show packets') });
  }

  #set(change: Partial<Packets>): void {
    this.#state = { ...this.#state, ...change };
    for (const handler of this.#handlers) handler();
  }
}
