import type { ServiceEvent } from '../../src-core/contract/events.ts';

let listener: (event: ServiceEvent) => void = () => undefined;

export function tell(event: ServiceEvent): void {
  listener(event);
}

/** Who hears it from now on. */
export function listen(handler: (event: ServiceEvent) => void): void {
  listener = handler;
}
