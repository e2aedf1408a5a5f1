import type { ForwardView } from '../../src-core/contract/networks.ts';
import type { InnkeeperClient } from '../../src-core/contract/contract.ts';
import { readPort } from '../networks/forwards.ts';
import { proposedHostPort } from './ports.ts';

/** As `create` and `update` take it. */
export type PublishedPort = NonNullable<Parameters<InnkeeperClient['containers']['update']>[0]['ports']>[number];

/** A published port while it is written. */
export interface PortDraft {
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  /** Empty: the proposed one. */
  readonly port: string;
  readonly containerPort: string;
}

export const EMPTY_PORT: PortDraft = { protocol: 'tcp', address: '127.0.0.1', port: '', containerPort: '' };

const PORT_RULE = '1 to 65535';

export function portProblem(text: string): string | undefined {
  return text.trim() === '' || readPort(text) !== null ? undefined : PORT_RULE;
}

/** The port of this computer that an empty field stands for; null while the container's is not written. */
export function proposalFor({ containerPort }: PortDraft, taken: ReadonlySet<number>): number | null {
  const port = readPort(containerPort);
  return port === null ? null : proposedHostPort(port, taken);
}

/** @returns null while something is missing or wrong */
export function publishedPort(draft: PortDraft, taken: ReadonlySet<number>): PublishedPort | null {
  const containerPort = readPort(draft.containerPort);
  const port = draft.port.trim() === '' ? proposalFor(draft, taken) : readPort(draft.port);
  const address = draft.address.trim();
  if (containerPort === null || port === null || address === '') return null;
  return { protocol: draft.protocol, address, port, containerPort };
}

/** Rows in which nothing was written are left out; each proposal takes its port from those after it. */
export function publishedPorts(
  drafts: readonly PortDraft[],
  taken: ReadonlySet<number>,
): readonly PublishedPort[] | null {
  const used = new Set(taken);
  const ports: PublishedPort[] = [];
  for (const draft of drafts) {
    if (draft.port.trim() === '' && draft.containerPort.trim() === '') continue;
    const port = publishedPort(draft, used);
    if (port === null) return null;
    if (port.port !== undefined) used.add(port.port);
    ports.push(port);
  }
  return ports;
}

/** What a container has published now, as `update` wants all of it. */
export function asPublished({ protocol, address, port, guestPort }: ForwardView): PublishedPort {
  return { protocol, address, port, containerPort: guestPort };
}
