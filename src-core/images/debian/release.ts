import { corrupt } from '../formats/byte-source.ts';
import { parseStanzas } from './stanza.ts';

/** A file below a release, as its signed index lists it. */
export interface ListedFile {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** What a Release file says (Debian wiki, "DebianRepository/Format"). */
export interface Release {
  readonly codename: string;
  /** "13.7"; empty where the release has none. */
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly date: number;
  readonly validUntil: number | undefined;
  readonly acquireByHash: boolean;
  /** Paths below the release's folder. */
  readonly files: ReadonlyMap<string, ListedFile>;
}

/** @throws AppError 'corrupt' */
export function parseRelease(text: string, what: string): Release {
  const stanza = parseStanzas(text, what)[0];
  if (stanza === undefined) throw corrupt(what, 'it is empty');
  const date = parseDate(stanza.get('date') ?? '');
  const until = stanza.get('valid-until');
  const validUntil = until === undefined ? undefined : parseDate(until);
  if (date === undefined || (until !== undefined && validUntil === undefined)) throw corrupt(what, 'a date is wrong');
  return {
    codename: stanza.get('codename') ?? '',
    version: stanza.get('version') ?? '',
    date,
    validUntil,
    acquireByHash: stanza.get('acquire-by-hash') === 'yes',
    files: parseFiles(stanza.get('sha256') ?? '', what),
  };
}

/** Only the one form that the archive writes, "Sat, 12 Sep 2026 07:55:41 UTC". */
function parseDate(text: string): number | undefined {
  if (!/^\w{3}, +\d{1,2} \w{3} \d{4} \d{2}:\d{2}:\d{2} (?:UTC|GMT|\+0000)$/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

function parseFiles(list: string, what: string): Map<string, ListedFile> {
  const files = new Map<string, ListedFile>();
  for (const line of list.split('\n').filter((entry) => entry.trim() !== '')) {
    const [, sha256, size, path] = /^\s*([0-9a-f]{64})\s+(\d{1,15})\s+(\S+)$/.exec(line) ?? [];
    if (sha256 === undefined || size === undefined || path === undefined)
      throw corrupt(what, 'its list of files is wrong');
    files.set(path, { sha256, sizeBytes: Number(size) });
  }
  if (files.size === 0) throw corrupt(what, 'it lists no files');
  return files;
}

const DAY_MS = 24 * 3600 * 1000;

/** What of a release's dates is checked; apt has the same two switches. */
export interface ReleaseDateChecks {
  readonly date: boolean;
  readonly validUntil: boolean;
}

/**
 * A signed release can still be the wrong one: of another suite, or so old that it hides corrections.
 * @param now milliseconds since 1970
 * @throws AppError 'corrupt'
 */
export function checkRelease(
  release: Release,
  suite: string,
  now: number,
  checks: ReleaseDateChecks,
  what: string,
): void {
  if (release.codename !== suite) throw corrupt(what, `it is of "${release.codename}", not of "${suite}"`);
  const at = (time: number): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ');
  if (checks.date && release.date > now + DAY_MS) {
    throw corrupt(what, `it is dated ${at(release.date)}, in the future: is this computer's clock right?`);
  }
  if (checks.validUntil && release.validUntil !== undefined && release.validUntil < now) {
    throw corrupt(what, `it was valid until ${at(release.validUntil)} only; the mirror is out of date`);
  }
}
