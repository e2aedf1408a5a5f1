import type { ContainerMount, ContainerView, NodeView, VolumeView } from '../../../src-core/contract/containers.ts';
import type { ForwardView } from '../../../src-core/contract/networks.ts';
import { forwardText } from '../commands/network-views.ts';
import { facts, table } from '../output.ts';
import { formatDuration, formatSize } from '../quantities.ts';

/** As many digits as tell containers apart. */
const SHORT_ID = 12;

export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, SHORT_ID);
}

export function containersText(containers: readonly ContainerView[]): string {
  const rows = containers.map((container) => [
    container.name,
    container.image,
    stateText(container),
    container.network?.address ?? '-',
    container.ports.map(portText).join(' ') || '-',
    container.node?.name ?? '-',
    container.startedAt === null ? '-' : formatDuration(Date.now() - container.startedAt),
    shortId(container.id),
  ]);
  return table(['NAME', 'IMAGE', 'STATE', 'ADDRESS', 'PORTS', 'NODE', 'UP', 'ID'], rows);
}

function portText(port: ForwardView): string {
  return port.state === 'failed' ? `${forwardText(port)} (failed)` : forwardText(port);
}

function stateText({ state, lastEnd, health, restarts }: ContainerView): string {
  if (state === 'running') return health === 'none' ? 'running' : `running (${health})`;
  if (state === 'restarting') return `restarting (${restarts})`;
  if (state !== 'exited' || lastEnd === null) return state;
  if (lastEnd.kind === 'exited') return `exited (${lastEnd.exitStatus ?? '?'})`;
  return lastEnd.kind === 'out-of-memory' ? 'exited (out of memory)' : `exited (${lastEnd.kind})`;
}

export function containerText(container: ContainerView): string {
  const { lastEnd, limits, network, node } = container;
  return facts([
    ['name', container.name],
    ['id', container.id],
    ['state', stateText(container)],
    ['image', `${container.image} (${shortId(container.imageId)})`],
    ['command', container.command.join(' ')],
    ...(node === null ? [] : [['node', node.name] as const]),
    ...(network === null ? [] : [['network', `${network.name}, ${network.address}, ${network.mac}`] as const]),
    ...container.ports.map(
      (port) => ['port', `${forwardText(port)} (${port.failure ? port.failure.because : port.state})`] as const,
    ),
    ...container.mounts.map((mount) => ['mount', mountText(mount)] as const),
    ['memory limit', limits.memoryBytes === null ? 'none' : formatSize(limits.memoryBytes)],
    ['processor limit', limits.cpus === null ? 'none' : String(limits.cpus)],
    ['process limit', limits.pids === null ? 'none' : String(limits.pids)],
    ['disk limit', limits.diskBytes === null ? 'none' : formatSize(limits.diskBytes)],
    ['restart', `${container.restart.policy}, ${container.restarts} times so far`],
    ...(container.health === 'none' ? [] : [['health', container.health] as const]),
    ...(container.healthOutput === null ? [] : [['health check', container.healthOutput] as const]),
    ['created', new Date(container.createdAt).toISOString()],
    ...(container.startedAt === null ? [] : [['started', new Date(container.startedAt).toISOString()] as const]),
    ...(lastEnd === null
      ? []
      : [
          [
            'last end',
            `${new Date(lastEnd.at).toISOString()} ${lastEnd.kind}${lastEnd.cause ? `: ${lastEnd.cause}` : ''}`,
          ] as const,
        ]),
    ...(container.failure === null ? [] : [['failure', container.failure.because] as const]),
  ]);
}

function mountText(mount: ContainerMount): string {
  const what = mount.kind === 'volume' ? `volume ${mount.volume}` : mount.kind === 'folder' ? mount.directory : 'tmpfs';
  return `${what} at ${mount.destination}${mount.kind !== 'tmpfs' && mount.readOnly ? ' (read only)' : ''}`;
}

export function statsText(containers: readonly ContainerView[]): string {
  const rows = containers.map(({ name, limits, stats }) => [
    name,
    stats === null ? '-' : `${(stats.processorUsed * 100).toFixed(1)} %`,
    stats === null ? '-' : formatSize(stats.memoryBytes),
    limits.memoryBytes === null ? '-' : formatSize(limits.memoryBytes),
    stats === null ? '-' : String(stats.pids),
    stats === null ? '-' : `${formatSize(stats.networkReceivedBytes)} / ${formatSize(stats.networkSentBytes)}`,
    stats === null ? '-' : `${formatSize(stats.diskReadBytes)} / ${formatSize(stats.diskWrittenBytes)}`,
  ]);
  return table(['NAME', 'PROCESSOR', 'MEMORY', 'LIMIT', 'PROCESSES', 'NETWORK IN / OUT', 'DISK READ / WRITTEN'], rows);
}

export function volumesText(volumes: readonly VolumeView[]): string {
  const rows = volumes.map(({ name, usedBytes, node, usedBy }) => [
    name,
    usedBytes === null ? '-' : formatSize(usedBytes),
    node.name,
    usedBy.join(', ') || '-',
  ]);
  return table(['NAME', 'SIZE', 'NODE', 'USED BY'], rows);
}

export function nodesText(nodes: readonly NodeView[]): string {
  const rows = nodes.map((node) => [
    node.name,
    node.failure === null ? node.state : `${node.state}: ${node.failure.because}`,
    String(node.processors),
    `${formatSize(node.promisedMemoryBytes)} of ${formatSize(node.memoryBytes)}`,
    node.freeMemoryBytes === null ? '-' : formatSize(node.freeMemoryBytes),
    node.freeDiskBytes === null ? '-' : `${formatSize(node.freeDiskBytes)} of ${formatSize(node.diskBytes)}`,
    `${node.running} of ${node.containers}`,
  ]);
  return table(['NAME', 'STATE', 'CPUS', 'MEMORY PROMISED', 'FREE', 'DISK FREE', 'RUNNING'], rows);
}
