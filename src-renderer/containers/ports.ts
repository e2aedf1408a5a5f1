import { CircleAlert, CircleCheck, CirclePause } from 'lucide-react';
import type { HostView } from '../../src-core/contract/host.ts';
import type { ForwardView } from '../../src-core/contract/networks.ts';
import { isLoopback } from '../networks/forwards.ts';
import type { Look } from './states.ts';

export { forwardUrl } from '../networks/forwards.ts';

export const PORT_LOOKS: Record<ForwardView['state'], Look> = {
  active: { word: 'Active', tone: 'running', icon: CircleCheck },
  waiting: { word: 'Container is off', tone: 'stopped', icon: CirclePause },
  failed: { word: 'Failed', tone: 'failed', icon: CircleAlert },
};

/** "8080 → 80", with the address where others than this computer reach it, and the protocol where it is not TCP. */
export function publishedText({ address, port, guestPort, protocol }: ForwardView): string {
  const from = isLoopback(address) ? String(port) : `${address}:${port}`;
  return `${from} → ${guestPort}${protocol === 'tcp' ? '' : `/${protocol}`}`;
}

const HIGHEST_PORT = 65_535;
/** Below this a port wants a privilege on many systems. */
const FIRST_FREE_FOR_ALL = 1024;

/**
 * The port of this computer that is proposed for a container's: the same one, or 8000 above it where that wants a
 * privilege, else the next that nobody of ours holds.
 */
export function proposedHostPort(containerPort: number, taken: ReadonlySet<number>): number {
  let port = containerPort < FIRST_FREE_FOR_ALL ? 8000 + containerPort : containerPort;
  while (taken.has(port) && port < HIGHEST_PORT) port += 1;
  return port;
}

type Forwarding = { readonly ports?: readonly ForwardView[]; readonly forwards?: readonly ForwardView[] };

/** Ports of this computer that are held, or wanted by a guest that is off now. */
export function takenPorts(host: HostView | null, guests: readonly Forwarding[]): ReadonlySet<number> {
  const held = host?.network.ports.map(({ port }) => port) ?? [];
  const wanted = guests.flatMap(({ ports = [], forwards = [] }) => [...ports, ...forwards]).map(({ port }) => port);
  return new Set([...held, ...wanted]);
}
