import { expect, test } from 'vitest';
import { countryMirror, countryOf, debianMirrors } from './sources.ts';

const list = (text: string): { name: string; text: string } => ({ name: 'sources.list', text });
const deb822 = (text: string): { name: string; text: string } => ({ name: 'debian.sources', text });

test('takes the first enabled entry of the main archive from one-line sources', () => {
  const text = `# deb http://commented.example/debian trixie main
deb-src http://source.example/debian trixie main
deb [arch=amd64 signed-by=/k.gpg] http://security.example/debian-security trixie-security main
deb http://third.example/docker bookworm main
deb cdrom:[Debian]/ trixie main
deb [arch=amd64] http://mirror.example/debian/ bookworm main contrib # comment
deb http://other.example/some/debian trixie main`;
  expect(debianMirrors([list(text)])).toEqual(['http://mirror.example/debian', 'http://other.example/some/debian']);
});

test('takes enabled entries from deb822 sources', () => {
  const text = `Types: deb
Enabled: no
URIs: http://off.example/debian
Suites: trixie
Components: main

Types: deb deb-src
URIs: https://on.example/debian
Suites: trixie trixie-updates
Components: main non-free-firmware

Types: deb
URIs: http://backports.example/debian
Suites: trixie-backports
Components: main
`;
  expect(debianMirrors([deb822(text)])).toEqual(['https://on.example/debian']);
});

test('follows the mirror lists of cloud images', () => {
  const text = 'Types: deb\nURIs: mirror+file:///etc/apt/mirrors/debian.list\nSuites: trixie\nComponents: main\n';
  const lists = (path: string): string | undefined =>
    path === '/etc/apt/mirrors/debian.list' ? '# mirrors\nhttps://cloud.example/debian\tpriority:1\n' : undefined;
  expect(debianMirrors([deb822(text)], lists)).toEqual(['https://cloud.example/debian']);
  expect(debianMirrors([deb822(text)])).toEqual([]);
});

test('knows no mirror where apt serves another distribution or nonsense', () => {
  const ubuntu = list('deb http://archive.example/ubuntu noble main\n');
  expect(debianMirrors([ubuntu, deb822('this is: \n not a\nfile'), list('deb http://x.example/debian')])).toEqual([]);
});

test('falls back to the mirror of the country that the locale names', () => {
  expect(['de_DE.UTF-8', 'pt-BR', 'sr_RS@latin', 'zh-Hant-TW', 'C.UTF-8', 'POSIX', 'en'].map(countryOf)).toEqual([
    'de',
    'br',
    'rs',
    'tw',
    undefined,
    undefined,
    undefined,
  ]);
  expect(countryMirror('DE')).toBe('http://ftp.de.debian.org/debian');
  expect(() => countryMirror(undefined)).toThrow('neither apt nor the locale of this computer names one');
  expect(() => countryMirror('../x')).toThrow();
});
