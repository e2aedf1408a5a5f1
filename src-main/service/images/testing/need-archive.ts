import { fetchRelease, RELEASE, signedPart } from '../../../../src-core/images/debian/in-release.ts';
import { parseRelease } from '../../../../src-core/images/debian/release.ts';
import { debianMirrors } from '../../../../src-core/images/debian/sources.ts';
import { readAptConfiguration } from '../apt-configuration.ts';
import { openWorkshop } from '../open-image-room.ts';

const SUITES = ['trixie', 'trixie-updates'];
const INDEX = 'main/binary-riscv64/Packages.xz';

/** Skips a test in which a guest installs packages while the archive is not in order. @param skip of the test's context */
export async function needArchive(dataDirectory: string, skip: (why: string) => void): Promise<void> {
  const trouble = await archiveTrouble(dataDirectory);
  if (trouble !== null) skip(trouble);
}

/**
 * Why a guest's package manager would find nothing in the archive now, of which no test of ours is the cause: a mirror in
 * the middle of an update has a new release, and the lists of packages of the one before. It is printed.
 * @returns null when the archive is in order
 */
async function archiveTrouble(dataDirectory: string): Promise<string | null> {
  const { sources, mirrorList } = await readAptConfiguration();
  const { workshop, close } = openWorkshop({ dataDirectory });
  const options = { signal: new AbortController().signal, progress: () => undefined };
  try {
    for (const suite of SUITES) {
      const { message, mirror } = await fetchRelease(
        workshop.fetcher,
        { mirrors: debianMirrors(sources, mirrorList), suite },
        options,
      );
      const wanted = parseRelease(signedPart(message) ?? '', RELEASE).files.get(INDEX);
      const { sizeBytes, body } = await workshop.fetcher.open(`${mirror}/dists/${suite}/${INDEX}`, options.signal);
      await body[Symbol.asyncIterator]().return?.();
      if (sizeBytes === wanted?.sizeBytes) continue;
      const trouble = `the archive is being updated: ${suite} lists ${wanted?.sizeBytes} bytes of ${INDEX}, and there are ${sizeBytes}`;
      console.warn(`skipped: ${trouble}`);
      return trouble;
    }
    return null;
  } finally {
    await close();
  }
}
