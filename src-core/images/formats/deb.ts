import { readAr } from './ar.ts';
import { collect, corrupt, type ByteSource } from './byte-source.ts';
import { compressionByName, type Decompress } from './compression.ts';
import { readTar, type TarEntry } from './tar.ts';

/**
 * The entries of one of the two archives in a binary package (deb(5), format 2): `control`, what dpkg should know,
 * or `data`, the files to install.
 * @throws AppError 'corrupt'
 */
export async function* readDeb(
  source: ByteSource,
  part: 'control' | 'data',
  decompress: Decompress,
  what: string,
): AsyncGenerator<TarEntry, void, void> {
  let first = true;
  for await (const member of readAr(source, what)) {
    if (first) {
      const format = member.name === 'debian-binary' ? await collect(member.content, 64, what) : new Uint8Array(0);
      if (!String.fromCharCode(...format).startsWith('2.')) throw corrupt(what, 'it is not a Debian package');
      first = false;
      continue;
    }
    const { base, compression } = compressionByName(member.name);
    if (base !== `${part}.tar`) continue;
    yield* readTar(decompress(compression, member.content, what), what);
    return;
  }
  throw corrupt(what, first ? 'it is not a Debian package' : `it has no ${part} archive`);
}
