import type { ContainerState, ContainerStats, ContainerView } from '../../../contract/containers.ts';
import type { Failure } from '../../../contract/failures.ts';
import type { ContainerDefinition } from './definition.ts';
import type { ContainerRecord } from './run-record.ts';
import type { PublishedPorts } from './published-ports.ts';
import type { Health } from './health.ts';

interface Viewed {
  readonly definition: ContainerDefinition;
  readonly record: ContainerRecord;
  readonly state: ContainerState;
  readonly ports: Pick<PublishedPorts, 'view'>;
  readonly stats: ContainerStats | null;
  readonly failure: Failure | null;
}

interface More {
  readonly health: Health;
  readonly nextStartAt: number | null;
  readonly target: { readonly network: string; readonly address: string } | null;
  readonly nodeName: (id: string) => string;
  readonly networkName: (id: string) => string;
}

/** A container as people see it. */
export function viewOf(container: Viewed, { health, nextStartAt, target, nodeName, networkName }: More): ContainerView {
  const { id, name, image, imageId, createdAt, process, terminal, interactive } = container.definition;
  const { limits, restart, ports, mounts, network, labels, removeAtEnd } = container.definition;
  const { node, startedAt, lastEnd, restarts } = container.record;
  return {
    ...{ id, name, image, imageId, createdAt, terminal, interactive },
    state: container.state,
    command: process.arguments,
    ...{ startedAt, lastEnd, restarts },
    nextStartAt: container.state === 'restarting' ? nextStartAt : null,
    health: health.state,
    healthOutput: health.output,
    ...{ limits, restart, mounts, labels, removeAtEnd },
    ports: ports.map((forward) => container.ports.view(forward)),
    network: network && {
      id: network.id,
      name: networkName(network.id),
      address: target?.address ?? '',
      mac: network.mac,
    },
    node: node === null ? null : { id: node, name: nodeName(node) },
    stats: container.stats,
    failure: container.failure,
  };
}
