import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SourcesFile } from '../../../src-core/images/debian/sources.ts';
import type { ReleaseDateChecks } from '../../../src-core/images/debian/release.ts';
import type { ProxySettings } from './node-fetcher.ts';

/** How this computer's apt is configured, as far as it matters here. */
export interface AptConfiguration {
  readonly sources: readonly SourcesFile[];
  readonly mirrorList: (path: string) => string | undefined;
  readonly proxies: ProxySettings;
  readonly checks: ReleaseDateChecks;
}

const run = promisify(execFile);

/** Asks `apt-config`; a computer without apt has the defaults and no sources. */
export async function readAptConfiguration(): Promise<AptConfiguration> {
  const settings = await aptSettings();
  const folder = join('/', settings.get('dir') ?? '/', settings.get('dir::etc') ?? 'etc/apt');
  const sources = settings.size === 0 ? [] : await readSources(folder, settings);
  return {
    sources,
    mirrorList: readText,
    proxies: { http: proxy(settings, 'http'), https: proxy(settings, 'https') },
    checks: {
      date: isOn(settings.get('acquire::check-date')),
      validUntil: isOn(settings.get('acquire::check-valid-until')),
    },
  };
}

/** Lines `Acquire::http::Proxy "http://cache:3142";`, names in lower case. */
async function aptSettings(): Promise<Map<string, string>> {
  const settings = new Map<string, string>();
  const dump = await run('apt-config', ['dump'], { timeout: 10_000, maxBuffer: 4 * 1024 * 1024 }).catch(
    () => undefined,
  );
  for (const line of dump?.stdout.split('\n') ?? []) {
    const [, name, value] = /^(\S+) "(.*)";$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) settings.set(name.toLowerCase(), value);
  }
  return settings;
}

async function readSources(folder: string, settings: ReadonlyMap<string, string>): Promise<SourcesFile[]> {
  const list = join(folder, settings.get('dir::etc::sourcelist') ?? 'sources.list');
  const parts = join(folder, settings.get('dir::etc::sourceparts') ?? 'sources.list.d');
  const names = (await readdir(parts).catch(() => []))
    .filter((name) => /^[\w.-]+\.(?:list|sources)$/.test(name))
    .sort();
  return [list, ...names.map((name) => join(parts, name))].flatMap((name) => {
    const text = readText(name);
    return text === undefined ? [] : [{ name, text }];
  });
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** "DIRECT" and nothing both mean none of apt's. */
function proxy(settings: ReadonlyMap<string, string>, protocol: 'http' | 'https'): string | undefined {
  const value = settings.get(`acquire::${protocol}::proxy`);
  return value !== undefined && URL.canParse(value) ? value : undefined;
}

function isOn(value: string | undefined): boolean {
  return !/^(?:no|false|without|off|disable|0)$/i.test(value ?? 'true');
}

/** The keyrings of this computer's Debian, where it has one. */
export async function systemKeyrings(): Promise<Uint8Array[]> {
  const folder = '/usr/share/keyrings';
  const files = ['debian-archive-keyring.gpg', 'debian-archive-keyring.pgp'];
  const found = await Promise.all(files.map((file) => readFile(join(folder, file)).catch(() => undefined)));
  return found.filter((bytes) => bytes !== undefined);
}
