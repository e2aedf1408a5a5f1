import type { Disposable } from '../base/disposable.ts';
import type { FramePort } from '../host/frame-port.ts';

/** What the networks do, once somebody has decided what there is. Implemented in a thread of its own by src-main. */
export interface NetworkRunner {
  /** @throws AppError when there is one with this id already */
  open(network: NetworkSpec): Promise<void>;
  /** What is left out stays as it is. */
  change(network: string, change: NetworkChange): Promise<void>;
  /** Cards that are still there lose their carrier. */
  close(network: string): Promise<void>;
  /**
   * Plugs a card's cable in.
   * @param bell of the card's thread: rung when there is something for it
   * @returns what the card's thread gets as the other end
   */
  attach(network: string, card: CardSpec, bell: SharedArrayBuffer): Promise<AttachedCard>;
  /**
   * Lets the others know a guest that is behind the card of another, as a container is behind that of its node: by its
   * name, its address and what DHCP gives it.
   */
  station(network: string, station: StationSpec): Promise<Station>;
  /** @throws AppError 'already-exists' with who has the port, and in `data.free` the next free one; 'denied' */
  forward(network: string, forward: ForwardSpec): Promise<Disposable>;
  /** What goes on now. */
  inspect(network: string): Promise<NetworkState>;
  /** Packets of a network or of one of its cards, from now on. */
  capture(network: string, request: CaptureRequest): Promise<PacketCapture>;
  /** Something went wrong by a defect of ours, and was mended as far as it could be. */
  onDefect(listener: (because: string) => void): Disposable;
  /** Ends the thread. */
  dispose(): Promise<void>;
}

/** Bytes of an IPv4 network, RFC 4632: { address: "10.86.0.0", length: 24 }. */
export interface Subnet {
  readonly address: string;
  readonly length: number;
}

/** How a network's lines behave; to and from each card the same. */
export interface LinkConditions {
  readonly delayMs: number;
  /** Of frames that do not arrive, 0 to 1. */
  readonly loss: number;
  /** Null for no limit. */
  readonly bitsPerSecond: number | null;
}

export const PERFECT_LINK: LinkConditions = { delayMs: 0, loss: 0, bitsPerSecond: null };

export interface NetworkSpec {
  readonly id: string;
  readonly name: string;
  /** The gateway has the first address of it. */
  readonly subnet: Subnet;
  /** A /64 of unique local addresses, RFC 4193; the gateway has ::1 of it. */
  readonly subnet6: Subnet;
  /** No way out: the gateway gives addresses and names, and nothing else. */
  readonly internal: boolean;
  /** A person allowed its guests to reach this computer: what they send to the gateway goes to the loopback. */
  readonly reachesHost: boolean;
  readonly conditions: LinkConditions;
}

export type NetworkChange = Partial<Pick<NetworkSpec, 'name' | 'reachesHost' | 'conditions'>>;

export interface CardSpec {
  /** Of the guest that has it, and its number there: unique among all cards. */
  readonly key: string;
  /** What other guests know it by: NAME.inn. */
  readonly name: string;
  /** "52:54:00:12:34:56". */
  readonly mac: string;
  /** What DHCP gives it. */
  readonly address: string;
}

/** A guest that is behind the card of another. */
export interface StationSpec extends CardSpec {
  /** The guest that has the card: what stands before the colon in the card's key. Nobody else is heard with this MAC. */
  readonly behind: string;
}

export interface AttachedCard extends Disposable {
  /** For the card: the buffers of a cable, and the doorbell of the network's thread. */
  readonly cable: CableToNetwork;
  /** Its network began anew, after a defect of ours: nothing goes over the cable of before, the card gets this one. */
  onReplaced(listener: (cable: CableToNetwork) => void): Disposable;
  /** Its name for other guests. */
  rename(name: string): void;
  /** Frames and bytes that it has sent and received, without asking the thread. */
  readonly traffic: CardTraffic;
}

/** A guest that has no cable of its own. */
export interface Station extends Disposable {
  /** Its name for other guests. */
  rename(name: string): void;
}

/** What a thread needs for a `FramePort`; opaque here. */
export interface CableToNetwork {
  readonly toNetwork: SharedArrayBuffer;
  readonly toCard: SharedArrayBuffer;
  readonly bell: SharedArrayBuffer;
}

export interface CardTraffic {
  readonly sentBytes: number;
  readonly sentFrames: number;
  readonly receivedBytes: number;
  readonly receivedFrames: number;
  /** That had no room, or that the link's conditions lost. */
  readonly droppedFrames: number;
}

export interface ForwardSpec {
  readonly protocol: 'tcp' | 'udp';
  /** Of this computer. */
  readonly address: string;
  readonly port: number;
  /** IPv4 address on the network. */
  readonly guestAddress: string;
  readonly guestPort: number;
  /** Who it is for, in words: the next one who wants the port is told. */
  readonly owner: string;
}

export interface NetworkState {
  /** Of each card, the addresses that it was seen to use. */
  readonly addresses: readonly { readonly card: string; readonly addresses: readonly string[] }[];
  /** Connections and exchanges that the gateway carries. */
  readonly flows: { readonly tcp: number; readonly udp: number; readonly echo: number };
  /** Why nothing goes over it any more: it ended by a defect of ours, and could not begin anew. */
  readonly failure?: string;
}

export interface CaptureRequest {
  /** Key of a card; all of the network when it is left out. */
  readonly card?: string;
  /** pcap-filter in words of capture/filter.ts; everything when it is left out. */
  readonly filter?: string;
  /** A pcap file in pieces, its head first; or lines of JSON, each a `PacketSummary` of the contract. */
  readonly form: 'pcap' | 'summaries';
  /** Given what there is, as long as no more than a bounded number of bytes wait for `PacketCapture.taken`. */
  take(bytes: Uint8Array): void;
}

/** Packets are dropped, and counted, while too much waits to be taken. */
export interface PacketCapture {
  /** So many bytes of what `take` was given are dealt with. */
  taken(bytes: number): void;
  /** Nothing is given to `take` any more. */
  stop(): Promise<CaptureCounts>;
  /** Resolves when it stopped by itself, its network being closed. */
  readonly ended: Promise<void>;
}

export interface CaptureCounts {
  readonly packets: number;
  readonly droppedPackets: number;
}

/** The other end of a cable, in the thread of the networks: what a switch is given. */
export interface SwitchPort extends FramePort {
  readonly card: CardSpec;
  /** A frame of this card, or for it, goes no further. */
  dropped(): void;
}
