import { AppError } from '../../../base/errors.ts';
import { formatBytes } from '../../../base/format-bytes.ts';
import type { ContainerLimits, NodeView } from '../../../contract/containers.ts';

const MIB = 1024 * 1024;
/** Of a container that has no limit. */
const PRESET_PROMISE = 8 * MIB;
/** Of each node's memory, for its kernel and what prepares containers. */
export const KEPT_FOR_NODE = 96 * MIB;

/** What a node has to give. */
export interface NodeRoom {
  readonly id: string;
  readonly name: string;
  readonly state: NodeView['state'];
  readonly memoryBytes: number;
  readonly promisedMemoryBytes: number;
  /** Null while that is not known. */
  readonly freeDiskBytes: number | null;
}

export interface PlaceRequest {
  readonly doing: string;
  readonly limits: Pick<ContainerLimits, 'memoryBytes' | 'diskBytes'>;
}

/** The memory that a container is promised. */
export function promiseOf({ memoryBytes }: Pick<ContainerLimits, 'memoryBytes'>): number {
  return memoryBytes ?? PRESET_PROMISE;
}

/** Memory of a node that nobody was promised. */
export function freeMemory({ memoryBytes, promisedMemoryBytes }: NodeRoom): number {
  return Math.max(0, memoryBytes - KEPT_FOR_NODE - promisedMemoryBytes);
}

export function fits(room: NodeRoom, { limits }: PlaceRequest): boolean {
  if (promiseOf(limits) > freeMemory(room)) return false;
  return limits.diskBytes === null || room.freeDiskBytes === null || limits.diskBytes <= room.freeDiskBytes;
}

/** The node with the most room that fits; one that is up before one that sleeps. */
export function choose<T extends NodeRoom>(rooms: readonly T[], request: PlaceRequest): T | null {
  const rank = ({ state }: NodeRoom): number =>
    state === 'ready' || state === 'starting' ? 0 : state === 'failed' ? 2 : 1;
  const fitting = rooms.filter((room) => fits(room, request));
  return fitting.sort((a, b) => rank(a) - rank(b) || freeMemory(b) - freeMemory(a))[0] ?? null;
}

/** Whether a node of such a size could hold it when nothing else is there. */
export function fitsNew(memoryBytes: number, { limits }: PlaceRequest): boolean {
  return promiseOf(limits) <= memoryBytes - KEPT_FOR_NODE;
}

/** Why it fits nowhere, with the figures. */
export function noRoom(
  rooms: readonly NodeRoom[],
  request: PlaceRequest,
  { mostNodes, nodeMemoryBytes }: { readonly mostNodes: number; readonly nodeMemoryBytes: number },
): AppError {
  const { doing, limits } = request;
  const wanted = promiseOf(limits);
  const most = Math.max(0, ...rooms.map(freeMemory));
  const disk = Math.max(0, ...rooms.map(({ freeDiskBytes }) => freeDiskBytes ?? 0));
  const data = { memoryBytes: wanted, freeMemoryBytes: most, nodes: rooms.length, mostNodes };
  if (wanted <= most) {
    const because = `it may write ${formatBytes(limits.diskBytes ?? 0)} and the node with the most disk has ${formatBytes(disk)}`;
    return new AppError({ code: 'no-room', doing, because, hint: 'Give it less disk, or delete containers.', data });
  }
  if (rooms.length < mostNodes && !fitsNew(nodeMemoryBytes, request)) {
    const because =
      `it is promised ${formatBytes(wanted)} of memory and a node of ${formatBytes(nodeMemoryBytes)} can give ` +
      formatBytes(Math.max(0, nodeMemoryBytes - KEPT_FOR_NODE));
    return new AppError({
      code: 'no-room',
      doing,
      because,
      hint: 'Add a node with more memory, or give it less.',
      data,
    });
  }
  const because =
    `it is promised ${formatBytes(wanted)} of memory and the node with the most room has ${formatBytes(most)} ` +
    `(${rooms.length} of at most ${mostNodes} nodes)`;
  const hint = 'Stop a container, give it less memory, or let the engine make more nodes.';
  return new AppError({ code: 'no-room', doing, because, hint, data });
}
