import type { Disposable } from '../../src-core/base/disposable.ts';
import type { InnkeeperHandlers } from '../../src-core/contract/contract.ts';
import type { ServiceEvent } from '../../src-core/contract/events.ts';

/** How the service is set up by whoever hosts it: the desktop app, `inn serve`, or a test. */
export interface ServiceOptions {
  /** Where machines, images, settings and logs live; `defaultDataDirectory()` unless the person said otherwise. */
  readonly dataDirectory: string;
  readonly host: 'app' | 'background';
  /** Innkeeper's version, as `service.status` tells it. */
  readonly version: string;
}

/** The running service. One per data directory; it is the only owner of everything below it. */
export interface Service {
  /** What the transports dispatch to. `events.subscribe` is answered here too, but who is subscribed is the transport's to know. */
  readonly handlers: InnkeeperHandlers;
  /** Every change, as whole new views. Measurements (`host`, `machine-stats`) are taken only while someone listens. */
  onEvent(listener: (event: ServiceEvent) => void): Disposable;
  /** One event for every object there is: what a new subscriber is sent first. */
  snapshotEvents(): Promise<readonly ServiceEvent[]>;
  /** Resolves when a client called `service.stop`: the hosting process then calls `dispose` and ends. */
  readonly stopRequested: Promise<void>;
  /** Host ports that someone here listens on, for the Host page: `ports.lease(…)` before listening. */
  readonly ports: PortRegistry;
  /** Powers off what still runs, writes what is unwritten and gives the data directory back. Once. */
  dispose(): Promise<void>;
}

export interface PortRegistry {
  /** @throws AppError 'already-exists' when somebody of ours holds it */
  lease(port: { address: string; port: number; protocol: 'tcp' | 'udp'; owner: string }): Disposable;
}

/**
 * Opens the data directory and everything in it.
 * @throws AppError 'unavailable' when another process owns the data directory; `data.pid` is the owner's
 */
export function createService(options: ServiceOptions): Promise<Service> {
  return Promise.reject(new Error(`not yet here: ${options.dataDirectory}`));
}
