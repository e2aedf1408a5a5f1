import type { Disposable } from '../base/disposable.ts';
import { Capture } from './capture/capture.ts';
import type { CaptureTarget } from './capture/capture.ts';
import { gatewayServices } from './gateway/gateway-services.ts';
import type { GatewayServices } from './gateway/gateway-services.ts';
import { Gateway } from './gateway/gateway.ts';
import type { GatewayPort, ProtocolParts } from './gateway/gateway.ts';
import { TcpProtocol } from './gateway/tcp/tcp-protocol.ts';
import type { HostNetwork } from './host-network.ts';
import type {
  CaptureCounts,
  StationSpec,
  ForwardSpec,
  NetworkChange,
  NetworkSpec,
  NetworkState,
  Subnet,
  SwitchPort,
} from './network-runner.ts';
import { Switch } from './switch/switch.ts';
import type { FrameWatcher } from './switch/switch.ts';

export interface NetworkSituation {
  readonly host: HostNetwork;
  /** Has `service` called soon: something is to be done though no cable rang. */
  wake(): void;
  /** Milliseconds since 1970-01-01 UTC: when packets were captured. */
  time(): number;
  /** Of all virtual networks that are open, this one too. */
  subnets(): readonly Subnet[];
}

/** A switch with a gateway, cables to cards, and who looks at what goes over it. */
export class VirtualNetwork implements Disposable {
  readonly #situation: NetworkSituation;
  readonly #gateway: Gateway;
  readonly #switch: Switch;
  readonly #captures = new Set<Capture>();

  constructor(spec: NetworkSpec, situation: NetworkSituation) {
    this.#situation = situation;
    const { host } = situation;
    const port: GatewayPort = {
      send: (pieces, offload) => this.#switch.send(pieces, offload),
      canOf: (mac) => this.#switch.canOf(mac),
    };
    let services: GatewayServices | null = null;
    const servicesOf = (parts: ProtocolParts): GatewayServices => (services ??= gatewayServices(spec, parts));
    this.#gateway = new Gateway(spec, {
      host,
      port,
      subnets: () => situation.subnets(),
      services: (parts) => servicesOf(parts).udp,
      tcp: (parts) => new TcpProtocol({ ...parts, gateway: parts.addresses.own, services: servicesOf(parts).tcp }),
    });
    const gateway = this.#gateway;
    const station = {
      mac: gateway.addresses.mac,
      receive: gateway.receive.bind(gateway),
      room: gateway.room.bind(gateway),
    };
    const lines = {
      now: () => host.now(),
      after: (milliseconds: number, then: () => void) => host.after(milliseconds, then),
      random: fractionsOf(host),
      wake: () => situation.wake(),
    };
    this.#switch = new Switch(lines, station, spec.conditions);
  }

  /**
   * Handles what waits on the cables, each card its share.
   * @returns whether there is more to do at once
   */
  service(): boolean {
    const isMore = this.#switch.service();
    for (const capture of this.#captures) capture.flush();
    return isMore;
  }

  change(change: NetworkChange): void {
    if (change.conditions) this.#switch.change(change.conditions);
    this.#gateway.change(change);
  }

  /** Plugs a cable in. @returns what pulls it */
  attach(port: SwitchPort): Disposable {
    const plug = this.#switch.attach(port);
    this.#gateway.join(port.card);
    return {
      dispose: () => {
        this.#gateway.leave(port.card.key);
        plug.dispose();
      },
    };
  }

  /** A guest that is behind the card of another. */
  station(station: StationSpec): Disposable {
    const place = this.#switch.place(station.mac, (card) => card.key.startsWith(`${station.behind}:`));
    this.#gateway.join(station);
    return {
      dispose: () => {
        this.#gateway.leave(station.key);
        place.dispose();
      },
    };
  }

  /** A card has another name for other guests. @param card its key */
  rename(card: string, name: string): void {
    this.#gateway.rename(card, name);
  }

  /** @throws AppError 'already-exists' when the port is taken, 'denied' when this person may not have it */
  forward(forward: ForwardSpec): Promise<Disposable> {
    return this.#gateway.forward(forward);
  }

  inspect(): NetworkState {
    return this.#gateway.state;
  }

  /** Gives packets to `target`, from now on until `stop`. @throws AppError 'invalid-input' for a filter that has a mistake */
  capture(target: CaptureTarget): { stop(): CaptureCounts } {
    const capture = new Capture(target, () => this.#situation.time());
    this.#captures.add(capture);
    this.#watch();
    return {
      stop: () => {
        capture.flush();
        this.#captures.delete(capture);
        this.#watch();
        return capture.counts;
      },
    };
  }

  /** Ends all that its guests had going; cables that are still in carry nothing any more. */
  dispose(): void {
    this.#gateway.dispose();
    this.#switch.dispose();
    this.#captures.clear();
  }

  #watch(): void {
    const watcher: FrameWatcher = (from, to, pieces, offload) => {
      for (const capture of this.#captures) capture.see(from, to, pieces, offload);
    };
    this.#switch.watcher = this.#captures.size === 0 ? null : watcher;
  }
}

/** Numbers from 0 to 1, 1 excluded. */
function fractionsOf(host: HostNetwork): () => number {
  const words = new Uint32Array(64);
  let next = words.length;
  return () => {
    if (next === words.length) {
      host.random(new Uint8Array(words.buffer));
      next = 0;
    }
    return (words[next++] ?? 0) / 2 ** 32;
  };
}
