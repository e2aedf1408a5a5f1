import type {
  ContainerLimits,
  ContainerMount,
  EngineSettings,
  RestartPolicy,
} from '../../src-core/contract/containers.ts';
import { countOf, formatBytes, formatProcessors } from '../parts/quantities.ts';

export const RESTART_LABELS: Record<RestartPolicy['policy'], string> = {
  no: 'Never',
  'on-failure': 'After a failure',
  always: 'Always',
  'unless-stopped': 'Unless stopped',
};

export const RESTART_HINTS: Record<RestartPolicy['policy'], string> = {
  no: 'When its process ends, it stays ended.',
  'on-failure': 'Started again when its process ends with a status other than 0.',
  always: 'Started again whenever it ends, and when Innkeeper starts.',
  'unless-stopped': 'Started again whenever it ends, unless somebody stopped it.',
};

export function restartText({ policy, mostRetries }: RestartPolicy): string {
  const most = policy === 'on-failure' && mostRetries !== null ? `, at most ${countOf(mostRetries, 'time')}` : '';
  return RESTART_LABELS[policy] + most;
}

/** The limits that there are, each in a few words. */
export function limitTexts({ memoryBytes, cpus, pids, diskBytes }: ContainerLimits): readonly string[] {
  return [
    memoryBytes === null ? null : `${formatBytes(memoryBytes)} of memory`,
    cpus === null ? null : `${formatProcessors(cpus)} of a processor`,
    diskBytes === null ? null : `${formatBytes(diskBytes)} of disk`,
    pids === null ? null : countOf(pids, 'process', 'processes'),
  ].filter((text) => text !== null);
}

/** "volume data as /var/lib/data, read-only" */
export function mountText(mount: ContainerMount): string {
  if (mount.kind === 'tmpfs') {
    const size = mount.sizeBytes === undefined ? '' : ` of ${formatBytes(mount.sizeBytes)}`;
    return `memory${size} as ${mount.destination}`;
  }
  const what = mount.kind === 'volume' ? `volume ${mount.volume}` : mount.directory;
  return `${what} as ${mount.destination}${mount.readOnly ? ', read-only' : ''}`;
}

export type NodeSize = Pick<EngineSettings, 'nodeMemoryBytes' | 'nodeProcessors'>;
