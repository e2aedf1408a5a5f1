import type { MachineSource, MachineView } from '../../../src-core/contract/machines.ts';
import { facts, table } from '../output.ts';
import { formatDuration, formatSize } from '../quantities.ts';
import { cardFacts } from './cards.ts';
import { forwardFacts } from './forward.ts';
import { configurationFacts } from './user-data.ts';

export function machinesText(machines: readonly MachineView[]): string {
  const rows = machines.map((machine) => [
    machine.name,
    stateText(machine),
    sourceText(machine.source),
    String(machine.processors),
    formatSize(machine.memoryBytes),
    machine.cards.map(({ address }) => address ?? '-').join(' ') || '-',
    machine.startedAt === null ? '-' : formatDuration(Date.now() - machine.startedAt),
  ]);
  return table(['NAME', 'STATE', 'SOURCE', 'CPUS', 'MEMORY', 'ADDRESS', 'UP'], rows);
}

function diskText({ path, readOnly, format, sizeBytes, usedBytes }: MachineView['disks'][number]): string {
  const size = sizeBytes === null ? 'cannot be read' : formatSize(sizeBytes);
  const used = usedBytes === null ? '' : `, takes ${formatSize(usedBytes)}`;
  return `${path} (${format}, ${size}${used}${readOnly ? ', read only' : ''})`;
}

function memoryText({ memoryBytes, memoryAtStartBytes, stats }: MachineView): string {
  if (memoryAtStartBytes === null || memoryAtStartBytes === memoryBytes) return formatSize(memoryBytes);
  const returned = formatSize(stats?.memoryReturnedBytes ?? 0);
  return `${formatSize(memoryBytes)} of ${formatSize(memoryAtStartBytes)}, ${returned} handed back`;
}

export function machineText(machine: MachineView): string {
  const end = machine.lastEnd;
  return facts([
    ['name', machine.name],
    ['id', machine.id],
    ['state', stateText(machine)],
    ['source', sourceText(machine.source)],
    ['processors', String(machine.processors)],
    ...(machine.cpuLimit === null ? [] : [['processor limit', `${machine.cpuLimit} %`] as const]),
    ['memory', memoryText(machine)],
    ...machine.disks.map((disk) => [`disk ${disk.slot}`, diskText(disk)] as const),
    ...(machine.bootOrder.length === 0 ? [] : [['boot order', machine.bootOrder.join(', ')] as const]),
    ...cardFacts(machine.cards),
    ...forwardFacts(machine.forwards),
    ['created', new Date(machine.createdAt).toISOString()],
    ['agent', machine.agent],
    ...configurationFacts(machine),
    ...(end
      ? [['last end', `${end.kind} ${new Date(end.at).toISOString()}${end.cause ? `: ${end.cause}` : ''}`] as const]
      : []),
    ...(machine.failure ? [['failure', machine.failure.because] as const] : []),
    ...statsFacts(machine),
  ]);
}

function statsFacts({ stats }: MachineView): (readonly [string, string])[] {
  if (stats === null) return [];
  return [
    ['processor used', `${(stats.processorUsed * 100).toFixed(1)} %`],
    ['memory used', formatSize(stats.memoryUsedBytes)],
    ['instructions', String(stats.instructions)],
    ['disk', `${formatSize(stats.diskReadBytes)} read, ${formatSize(stats.diskWrittenBytes)} written`],
    ...(stats.networkSentBytes === undefined
      ? []
      : [
          [
            'network',
            `${formatSize(stats.networkSentBytes)} sent, ${formatSize(stats.networkReceivedBytes ?? 0)} received`,
          ] as [string, string],
        ]),
  ];
}

function stateText({ state, stopOverdue, lastEnd, failure }: MachineView): string {
  if (state === 'failed' && lastEnd?.cause) return `failed: ${lastEnd.cause}`;
  if (state === 'stopped' && failure) return 'stopped (did not start)';
  return stopOverdue ? `${state} (overdue)` : state;
}

function sourceText(source: MachineSource): string {
  if (source.kind === 'image') return source.image;
  return [source.firmware, source.kernel, source.initrd].filter((path) => path !== undefined).join(' + ') || 'files';
}
