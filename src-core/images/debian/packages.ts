import { AppError } from '../../base/errors.ts';
import { corrupt, type ByteSource } from '../formats/byte-source.ts';
import { parseDependencies, type Alternative } from './dependency.ts';
import { parseStanzas, type Stanza } from './stanza.ts';
import { compareVersions, satisfies } from './version.ts';

/** A binary package of the archive. */
export interface PackageRecord {
  readonly name: string;
  readonly version: string;
  /** Below the archive's base address. */
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Pre-Depends and Depends as written. */
  readonly depends: string;
  readonly provides: string;
  /** "required", "important", … (Debian policy, "Priorities"). */
  readonly priority: string;
  /** dpkg refuses to remove it: every system has it. */
  readonly essential: boolean;
}

/** The longest paragraph that is believed; a real one has some kilobytes. */
const MAX_STANZA_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;

/** What a Packages file lists: of each name the newest version. */
export class PackageIndex {
  readonly #packages = new Map<string, PackageRecord>();
  readonly #providers = new Map<string, Map<string, Provider>>();
  readonly #what: string;

  private constructor(what: string) {
    this.#what = what;
  }

  /**
   * @param source the uncompressed file; its 54 MB are never in memory as a whole
   * @throws AppError 'corrupt'
   */
  static async read(source: ByteSource, what: string): Promise<PackageIndex> {
    const index = new PackageIndex(what);
    for await (const text of stanzaTexts(source, what)) {
      for (const stanza of parseStanzas(text, what)) index.#add(recordOf(stanza, what));
    }
    return index;
  }

  #add(record: PackageRecord): void {
    const known = this.#packages.get(record.name);
    if (known !== undefined && compareVersions(known.version, record.version) >= 0) return;
    this.#packages.set(record.name, record);
    for (const [alternative] of parseDependencies(record.provides, this.#what)) {
      if (alternative === undefined) continue;
      const providers = this.#providers.get(alternative.name) ?? new Map<string, Provider>();
      this.#providers.set(alternative.name, providers.set(record.name, { record, version: alternative.version }));
    }
  }

  get size(): number {
    return this.#packages.size;
  }

  find(name: string): PackageRecord | undefined {
    return this.#packages.get(name);
  }

  /** @throws AppError 'unavailable' */
  get(name: string): PackageRecord {
    const record = this.find(name);
    if (record === undefined) throw unavailable(`the archive has no package "${name}"`);
    return record;
  }

  /** Names of all packages that every Debian system has, sorted. */
  required(): string[] {
    const all = [...this.#packages.values()];
    return all
      .filter(({ priority, essential }) => essential || priority === 'required')
      .map(({ name }) => name)
      .sort();
  }

  /**
   * What a package depends on directly, one package per dependency.
   * @param chosen taken where they do, before any other alternative
   * @param provided names, also virtual ones, that somebody else than the archive provides
   * @throws AppError 'unavailable' | 'corrupt'
   */
  dependencies(
    record: PackageRecord,
    chosen: ReadonlyMap<string, PackageRecord> = new Map(),
    provided: ReadonlySet<string> = new Set(),
  ): PackageRecord[] {
    return parseDependencies(record.depends, this.#what).flatMap((alternatives) => {
      if (alternatives.some(({ name }) => provided.has(name))) return [];
      const present = firstOf(alternatives, (alternative) => this.#amongst(chosen, alternative));
      const found = present ?? firstOf(alternatives, (alternative) => this.#candidate(alternative));
      if (found !== undefined) return [found];
      const wanted = alternatives.map((alternative) => alternative.name).join(' or ');
      throw unavailable(`the archive has no ${wanted}, which ${record.name} needs`);
    });
  }

  /**
   * The packages and all that they need, each once, those asked for first.
   * @param provided as in `dependencies`
   * @throws AppError 'unavailable' | 'corrupt'
   */
  closure(names: readonly string[], provided: ReadonlySet<string> = new Set()): PackageRecord[] {
    const chosen = new Map(names.map((name) => [name, this.get(name)]));
    // A Map's iteration also visits what is added on the way.
    for (const record of chosen.values()) {
      for (const needed of this.dependencies(record, chosen, provided)) {
        if (!chosen.has(needed.name)) chosen.set(needed.name, needed);
      }
    }
    return [...chosen.values()];
  }

  #candidate(alternative: Alternative): PackageRecord | undefined {
    const real = this.#packages.get(alternative.name);
    if (matches(real, alternative)) return real;
    return this.#providersOf(alternative)[0];
  }

  #amongst(chosen: ReadonlyMap<string, PackageRecord>, alternative: Alternative): PackageRecord | undefined {
    const real = chosen.get(alternative.name);
    if (matches(real, alternative)) return real;
    return this.#providersOf(alternative).find(({ name }) => chosen.has(name));
  }

  /** Debian policy, "Virtual packages - Provides": only a Provides with a version meets a dependency with one. */
  #providersOf({ name, relation, version }: Alternative): PackageRecord[] {
    const providers = [...(this.#providers.get(name)?.values() ?? [])];
    const fitting = providers.filter(
      (provider) =>
        relation === undefined || (provider.version !== '' && satisfies(provider.version, relation, version)),
    );
    return fitting.map(({ record }) => record);
  }
}

interface Provider {
  readonly record: PackageRecord;
  /** Of what is provided; empty where it is not told. */
  readonly version: string;
}

function firstOf<T, R>(all: readonly T[], find: (each: T) => R | undefined): R | undefined {
  for (const each of all) {
    const found = find(each);
    if (found !== undefined) return found;
  }
  return undefined;
}

function matches(record: PackageRecord | undefined, wanted: Alternative): record is PackageRecord {
  if (record === undefined) return false;
  return wanted.relation === undefined || satisfies(record.version, wanted.relation, wanted.version);
}

function unavailable(because: string): AppError {
  const hint = 'Try again later or choose another mirror in the settings.';
  return new AppError({ code: 'unavailable', doing: 'choose packages', because, hint });
}

function recordOf(stanza: Stanza, what: string): PackageRecord {
  const fields = ['package', 'version', 'filename', 'size', 'sha256', 'provides', 'priority', 'essential'];
  // A part of a string keeps the whole alive, here a chunk of the file: so the few parts needed are copied into one.
  const copy = [...fields, 'pre-depends', 'depends'].map((name) => stanza.get(name) ?? '').join('\0');
  const [name = '', version = '', fileName = '', size = '', sha256 = '', provides = '', priority = '', ...rest] =
    copy.split('\0');
  const [essential, ...depends] = rest;
  const record = {
    name,
    version,
    fileName,
    sizeBytes: Number(size),
    sha256,
    provides,
    priority,
    essential: essential === 'yes',
    depends: depends.filter((list) => list !== '').join(', '),
  };
  const plain = /^[A-Za-z0-9][A-Za-z0-9+._~/-]*$/.test(record.fileName) && !record.fileName.split('/').includes('..');
  if (record.name === '' || !plain || !/^\d{1,15}$/.test(size) || !/^[0-9a-f]{64}$/.test(record.sha256)) {
    throw corrupt(what, `its entry for "${record.name}" is wrong`);
  }
  return record;
}

/** Runs of whole paragraphs, about a chunk at a time. */
async function* stanzaTexts(source: ByteSource, what: string): AsyncGenerator<string, void, void> {
  let rest: Uint8Array = new Uint8Array(0);
  for await (const chunk of source) {
    const bytes = new Uint8Array(rest.length + chunk.length);
    bytes.set(rest);
    bytes.set(chunk, rest.length);
    const end = lastParagraphEnd(bytes);
    if (bytes.length - end > MAX_STANZA_BYTES) throw corrupt(what, 'a paragraph is too long');
    if (end > 0) yield new TextDecoder().decode(bytes.subarray(0, end));
    rest = bytes.slice(end);
  }
  yield new TextDecoder().decode(rest);
}

function lastParagraphEnd(bytes: Uint8Array): number {
  for (let at = bytes.lastIndexOf(NEWLINE); at > 0; at = bytes.lastIndexOf(NEWLINE, at - 1)) {
    if (bytes[at - 1] === NEWLINE) return at + 1;
  }
  return 0;
}
