import { create } from 'zustand';
import type { ContainerImageView } from '../../src-core/contract/container-images.ts';
import type { ContainerView, NodeView, VolumeView } from '../../src-core/contract/containers.ts';
import type { ServiceEvent } from '../../src-core/contract/events.ts';
import type { HostView } from '../../src-core/contract/host.ts';
import type { ImageView } from '../../src-core/contract/images.ts';
import type { MachineView } from '../../src-core/contract/machines.ts';
import type { NetworkView } from '../../src-core/contract/networks.ts';
import type { SnapshotView } from '../../src-core/contract/snapshots.ts';
import type { TaskView } from '../../src-core/contract/tasks.ts';
import { type ContainerInventory, emptyContainerInventory, withContainerEvent } from './container-inventory.ts';
import { byKey, pushed, without } from './records.ts';

export interface MachineSample {
  readonly at: number;
  readonly processorUsed: number;
  readonly memoryUsedBytes: number;
  readonly instructions: number;
  /** Through all of its network cards, since it was started. */
  readonly networkSentBytes: number;
  readonly networkReceivedBytes: number;
}

/** What one network card had carried at a moment. */
export interface CardSample {
  readonly at: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

export interface HostSample {
  readonly at: number;
  readonly processorUsed: number;
  readonly processorUsedByAll: number;
  readonly memoryUsed: number;
  readonly memoryUsedByAll: number;
}

/** Everything the service told: whole views by id, so that an event replaces and nothing has to be merged. */
export interface Inventory extends ContainerInventory {
  readonly machines: Readonly<Record<string, MachineView>>;
  readonly images: Readonly<Record<string, ImageView>>;
  readonly tasks: Readonly<Record<string, TaskView>>;
  /** By machine, oldest first. */
  readonly snapshots: Readonly<Record<string, readonly SnapshotView[]>>;
  readonly networks: Readonly<Record<string, NetworkView>>;
  readonly host: HostView | null;
  readonly machineHistory: Readonly<Record<string, readonly MachineSample[]>>;
  /** By `cardKey`; only of cards whose machine runs. */
  readonly cardHistory: Readonly<Record<string, readonly CardSample[]>>;
  readonly hostHistory: readonly HostSample[];
}

export const emptyInventory: Inventory = {
  machines: {},
  images: {},
  tasks: {},
  snapshots: {},
  networks: {},
  host: null,
  machineHistory: {},
  cardHistory: {},
  hostHistory: [],
  ...emptyContainerInventory,
};

export const useInventory = create<Inventory>(() => emptyInventory);

/** The machines that run containers are the engine's own: they are shown as nodes. */
function isOfPerson(machine: MachineView): boolean {
  return machine.purpose !== 'node';
}

/** Machines that do not run have no curve: the next run starts an empty one. */
function historyFor(inventory: Inventory, machine: MachineView): Inventory['machineHistory'] {
  return machine.startedAt === null ? without(inventory.machineHistory, machine.id) : inventory.machineHistory;
}

export function cardKey(machine: string, slot: number): string {
  return `${machine}/${slot}`;
}

/** Counters begin anew with each run, and so does their curve. */
function pushedTraffic(history: readonly CardSample[] | undefined, sample: CardSample): readonly CardSample[] {
  const last = history?.at(-1);
  const begunAnew = last !== undefined && last.sentBytes + last.receivedBytes > sample.sentBytes + sample.receivedBytes;
  return pushed(begunAnew ? [] : history, sample);
}

function withTraffic(history: Inventory['cardHistory'], network: NetworkView, at: number): Inventory['cardHistory'] {
  return network.guests.reduce((now, { machine, card }) => {
    const key = cardKey(machine, card.slot);
    if (card.traffic === null) return without(now, key);
    const { sentBytes, receivedBytes } = card.traffic;
    return { ...now, [key]: pushedTraffic(now[key], { at, sentBytes, receivedBytes }) };
  }, history);
}

/**
 * What the inventory is after an event. Pure.
 * @param at when it came, in milliseconds since 1970: traffic is counted, and only its time makes a rate of it
 */
export function withEvent(inventory: Inventory, event: ServiceEvent, at: number): Partial<Inventory> {
  switch (event.type) {
    case 'machine':
      if (!isOfPerson(event.machine)) return {};
      return {
        machines: { ...inventory.machines, [event.machine.id]: event.machine },
        machineHistory: historyFor(inventory, event.machine),
      };
    case 'machine-removed':
      return {
        machines: without(inventory.machines, event.id),
        snapshots: without(inventory.snapshots, event.id),
        machineHistory: without(inventory.machineHistory, event.id),
      };
    case 'machine-stats': {
      const machine = inventory.machines[event.id];
      if (machine === undefined) return {};
      const { takenAt, processorUsed, memoryUsedBytes, instructions } = event.stats;
      const { networkSentBytes = 0, networkReceivedBytes = 0 } = event.stats;
      const sample = {
        at: takenAt,
        processorUsed,
        memoryUsedBytes,
        instructions,
        networkSentBytes,
        networkReceivedBytes,
      };
      return {
        machines: { ...inventory.machines, [event.id]: { ...machine, stats: event.stats } },
        machineHistory: { ...inventory.machineHistory, [event.id]: pushed(inventory.machineHistory[event.id], sample) },
      };
    }
    case 'snapshots':
      return { snapshots: { ...inventory.snapshots, [event.machine]: event.snapshots } };
    case 'network':
      return {
        networks: { ...inventory.networks, [event.network.id]: event.network },
        cardHistory: withTraffic(inventory.cardHistory, event.network, at),
      };
    case 'network-removed':
      return { networks: without(inventory.networks, event.id) };
    case 'image':
      return { images: { ...inventory.images, [event.image.name]: event.image } };
    case 'image-removed':
      return { images: without(inventory.images, event.name) };
    case 'task':
      return { tasks: { ...inventory.tasks, [event.task.id]: event.task } };
    case 'task-removed':
      return { tasks: without(inventory.tasks, event.id) };
    case 'host':
      return {
        host: event.host,
        hostHistory: pushed(inventory.hostHistory, {
          at: event.host.takenAt,
          processorUsed: event.host.processor.used,
          processorUsedByAll: event.host.processor.usedByAll,
          memoryUsed: event.host.memory.used,
          memoryUsedByAll: event.host.memory.usedByAll,
        }),
      };
    default:
      return withContainerEvent(inventory, event);
  }
}

export function applyEvent(event: ServiceEvent): void {
  useInventory.setState((inventory) => withEvent(inventory, event, Date.now()));
}

/** Replaces what is known by what there is: drops what vanished while the connection was away. */
export function replaceInventory(known: {
  readonly machines: readonly MachineView[];
  readonly images: readonly ImageView[];
  readonly tasks: readonly TaskView[];
  readonly networks: readonly NetworkView[];
  readonly containers: readonly ContainerView[];
  readonly containerImages: readonly ContainerImageView[];
  readonly volumes: readonly VolumeView[];
  readonly nodes: readonly NodeView[];
  readonly host: HostView;
}): void {
  useInventory.setState({
    machines: byKey(known.machines.filter(isOfPerson), ({ id }) => id),
    images: byKey(known.images, ({ name }) => name),
    tasks: byKey(known.tasks, ({ id }) => id),
    networks: byKey(known.networks, ({ id }) => id),
    containers: byKey(known.containers, ({ id }) => id),
    containerImages: byKey(known.containerImages, ({ id }) => id),
    volumes: byKey(known.volumes, ({ name }) => name),
    nodes: byKey(known.nodes, ({ id }) => id),
    host: known.host,
  });
}
