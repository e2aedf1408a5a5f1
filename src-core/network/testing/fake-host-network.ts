import type { Disposable } from '../../base/disposable.ts';
import { AppError } from '../../base/errors.ts';
import type {
  Endpoint,
  HostListener,
  HostNetwork,
  HostTcp,
  HostUdp,
  TcpEvents,
  TcpFailure,
  UdpEvents,
} from '../host-network.ts';

/** Answers a datagram that was sent to a peer: with bytes, with silence, or with "nobody listens here". */
export type UdpPeer = (bytes: Uint8Array) => Uint8Array | null | 'refused';

/**
 * A computer whose clock and peers a test controls. Nothing happens by itself: what peers answer, and timers, come with
 * `advance`. Promises settle as promises do.
 */
export class FakeHostNetwork implements HostNetwork {
  /** Every socket that was ever opened, in order; those that are let go of say so. */
  readonly udp: FakeUdp[] = [];
  readonly tcp: FakeTcp[] = [];
  readonly listeners: FakeListener[] = [];
  readonly echoes: { readonly to: string; readonly payloadBytes: number }[] = [];
  readonly queries: Uint8Array[] = [];
  own: readonly string[] = ['127.0.0.1', '::1', '192.168.1.10'];
  /** What happens at a connection's other end; where there is none, tests drive `tcp` by hand. Keys: `keyOf`. */
  readonly tcpPeers = new Map<string, (connection: FakeTcp) => void>();
  readonly udpPeers = new Map<string, UdpPeer>();
  /** Ports of this computer that another program has. Keys: `keyOf`. */
  readonly taken = new Set<string>();
  answersEcho: (to: string) => boolean | Promise<boolean> = () => true;
  answersQuery: (query: Uint8Array) => Uint8Array | null | Promise<Uint8Array | null> = () => null;
  #now = 0;
  #timers: { readonly at: number; readonly then: () => void }[] = [];
  #seed = 0x2545f491;

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, then: () => void): Disposable {
    const timer = { at: this.#now + Math.max(0, milliseconds), then };
    this.#timers.push(timer);
    return { dispose: () => (this.#timers = this.#timers.filter((other) => other !== timer)) };
  }

  /** Lets so much time pass; what is due happens in order, also what it brings about within that time. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const due = this.#timers.reduce<{ at: number; then: () => void } | null>(
        (first, timer) => (timer.at <= end && (first === null || timer.at < first.at) ? timer : first),
        null,
      );
      if (due === null) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#now = Math.max(this.#now, due.at);
      due.then();
    }
    this.#now = end;
  }

  /** Timers that wait: none should when everything has been let go of. */
  get timers(): number {
    return this.#timers.length;
  }

  /** The same bytes in every test. */
  random(into: Uint8Array): void {
    for (let at = 0; at < into.length; at++) {
      this.#seed ^= this.#seed << 13;
      this.#seed ^= this.#seed >>> 17;
      this.#seed ^= this.#seed << 5;
      into[at] = this.#seed;
    }
  }

  ownAddresses(): readonly string[] {
    return this.own;
  }

  connectTcp(to: Endpoint, events: TcpEvents): FakeTcp {
    const connection = new FakeTcp(to, events);
    this.tcp.push(connection);
    const peer = this.tcpPeers.get(keyOf(to));
    if (peer !== undefined) this.after(0, () => peer(connection));
    return connection;
  }

  listenTcp(at: Endpoint, accept: FakeListener['accept']): Promise<HostListener> {
    const listener = new FakeListener(at, accept);
    return this.#bind(`tcp ${keyOf(at)}`, at, listener, () => this.listeners.push(listener));
  }

  openUdp(family: 4 | 6, events: UdpEvents): FakeUdp {
    return this.#keep(new FakeUdp(this, { address: family === 4 ? '0.0.0.0' : '::', port: 0 }, events));
  }

  bindUdp(at: Endpoint, events: UdpEvents): Promise<HostUdp> {
    const socket = new FakeUdp(this, at, events);
    return this.#bind(`udp ${keyOf(at)}`, at, socket, () => this.#keep(socket));
  }

  async echo(to: string, payloadBytes: number, _timeoutMs: number): Promise<boolean> {
    this.echoes.push({ to, payloadBytes });
    return this.answersEcho(to);
  }

  async resolve(query: Uint8Array): Promise<Uint8Array | null> {
    this.queries.push(query.slice());
    return this.answersQuery(query);
  }

  #keep(socket: FakeUdp): FakeUdp {
    this.udp.push(socket);
    return socket;
  }

  async #bind<T extends FakeUdp | FakeListener>(key: string, at: Endpoint, bound: T, keep: () => void): Promise<T> {
    if (this.taken.has(key)) {
      const because = `${keyOf(at)} is taken`;
      throw new AppError({ code: 'already-exists', doing: `listen at ${keyOf(at)}`, because });
    }
    this.taken.add(key);
    bound.letGo = () => this.taken.delete(key);
    keep();
    return bound;
  }
}

/** "203.0.113.5:80", "[2001:db8::5]:80". */
export function keyOf({ address, port }: Endpoint): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

export class FakeUdp implements HostUdp {
  readonly sent: { readonly bytes: Uint8Array; readonly to: Endpoint }[] = [];
  readonly at: Endpoint;
  readonly events: UdpEvents;
  disposed = false;
  letGo: () => void = () => undefined;
  readonly #host: FakeHostNetwork;

  constructor(host: FakeHostNetwork, at: Endpoint, events: UdpEvents) {
    this.#host = host;
    this.at = at;
    this.events = events;
  }

  send(bytes: Uint8Array, to: Endpoint): void {
    if (this.disposed) throw new Error('a socket that was let go of sends');
    const kept = bytes.slice();
    this.sent.push({ bytes: kept, to });
    const peer = this.#host.udpPeers.get(keyOf(to));
    if (peer === undefined) return;
    this.#host.after(0, () => {
      const answer = peer(kept);
      if (this.disposed || answer === null) return;
      if (answer === 'refused') this.events.refused();
      else this.events.received(answer, to);
    });
  }

  /** Something comes in from there. */
  receive(bytes: Uint8Array, from: Endpoint): void {
    if (!this.disposed) this.events.received(bytes, from);
  }

  dispose(): void {
    this.disposed = true;
    this.letGo();
  }
}

export class FakeListener implements HostListener {
  readonly at: Endpoint;
  readonly accept: (connection: HostTcp, from: Endpoint) => TcpEvents;
  disposed = false;
  letGo: () => void = () => undefined;

  constructor(at: Endpoint, accept: FakeListener['accept']) {
    this.at = at;
    this.accept = accept;
  }

  /** Somebody connects from there. */
  connect(from: Endpoint): FakeTcp {
    const connection = new FakeTcp(from, null);
    connection.events = this.accept(connection, from);
    return connection;
  }

  dispose(): void {
    this.disposed = true;
    this.letGo();
  }
}

/** One connection: what our side wrote and wanted, and means for its other side to act. */
export class FakeTcp implements HostTcp {
  readonly to: Endpoint;
  /** Everything that was written, in pieces. */
  readonly written: Uint8Array[] = [];
  /** `write` answers false once so many bytes were written since `drain`; Infinity: never. */
  room = Infinity;
  /** Called with each piece that is written: a peer that answers. */
  whenWritten: (bytes: Uint8Array) => void = () => undefined;
  whenEnded: () => void = () => undefined;
  ended = false;
  paused = false;
  wasReset = false;
  closed = false;
  #events: TcpEvents | null;
  #undrained = 0;

  constructor(to: Endpoint, events: TcpEvents | null) {
    this.to = to;
    this.#events = events;
  }

  get events(): TcpEvents {
    if (this.#events === null) throw new Error('a connection was not accepted yet');
    return this.#events;
  }

  set events(events: TcpEvents) {
    this.#events = events;
  }

  get text(): string {
    return this.written.map((bytes) => String.fromCharCode(...bytes)).join('');
  }

  write(bytes: Uint8Array): boolean {
    if (this.ended) throw new Error('a connection writes after its end');
    const kept = bytes.slice();
    this.written.push(kept);
    this.#undrained += kept.length;
    this.whenWritten(kept);
    return this.#undrained < this.room;
  }

  end(): void {
    this.ended = true;
    this.whenEnded();
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  reset(): void {
    this.wasReset = true;
  }

  /** The other side accepts. */
  connect(): void {
    this.events.connected();
  }

  /** The other side sends this; text as Latin-1. */
  say(data: Uint8Array | string): void {
    this.events.data(typeof data === 'string' ? Uint8Array.from(data, (char) => char.charCodeAt(0)) : data);
  }

  /** The other side sends nothing more. */
  finish(): void {
    this.events.ended();
  }

  /** What was written has left. */
  drain(): void {
    this.#undrained = 0;
    this.events.drained();
  }

  /** Nothing of it is left. */
  close(failure: TcpFailure | null = null): void {
    this.closed = true;
    this.events.closed(failure);
  }
}
