import { AppError } from '../../base/errors.ts';
import { throwIfCancelled, watched } from '../cancellation.ts';
import { collect } from '../formats/byte-source.ts';
import type { BuildOptions } from '../image.ts';
import type { Fetcher } from '../workshop.ts';

/** InRelease is 140 kB; much more is an attack or an error page. */
const MAX_RELEASE_BYTES = 8 * 1024 * 1024;

/** What it is called in messages. */
export const RELEASE = "the archive's release file";

/** The first mirror that answers; one that does not know the suite (a third party's) is passed over. */
export async function fetchRelease(
  fetcher: Fetcher,
  { mirrors, suite }: { readonly mirrors: readonly string[]; readonly suite: string },
  options: BuildOptions,
): Promise<{ message: Uint8Array; mirror: string }> {
  options.progress({ phase: 'Downloading the list of packages', fraction: null });
  let failure: unknown;
  for (const mirror of mirrors) {
    try {
      const { body } = await fetcher.open(`${mirror}/dists/${suite}/InRelease`, options.signal);
      const source = watched(body, options.signal, `download ${RELEASE}`);
      return { mirror, message: await collect(source, MAX_RELEASE_BYTES, RELEASE) };
    } catch (error) {
      if (!(error instanceof AppError) || (error.code !== 'not-found' && error.code !== 'network')) throw error;
      throwIfCancelled(options.signal, `download ${RELEASE}`);
      failure ??= error;
    }
  }
  throw failure;
}

/** The text of a clear-signed message, unverified (RFC 9580, "Cleartext Signature Framework"). */
export function signedPart(message: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(message).replaceAll('\r\n', '\n');
  const [, part] =
    /^-----BEGIN PGP SIGNED MESSAGE-----\n(?:[A-Za-z]+: .*\n)*\n([^]*?)\n-----BEGIN PGP SIGNATURE-----/.exec(text) ??
    [];
  return part?.replace(/^- /gm, '');
}
