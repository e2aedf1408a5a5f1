import type { Disposable } from '../../src-core/base/disposable.ts';
import { AppError, assert } from '../../src-core/base/errors.ts';
import { Doorbell } from '../../src-core/hypervisor/pipes/doorbell.ts';
import { CableEnd } from '../../src-core/hypervisor/pipes/frame-ring.ts';
import type {
  CaptureCounts,
  CaptureRequest,
  CardSpec,
  StationSpec,
  ForwardSpec,
  NetworkChange,
  NetworkSpec,
  NetworkState,
  Subnet,
  SwitchPort,
} from '../../src-core/network/network-runner.ts';
import { CountedPort } from './counted-port.ts';
import { CardCounters } from './network-protocol.ts';
import type { NetworkAnswer, NetworkCommand, NetworkReport } from './network-protocol.ts';

/** Bytes of a capture that may be under way to who asked for it. */
const MOST_UNTAKEN_BYTES = 1024 * 1024;

/** What a virtual network does. */
export interface SwitchedNetwork extends Disposable {
  /** @returns whether there is more to do at once */
  service(): boolean;
  change(change: NetworkChange): void;
  attach(port: SwitchPort): Disposable;
  station(station: StationSpec): Disposable;
  rename(card: string, name: string): void;
  forward(forward: ForwardSpec): Promise<Disposable>;
  inspect(): NetworkState;
  /** @param request its `take` says whether there was room */
  capture(request: Omit<CaptureRequest, 'take'> & { readonly take: (bytes: Uint8Array) => boolean }): {
    stop(): CaptureCounts;
  };
}

type CommandOf<Kind extends NetworkCommand['kind']> = Extract<NetworkCommand, { kind: Kind }>;

interface RunningCapture {
  untakenBytes: number;
  stop(): CaptureCounts;
}

/** One virtual network with what hangs on it. */
export class RunningNetwork {
  readonly subnet: Subnet;
  readonly #name: string;
  readonly #network: SwitchedNetwork;
  readonly #report: (report: NetworkReport) => void;
  /** Cards and stations. */
  readonly #cards = new Map<string, Disposable>();
  readonly #forwards = new Map<number, Disposable>();
  readonly #captures = new Map<number, RunningCapture>();

  constructor({ name, subnet }: NetworkSpec, network: SwitchedNetwork, report: (report: NetworkReport) => void) {
    this.#name = name;
    this.subnet = subnet;
    this.#report = report;
    this.#network = network;
  }

  service(): boolean {
    return this.#network.service();
  }

  /** @throws AppError */
  async carryOut(command: Exclude<NetworkCommand, CommandOf<'open' | 'close'>>): Promise<NetworkAnswer> {
    switch (command.kind) {
      case 'change':
        this.#network.change(command.change);
        return null;
      case 'attach':
        this.#attach(command);
        return null;
      case 'station':
        this.#join(command.card, () => this.#network.station(command.card));
        return null;
      case 'detach':
        this.#detach(command.card);
        return null;
      case 'rename':
        this.#network.rename(command.card, command.name);
        return null;
      case 'forward':
        this.#forwards.set(command.key, await this.#network.forward(command.forward));
        return null;
      case 'end-forward':
        this.#forwards.get(command.key)?.dispose();
        this.#forwards.delete(command.key);
        return null;
      case 'inspect':
        return this.#network.inspect();
      default:
        return this.#capturing(command);
    }
  }

  dispose(): void {
    for (const forward of this.#forwards.values()) forward.dispose();
    this.#network.dispose();
  }

  #attach({ card, cable, bell, counters }: CommandOf<'attach'>): void {
    this.#join(card, () => {
      const end = new CableEnd(cable, 'network', new Doorbell(bell));
      return this.#network.attach(new CountedPort(card, end, new CardCounters(counters)));
    });
  }

  #join({ key, name }: CardSpec, join: () => Disposable): void {
    if (this.#cards.has(key)) {
      const because = 'its cable is in already';
      throw new AppError({ code: 'already-exists', doing: `connect ${name} to network ${this.#name}`, because });
    }
    this.#cards.set(key, join());
  }

  #detach(key: string): void {
    this.#cards.get(key)?.dispose();
    this.#cards.delete(key);
  }

  #capturing(command: CommandOf<'capture' | 'captured-taken' | 'end-capture'>): NetworkAnswer {
    const { key } = command;
    if (command.kind === 'capture') {
      this.#capture(command);
      return null;
    }
    const capture = this.#captures.get(key);
    assert(capture, 'a capture goes on until it is ended');
    if (command.kind === 'captured-taken') {
      capture.untakenBytes -= command.bytes;
      return null;
    }
    this.#captures.delete(key);
    return capture.stop();
  }

  #capture({ key, request }: CommandOf<'capture'>): void {
    const capture: RunningCapture = { untakenBytes: 0, stop: () => ({ packets: 0, droppedPackets: 0 }) };
    const take = (bytes: Uint8Array): boolean => {
      if (capture.untakenBytes + bytes.length > MOST_UNTAKEN_BYTES) return false;
      capture.untakenBytes += bytes.length;
      this.#report({ kind: 'captured', key, bytes });
      return true;
    };
    this.#captures.set(key, capture);
    const running = this.#network.capture({ ...request, take });
    capture.stop = () => running.stop();
  }
}
