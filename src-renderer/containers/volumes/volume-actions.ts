import type { VolumeView } from '../../../src-core/contract/containers.ts';
import { attempt } from '../../parts/attempt.ts';
import { confirm } from '../../parts/ConfirmDialog.tsx';
import { type Availability, available } from '../../parts/GuardedButton.tsx';
import { countOf, formatBytes } from '../../parts/quantities.ts';
import { tellDone, tellFailure } from '../../parts/tell.ts';
import { service } from '../../state/session.ts';
import { named } from '../removal-text.ts';

/** Whether a volume can be deleted, and what stands in the way. */
export function removal({ usedBy }: VolumeView): Availability {
  if (usedBy.length === 0) return available;
  return {
    can: false,
    why: `${countOf(usedBy.length, 'container')} mount${usedBy.length === 1 ? 's' : ''} it: ${named(usedBy)}. Delete ${usedBy.length === 1 ? 'it' : 'them'} first.`,
  };
}

export function askRemoveVolume({ name, usedBytes }: VolumeView): void {
  const size = usedBytes === null ? 'All that is in it' : `All that is in it, ${formatBytes(usedBytes)},`;
  const remove = async () => {
    const done = await attempt(`delete volume ${name}`, () => service().volumes.remove({ volume: name }));
    if (done) tellDone(`Volume ${name} is deleted`);
  };
  confirm({
    title: `Delete volume ${name}?`,
    text: `${size} is lost for good.`,
    verb: 'Delete volume',
    danger: true,
    onAgree: () => void remove(),
  });
}

async function prune(): Promise<void> {
  try {
    const { removed } = await service().volumes.prune({});
    tellDone(`${countOf(removed.length, 'volume')} deleted`);
  } catch (error) {
    tellFailure(error, 'delete volumes that nobody uses');
  }
}

/** @param unused volumes that no container mounts */
export function askPruneVolumes(unused: readonly VolumeView[]): void {
  const known = unused.reduce((sum, { usedBytes }) => sum + (usedBytes ?? 0), 0);
  confirm({
    title: `Delete ${countOf(unused.length, 'volume')} that no container mounts?`,
    text: `${named(unused.map(({ name }) => name))}: all that is in ${unused.length === 1 ? 'it' : 'them'}, ${formatBytes(known)}, is lost for good.`,
    verb: `Delete ${countOf(unused.length, 'volume')}`,
    danger: true,
    onAgree: () => void prune(),
  });
}
