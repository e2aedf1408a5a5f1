import type { Endpoint, HostTcp, TcpEvents, TcpFailure } from '../../host-network.ts';
import type { TcpService } from './tcp-service.ts';

/** One end of a connection within the gateway: between a flow and the service that it goes to. */
class ServedEnd implements HostTcp {
  /** Who this end belongs to; null once nothing is told to it any more. */
  events: TcpEvents | null = null;
  other: ServedEnd | null = null;
  ended = false;
  #paused = false;
  #wasPaused = false;

  write(bytes: Uint8Array): boolean {
    if (this.ended) return true;
    this.other?.events?.data(bytes);
    if (this.other?.isPaused !== true) return true;
    this.#wasPaused = true;
    return false;
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.other?.events?.ended();
    if (this.other?.ended === true) this.#close(null);
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.other?.goOn();
  }

  reset(): void {
    this.events = null;
    this.#close('reset');
  }

  goOn(): void {
    if (!this.#wasPaused) return;
    this.#wasPaused = false;
    this.events?.drained();
  }

  #close(failure: TcpFailure | null): void {
    const { other } = this;
    this.other = null;
    const told = [this.events, other?.events];
    this.events = null;
    if (other !== null) {
      other.other = null;
      other.events = null;
    }
    for (const events of told) events?.closed(failure);
  }
}

/**
 * Opens a service for a guest.
 * @param events of the flow; the service may write at once
 * @returns the flow's end
 */
export function serve(service: TcpService, from: Endpoint, events: TcpEvents): HostTcp {
  const near = new ServedEnd();
  const far = new ServedEnd();
  near.other = far;
  far.other = near;
  near.events = events;
  far.events = service.open(far, from);
  return near;
}
