import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DebianArchive } from '../../../src-core/images/debian/archive.ts';
import { DEBIAN_ARCHIVE_KEYS } from '../../../src-core/images/debian/keyring.ts';
import { debianMirrors } from '../../../src-core/images/debian/sources.ts';
import { collect } from '../../../src-core/images/formats/byte-source.ts';
import type { BuildOptions } from '../../../src-core/images/image.ts';
import { readAptConfiguration, systemKeyrings } from '../../../src-main/service/images/apt-configuration.ts';
import { chooseMirrors, openWorkshop } from '../../../src-main/service/images/open-image-room.ts';

const MOST_FILE_BYTES = 64 * 2 ** 20;
const OPTIONS: BuildOptions = { signal: new AbortController().signal, progress: () => undefined };

/** What a PC of v86's boots Linux with. */
export interface PcParts {
  readonly kernel: Uint8Array;
  readonly busybox: Uint8Array;
  readonly bios: Uint8Array;
  readonly vgaBios: Uint8Array;
}

/**
 * Debian's packages for i386, checked and cached as those for images are. Debian 12 is the last with a kernel for
 * such processors.
 */
export async function pcParts(): Promise<PcParts> {
  // Nothing is made in it: a workshop only wants to know where images are.
  const dataDirectory = mkdtempSync(join(tmpdir(), 'inn-bench-'));
  const { workshop, close } = openWorkshop({ dataDirectory });
  try {
    const { sources, mirrorList, checks } = await readAptConfiguration();
    const settings = {
      mirrors: chooseMirrors(null, debianMirrors(sources, mirrorList), process.env),
      suite: 'bookworm',
      component: 'main',
      architecture: 'i386',
      trusted: DEBIAN_ARCHIVE_KEYS,
      keyrings: await systemKeyrings(),
      checks,
      knownIndexes: [],
    };
    const archive = await DebianArchive.open(workshop, settings, OPTIONS);
    const [kernel] = archive.packages.dependencies(archive.packages.get('linux-image-686'));
    return {
      kernel: await takeFile(archive, kernel?.name ?? '', /^boot\/vmlinuz-/),
      busybox: await takeFile(archive, 'busybox-static', /^(?:usr\/)?bin\/busybox$/),
      bios: await takeFile(archive, 'seabios', /^usr\/share\/seabios\/bios\.bin$/),
      vgaBios: await takeFile(archive, 'seabios', /^usr\/share\/seabios\/vgabios-stdvga\.bin$/),
    };
  } finally {
    await close();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}

/** @throws Error when the package has no such file */
async function takeFile(archive: DebianArchive, name: string, path: RegExp): Promise<Uint8Array> {
  const record = archive.packages.get(name);
  await archive.fetch(record);
  for await (const entry of archive.entries(record)) {
    if (entry.type === 'file' && path.test(entry.path)) return await collect(entry.content, MOST_FILE_BYTES, name);
  }
  throw new Error(`${name} has no file ${path.source}`);
}
