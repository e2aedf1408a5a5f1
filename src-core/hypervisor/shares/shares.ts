import { AppError } from '../../base/errors.ts';
import { MOST_SHARES } from '../../contract/shares.ts';
import type { Share } from '../../contract/shares.ts';
import type { RunShareSpec } from '../runner.ts';

/** The folders of this computer, as far as sharing them goes. */
export interface HostFolders {
  /** The path of a folder without symbolic links in it; null when there is no such folder. */
  resolve(path: string): Promise<string | null>;
  /** Why no guest may have the folder with this resolved path, or null. */
  refused(path: string): Promise<string | null>;
}

export interface ShareRequest {
  readonly hostDirectory: string;
  readonly guestDirectory: string;
  readonly readOnly: boolean;
}

/** What a node mounts the layers of container images by. */
export const LAYERS_TAG = 'innkeeper-layers';

/** Folders of this computer that a node can have: the last slot is for the layers. */
export const MOST_SHARES_OF_NODE = MOST_SHARES - 1;

/** The layers of container images, as the run of a node is told of them. */
export function layersShare(folder: string): RunShareSpec {
  return { slot: MOST_SHARES_OF_NODE, tag: LAYERS_TAG, hostDirectory: folder, readOnly: true, kind: 'layers' };
}

/** A share as its run is told of it. */
export function runShareOf({ slot, hostDirectory, readOnly }: Share): RunShareSpec {
  return { slot, tag: tagOf({ slot }), hostDirectory, readOnly };
}

/** The device that stands for a share in the guest: what `mount -t virtiofs` is given. */
export function tagOf({ slot }: Pick<Share, 'slot'>): string {
  return `innkeeper-share${slot}`;
}

/**
 * The shared folders of a machine with one more.
 * @param most that it can have
 * @throws AppError 'not-found', 'invalid-input', 'already-exists', 'denied', 'no-room'
 */
export async function withShare(
  before: readonly Share[],
  { hostDirectory, guestDirectory, readOnly }: ShareRequest,
  doing: string,
  folders: HostFolders,
  most = MOST_SHARES,
): Promise<Share[]> {
  const resolved = await folders.resolve(hostDirectory);
  if (resolved === null) {
    throw new AppError({ code: 'not-found', doing, because: `there is no folder ${hostDirectory} on this computer` });
  }
  const refusal = await folders.refused(resolved);
  if (refusal !== null) {
    throw new AppError({
      code: 'denied',
      doing,
      because: refusal,
      hint: 'Share a folder that holds only what the guest may see.',
    });
  }
  const other = before.find((share) => overlap(share.guestDirectory, guestDirectory));
  if (other) {
    const because = `${other.guestDirectory} of the guest has ${other.hostDirectory} already`;
    throw new AppError({ code: 'already-exists', doing, because, hint: 'Choose another place in the guest.' });
  }
  return [...before, { slot: freeSlot(before, most, doing), hostDirectory: resolved, guestDirectory, readOnly }];
}

/** The shared folders of a machine without the one at a place. @throws AppError 'not-found' */
export function withoutShare(before: readonly Share[], guestDirectory: string, doing: string): Share[] {
  const after = before.filter((share) => share.guestDirectory !== guestDirectory);
  if (after.length < before.length) return after;
  const because = `it has no shared folder at ${guestDirectory}`;
  const places = before.map((share) => share.guestDirectory).join(', ');
  throw new AppError({ code: 'not-found', doing, because, ...(places === '' ? {} : { hint: `It has ${places}.` }) });
}

/** One within the other depends on the order in which they are mounted: too clever for anyone's good. */
function overlap(one: string, other: string): boolean {
  return `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`);
}

function freeSlot(shares: readonly Share[], most: number, doing: string): number {
  for (let slot = 0; slot < most; slot++) {
    if (!shares.some((share) => share.slot === slot)) return slot;
  }
  throw new AppError({ code: 'no-room', doing, because: `it has ${most} shared folders, which is the most` });
}
