import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DebianArchive } from '../../../../src-core/images/debian/archive.ts';
import { DEBIAN_ARCHIVE_KEYS } from '../../../../src-core/images/debian/keyring.ts';
import { KNOWN_INDEXES } from '../../../../src-core/images/debian/known-indexes.ts';
import { debianMirrors } from '../../../../src-core/images/debian/sources.ts';
import type { BuildOptions, ImageRecord } from '../../../../src-core/images/image.ts';
import { choosePackages } from '../../../../src-core/images/recipes/debian-13/packages.ts';
import { debian13 } from '../../../../src-core/images/recipes/debian-13/recipe.ts';
import { buildAgent } from '../../../setup/build-agent.ts';
import { defaultCacheDirectory } from '../../os/cache-directory.ts';
import { readAptConfiguration, systemKeyrings } from '../apt-configuration.ts';
import { openImageRoom, openWorkshop } from '../open-image-room.ts';

const SOURCES = fileURLToPath(new URL('../../../../src-core/images', import.meta.url));
const options: BuildOptions = { signal: new AbortController().signal, progress: () => undefined };

/**
 * The image debian-13, in a data directory of its own. Building it takes minutes, so it is kept in the cache directory, by all
 * that it is made of: the packages that the archive has now, the agent, and the source code of recipes and formats.
 * What is kept is used only if its disk still has the hash that was written down when it was built.
 */
export async function builtDebian13(dataDirectory: string): Promise<ImageRecord> {
  const shelf = join(defaultCacheDirectory(), 'built');
  const kept = join(shelf, await keyOf(dataDirectory));
  const room = openImageRoom({ dataDirectory: kept, debianMirror: () => null, agentSource: buildAgent });
  try {
    for (const other of await readdir(shelf).catch(() => [])) {
      if (join(shelf, other) !== kept) await rm(join(shelf, other), { recursive: true });
    }
    const known = await room.get(debian13.card.name).catch(() => undefined);
    if (known !== undefined && !(await isWhole(known))) await room.remove(debian13.card.name);
    await room.build(debian13.card.name, options);
  } finally {
    await room.close();
  }
  await mkdir(dataDirectory, { recursive: true });
  await cp(join(kept, 'images'), join(dataDirectory, 'images'), { recursive: true });
  const own = openImageRoom({ dataDirectory, debianMirror: () => null, agentSource: buildAgent });
  const record = await own.get(debian13.card.name);
  await own.close();
  return record;
}

async function keyOf(dataDirectory: string): Promise<string> {
  const apt = await readAptConfiguration();
  const { workshop, close } = openWorkshop({ dataDirectory });
  const settings = { mirrors: debianMirrors(apt.sources, apt.mirrorList), ...debian13.archive };
  const trust = {
    trusted: DEBIAN_ARCHIVE_KEYS,
    checks: apt.checks,
    keyrings: await systemKeyrings(),
    knownIndexes: KNOWN_INDEXES,
  };
  const archive = await DebianArchive.open(workshop, { ...settings, ...trust }, options);
  await close();
  const hash = createHash('sha256');
  for (const { sha256 } of choosePackages(archive.packages).all) hash.update(sha256);
  hash.update(await buildAgent());
  const files = await readdir(SOURCES, { recursive: true });
  const counts = (name: string): boolean => /^(?:debian|formats|recipes)\/.*(?<!\.test)\.ts$/.test(name);
  for (const file of files.filter(counts).sort()) {
    hash.update(file).update(await readFile(join(SOURCES, file)));
  }
  return hash.digest('hex');
}

async function isWhole({ document, diskPath }: ImageRecord): Promise<boolean> {
  if (diskPath === null) return false;
  return (
    createHash('sha256')
      .update(await readFile(diskPath))
      .digest('hex') === document.disk?.sha256
  );
}
