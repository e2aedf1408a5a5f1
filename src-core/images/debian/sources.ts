import { AppError } from '../../base/errors.ts';
import { parseStanzas } from './stanza.ts';

/**
 * Where this computer gets Debian from: apt's own configuration (sources.list(5)), read as far as to find mirrors of
 * the main archive. Lines that are not understood are passed over: apt's complaints are apt's.
 */

interface SourceEntry {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
}

/** A file below apt's configuration. */
export interface SourcesFile {
  /** "sources.list", "debian.sources": its ending tells the format. */
  readonly name: string;
  readonly text: string;
}

/** Suites of the main archive; -security, -updates and -backports stand elsewhere or do not have everything. */
const MAIN_SUITES = /^(?:old|oldold)?stable$|^testing$|^unstable$|^sid$|^(?:bullseye|bookworm|trixie|forky|duke)$/;

/**
 * Base addresses of the Debian main archive, without a trailing slash, in apt's order.
 * @param files as apt reads them: sources.list, then sources.list.d sorted by name
 * @param mirrorList the text of a list that a "mirror+file:" address names
 */
export function debianMirrors(
  files: readonly SourcesFile[],
  mirrorList: (path: string) => string | undefined = () => undefined,
): string[] {
  const entries = files.flatMap(({ name, text }) => (name.endsWith('.sources') ? deb822(text) : oneLine(text)));
  const uris = entries.filter(isDebianMain).flatMap((entry) => entry.uris.flatMap((uri) => resolve(uri, mirrorList)));
  return [...new Set(uris.filter(isDebianAddress).map((uri) => uri.replace(/\/+$/, '')))];
}

function isDebianMain(entry: SourceEntry): boolean {
  return entry.components.includes('main') && entry.suites.some((suite) => MAIN_SUITES.test(suite));
}

/** The archive's folder is called "debian" on every mirror; third parties use their own. */
function isDebianAddress(uri: string): boolean {
  return /^https?:\/\/[^\s/]+\/(?:\S*\/)?debian(?:\/\S*)?$/.test(uri);
}

/** "mirror+file:/etc/apt/mirrors/debian.list", as cloud images have it: a file with an address per line. */
function resolve(uri: string, mirrorList: (path: string) => string | undefined): string[] {
  const [, path] = /^mirror\+file:(?:\/\/)?(\/\S+)$/.exec(uri) ?? [];
  if (path === undefined) return [uri];
  return (mirrorList(path) ?? '')
    .split('\n')
    .map((line) => line.split(/\s+/)[0] ?? '')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** "deb [option=value …] URI SUITE COMPONENT…" */
function oneLine(text: string): SourceEntry[] {
  return text.split('\n').flatMap((line) => {
    const words = line
      .replace(/#.*$/, '')
      .replace(/\[[^\]]*\]/, ' ')
      .trim()
      .split(/\s+/);
    const [type, uri, suite, ...components] = words;
    if (type !== 'deb' || uri === undefined || suite === undefined) return [];
    return [{ uris: [uri], suites: [suite], components }];
  });
}

function deb822(text: string): SourceEntry[] {
  return paragraphs(text).flatMap((stanza) => {
    const words = (name: string): string[] => (stanza.get(name) ?? '').split(/\s+/).filter((word) => word !== '');
    const enabled = !/^(?:no|false|without|off|disable|0)$/i.test(stanza.get('enabled') ?? '');
    if (!enabled || !words('types').includes('deb')) return [];
    return [{ uris: words('uris'), suites: words('suites'), components: words('components') }];
  });
}

function paragraphs(text: string): ReturnType<typeof parseStanzas> {
  try {
    return parseStanzas(text, 'apt sources');
  } catch (error) {
    if (error instanceof AppError) return [];
    throw error;
  }
}

/**
 * The mirror of a country, where this computer has no apt to ask.
 * @param country ISO 3166 letters, "de"; undefined where the locale tells none
 * @throws AppError 'unavailable'
 */
export function countryMirror(country: string | undefined): string {
  if (country !== undefined && /^[A-Za-z]{2}$/.test(country)) {
    return `http://ftp.${country.toLowerCase()}.debian.org/debian`;
  }
  throw new AppError({
    code: 'unavailable',
    doing: 'choose a Debian mirror',
    because: 'neither apt nor the locale of this computer names one',
    hint: 'Set the address of a Debian archive in the settings ("debianMirror").',
  });
}

/** The country of a locale name as environments have them: "de_DE.UTF-8", "pt-BR". */
export function countryOf(locale: string): string | undefined {
  return /^[A-Za-z]{2,3}[_-](?:[A-Za-z]{4}[_-])?([A-Za-z]{2})(?:[.@]|$)/.exec(locale)?.[1]?.toLowerCase();
}
