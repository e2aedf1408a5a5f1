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
  /** What the transports dispatch to. Who is subscribed to events is the transport's to know. */
  readonly handlers: InnkeeperHandlers;
  /** Every change, as whole new views. Measurements (`host`, `machine-stats`) are taken only while someone listens. */
  onEvent(listener: (event: ServiceEvent) => void): Disposable;
  /** One event for every object there is: what a new subscriber is sent first. */
  snapshotEvents(): Promise<readonly ServiceEvent[]>;
  /** Resolves when a client called `service.stop`: the hosting process then calls `dispose` and ends. */
  readonly stopRequested: Promise<void>;
  /** Host ports that someone here listens on, for the Host page: `ports.lease(…)` before listening. */
  readonly ports: PortRegistry;
  /** A transport or a handler met a defect of ours: it is written to the service's log. */
  logDefect(error: unknown, what: string): void;
  /** Powers off what still runs, writes what is unwritten and gives the data directory back. Once. */
  dispose(): Promise<void>;
}

export interface PortRegistry {
  /** @throws AppError 'already-exists' when somebody of ours holds it */
  lease(port: { address: string; port: number; protocol: 'tcp' | 'udp'; owner: string }): Disposable;
}
