import { create } from 'zustand';
import type { ServiceEvent } from '../../src-core/contract/events.ts';
import type { HostView } from '../../src-core/contract/host.ts';
import type { ImageView } from '../../src-core/contract/images.ts';
import type { MachineView } from '../../src-core/contract/machines.ts';
import type { NetworkView } from '../../src-core/contract/networks.ts';
import type { SnapshotView } from '../../src-core/contract/snapshots.ts';
import type { TaskView } from '../../src-core/contract/tasks.ts';

/** How many samples a sparkline or chart shows: two minutes of one each second. */
export const HISTORY_LENGTH = 120;

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
export interface Inventory {
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
};

export const useInventory = create<Inventory>(() => emptyInventory);

function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  const { [key]: _gone, ...rest } = record;
  return rest;
}

function pushed<T>(history: readonly T[] | undefined, sample: T): readonly T[] {
  return [...(history ?? []), sample].slice(-HISTORY_LENGTH);
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
      return {};
  }
}

export function applyEvent(event: ServiceEvent): void {
  useInventory.setState((inventory) => withEvent(inventory, event, Date.now()));
}

function byKey<T>(values: readonly T[], key: (value: T) => string): Readonly<Record<string, T>> {
  return Object.fromEntries(values.map((value) => [key(value), value]));
}

/** Replaces what is known by what there is: drops what vanished while the connection was away. */
export function replaceInventory(
  machines: readonly MachineView[],
  images: readonly ImageView[],
  tasks: readonly TaskView[],
  networks: readonly NetworkView[],
  host: HostView,
): void {
  useInventory.setState({
    machines: byKey(machines, (machine) => machine.id),
    images: byKey(images, (image) => image.name),
    tasks: byKey(tasks, (task) => task.id),
    networks: byKey(networks, (network) => network.id),
    host,
  });
}
