import { CirclePlay, CirclePower } from 'lucide-react';
import type { SnapshotView } from '../../src-core/contract/snapshots.ts';
import { formatBytes } from '../parts/quantities.ts';

/** live: its guest ran, and goes on when it is restored. */
export function LiveBadge({ live }: { live: boolean }) {
  const Icon = live ? CirclePlay : CirclePower;
  return (
    <span className={live ? 'state state-running' : 'state state-stopped'}>
      <Icon size={14} aria-hidden />
      {live ? 'Live' : 'Powered off'}
    </span>
  );
}

/** "12 MiB memory, 3 MiB disk": what it alone keeps. */
export function sizeText({ live, memoryBytes, diskBytes }: SnapshotView): string {
  const parts = [
    ...(live ? [`${formatBytes(memoryBytes)} memory`] : []),
    // A machine without a disk of its own has nothing to keep there.
    ...(diskBytes > 0 || !live ? [`${formatBytes(diskBytes)} disk`] : []),
  ];
  return parts.join(', ');
}
