import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { debianMirrors } from '../../../src-core/images/debian/sources.ts';
import { readAptConfiguration } from './apt-configuration.ts';
import { chooseMirrors } from './open-image-room.ts';

const usualPath = process.env['PATH'];
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'innkeeper-apt-'));
});
afterEach(async () => {
  process.env['PATH'] = usualPath;
  await rm(root, { recursive: true });
});

/** A computer whose `apt-config dump` says this and whose apt folder has these files. */
async function computer(dump: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(root, 'etc/apt/sources.list.d'), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, 'etc/apt', name), text);
  await writeFile(join(root, 'apt-config'), `#!/bin/sh\necho 'Dir "${root}/";'\necho 'Dir::Etc "etc/apt";'\n${dump}`);
  await chmod(join(root, 'apt-config'), 0o755);
  process.env['PATH'] = `${root}:${usualPath ?? ''}`;
}

const ON_UNIX = process.platform !== 'win32';

test.runIf(ON_UNIX)('reads the sources in the order in which apt reads them', async () => {
  await computer('', {
    'sources.list': 'deb http://first.example/debian trixie main\n',
    'sources.list.d/b.sources': 'Types: deb\nURIs: http://third.example/debian\nSuites: trixie\nComponents: main\n',
    'sources.list.d/a.list': 'deb http://second.example/debian trixie main\n',
    'sources.list.d/c.list.disabled': 'deb http://off.example/debian trixie main\n',
  });
  const { sources, mirrorList, checks, proxies } = await readAptConfiguration();
  expect(debianMirrors(sources, mirrorList)).toEqual([
    'http://first.example/debian',
    'http://second.example/debian',
    'http://third.example/debian',
  ]);
  expect(checks).toEqual({ date: true, validUntil: true });
  expect(proxies).toEqual({ http: undefined, https: undefined });
});

test.runIf(ON_UNIX)('reads proxies and switched off checks', async () => {
  const lines = [
    'Acquire::http::Proxy "http://cache.example:3142";',
    'Acquire::https::Proxy "DIRECT";',
    'Acquire::Check-Date "false";',
  ];
  await computer(lines.map((line) => `echo '${line}'\n`).join(''), {});
  const { checks, proxies } = await readAptConfiguration();
  expect(proxies).toEqual({ http: 'http://cache.example:3142', https: undefined });
  expect(checks).toEqual({ date: false, validUntil: true });
});

test.runIf(ON_UNIX)('knows no sources on a computer without apt', async () => {
  process.env['PATH'] = root;
  expect(await readAptConfiguration()).toMatchObject({ sources: [], checks: { date: true, validUntil: true } });
});

test("prefers the setting to apt's mirrors, and those to the country's", () => {
  const ofApt = ['http://apt.example/debian'];
  expect(chooseMirrors('https://mine.example/debian/', ofApt, {})).toEqual(['https://mine.example/debian']);
  expect(chooseMirrors(null, ofApt, { LANG: 'de_DE.UTF-8' })).toEqual(ofApt);
  expect(chooseMirrors(null, [], { LANG: 'de_DE.UTF-8' })).toEqual(['http://ftp.de.debian.org/debian']);
  expect(chooseMirrors(null, [], { LC_ALL: 'fr_FR', LANG: 'de_DE' })).toEqual(['http://ftp.fr.debian.org/debian']);
  expect(() => chooseMirrors(null, [], { LANG: 'C.UTF-8' })).toThrow('neither apt nor the locale');
});
