import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NODE_IMAGE } from '../../../../src-core/containers/engine/nodes/hypervisor-nodes.ts';
import { buildAgent } from '../../../setup/build-agent.ts';
import { defaultCacheDirectory } from '../../os/cache-directory.ts';
import { createService } from '../../service.ts';
import { taskEnd } from '../../testing/task-end.ts';

const SOURCES = fileURLToPath(new URL('../../../../src-core', import.meta.url));
/** What makes images. */
const COUNTS =
  /^(?:images\/(?:debian|formats|recipes)|containers\/(?:base-images|layer-tree|oci)|guest)\/.*(?<!\.test)\.ts$/;
const OLD_MS = 60 * 60_000;
const KEPT = ['images', 'containers/blobs', 'containers/layers', 'containers/images.json'];

/**
 * A data directory with the image of nodes and the container image busybox, both made of Debian's packages. That takes a
 * minute, so they are kept in the cache directory, by the agent and the source code that they are made by.
 */
export async function containerHome(dataDirectory: string): Promise<void> {
  const shelf = join(defaultCacheDirectory(), 'built-containers');
  const kept = join(shelf, await keyOf());
  if (!(await stat(kept).catch(() => null))) await make(shelf, kept);
  for (const part of KEPT) {
    await mkdir(join(dataDirectory, part, '..'), { recursive: true });
    await cp(join(kept, part), join(dataDirectory, part), { recursive: true });
  }
}

async function make(shelf: string, kept: string): Promise<void> {
  await clear(shelf);
  const draft = `${kept}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  const service = await createService({ dataDirectory: draft, host: 'background', version: 'test' });
  try {
    const { images, containerImages } = service.handlers;
    for (const started of [
      images.pull({ image: NODE_IMAGE }),
      containerImages.pull({ image: 'busybox', renew: true }),
    ]) {
      const { state, title, failure } = await taskEnd(service, started);
      if (state !== 'done') throw new Error(`${title}: ${failure?.because}`);
    }
  } finally {
    await service.dispose();
  }
  // Another one may have been faster.
  await rename(draft, kept).catch(() => rm(draft, { recursive: true }));
}

/** Another process may just be making one, or taking one from there. */
async function clear(shelf: string): Promise<void> {
  for (const name of await readdir(shelf).catch(() => [])) {
    const found = await stat(join(shelf, name)).catch(() => null);
    if (found && Date.now() - found.mtimeMs > OLD_MS) await rm(join(shelf, name), { recursive: true, force: true });
  }
}

async function keyOf(): Promise<string> {
  const hash = createHash('sha256').update(await buildAgent());
  const files = await readdir(SOURCES, { recursive: true });
  for (const file of files.filter((name) => COUNTS.test(name)).sort()) {
    hash.update(file).update(await readFile(join(SOURCES, file)));
  }
  return hash.digest('hex');
}
