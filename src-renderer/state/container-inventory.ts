import type { ContainerImageView } from '../../src-core/contract/container-images.ts';
import type { ContainerStats, ContainerView, NodeView, VolumeView } from '../../src-core/contract/containers.ts';
import type { ServiceEvent } from '../../src-core/contract/events.ts';
import { pushed, without } from './records.ts';

/** What the service told of its container engine. */
export interface ContainerInventory {
  readonly containers: Readonly<Record<string, ContainerView>>;
  readonly containerImages: Readonly<Record<string, ContainerImageView>>;
  /** By name. */
  readonly volumes: Readonly<Record<string, VolumeView>>;
  readonly nodes: Readonly<Record<string, NodeView>>;
  /** By container, oldest first; only of those that run. */
  readonly containerHistory: Readonly<Record<string, readonly ContainerStats[]>>;
}

export const emptyContainerInventory: ContainerInventory = {
  containers: {},
  containerImages: {},
  volumes: {},
  nodes: {},
  containerHistory: {},
};

const RUNS: ReadonlySet<ContainerView['state']> = new Set(['running', 'paused', 'stopping']);

function withContainer(inventory: ContainerInventory, container: ContainerView): Partial<ContainerInventory> {
  const { containers, containerHistory } = inventory;
  const begunAnew = containers[container.id]?.startedAt !== container.startedAt || !RUNS.has(container.state);
  return {
    containers: { ...containers, [container.id]: container },
    containerHistory: begunAnew ? without(containerHistory, container.id) : containerHistory,
  };
}

function withStats(inventory: ContainerInventory, id: string, stats: ContainerStats): Partial<ContainerInventory> {
  const { containers, containerHistory } = inventory;
  const container = containers[id];
  if (container === undefined) return {};
  return {
    containers: { ...containers, [id]: { ...container, stats } },
    containerHistory: { ...containerHistory, [id]: pushed(containerHistory[id], stats) },
  };
}

/** What the container inventory is after an event; nothing changes for an event that is about something else. Pure. */
export function withContainerEvent(inventory: ContainerInventory, event: ServiceEvent): Partial<ContainerInventory> {
  const { containers, containerImages, volumes, nodes, containerHistory } = inventory;
  switch (event.type) {
    case 'container':
      return withContainer(inventory, event.container);
    case 'container-removed':
      return { containers: without(containers, event.id), containerHistory: without(containerHistory, event.id) };
    case 'container-stats':
      return withStats(inventory, event.id, event.stats);
    case 'container-image':
      return { containerImages: { ...containerImages, [event.image.id]: event.image } };
    case 'container-image-removed':
      return { containerImages: without(containerImages, event.id) };
    case 'volume':
      return { volumes: { ...volumes, [event.volume.name]: event.volume } };
    case 'volume-removed':
      return { volumes: without(volumes, event.name) };
    case 'node':
      return { nodes: { ...nodes, [event.node.id]: event.node } };
    case 'node-removed':
      return { nodes: without(nodes, event.id) };
    default:
      return {};
  }
}
