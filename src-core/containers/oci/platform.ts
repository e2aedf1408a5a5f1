import { AppError } from '../../base/errors.ts';
import { INDEXES, MANIFESTS } from './media-types.ts';
import { shown, type ImageIndex, type IndexEntry, type Platform } from './manifest.ts';

/** What nodes run. */
export const OS = 'linux';
export const ARCHITECTURE = 'riscv64';
export const PLATFORM = `${OS}/${ARCHITECTURE}`;

export function formatPlatform({ os, architecture, variant }: Platform): string {
  return shown([os, architecture, ...(variant === undefined || variant === '' ? [] : [variant])].join('/'));
}

/** The image of an index that nodes can run. @throws AppError 'not-found' that tells which there are */
export function chooseForPlatform(index: ImageIndex, name: string, doing: string): IndexEntry {
  const usable = index.entries.filter(({ mediaType }) => [...MANIFESTS, ...INDEXES].includes(mediaType));
  const found = usable.find(({ platform }) => platform?.os === OS && platform.architecture === ARCHITECTURE);
  // Indexes of one image often say nothing; its configuration will.
  const only = usable.length === 1 && usable[0]?.platform === undefined ? usable[0] : undefined;
  const chosen = found ?? only;
  if (chosen) return chosen;
  // Builders put what they tell about an image beside it, as of an unknown platform.
  const known = usable.flatMap(({ platform }) =>
    platform && platform.os !== 'unknown' ? [formatPlatform(platform)] : [],
  );
  throw noPlatform(name, known, doing);
}

/** @throws AppError 'not-found' for an image that nodes cannot run */
export function checkPlatform(platform: Platform, name: string, doing: string): void {
  if (platform.os === OS && platform.architecture === ARCHITECTURE) return;
  throw noPlatform(name, [formatPlatform(platform)], doing);
}

function noPlatform(name: string, platforms: readonly string[], doing: string): AppError {
  const there = [...new Set(platforms)];
  const only = there.length === 0 ? 'it is for no platform that is named' : `it is there for ${there.join(', ')}`;
  return new AppError({
    code: 'not-found',
    doing,
    because: `${name} is not there for ${PLATFORM}: ${only}`,
    hint: `Choose an image that is made for ${PLATFORM}, or another tag of it.`,
    data: { platforms: there },
  });
}
