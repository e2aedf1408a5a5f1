import { expect, test } from 'vitest';
import { failureOf } from '../testing/hostile.ts';
import { conffilesOf, dpkgDatabase, type ControlFile, type UnpackedPackage } from './dpkg-database.ts';

function unpacked(name: string, control: Readonly<Record<string, string>>, fields = ''): UnpackedPackage {
  const description = `Package: ${name}\nArchitecture: riscv64\n${fields}Version: 1\nDescription: a\n more\n`;
  const files = Object.entries({ control: description, ...control }).map(([file, text]): [string, ControlFile] => [
    file,
    { mode: 0o755, content: Buffer.from(text) },
  ]);
  return { name, control: new Map(files), paths: ['etc', `etc/${name}`], conffiles: new Map() };
}

const texts = (packages: readonly UnpackedPackage[]): Record<string, string> =>
  Object.fromEntries(
    [...dpkgDatabase(packages, 'riscv64')].map(([path, { content }]) => [
      path.replace('var/lib/dpkg/', ''),
      Buffer.from(content).toString(),
    ]),
  );

test('has every package unpacked and none configured, with the sums of what a person may change', () => {
  const app = { ...unpacked('app', {}), conffiles: new Map([['/etc/app', 'd41d8cd98f00b204e9800998ecf8427e']]) };
  expect(texts([app, unpacked('libx', {})])['status']).toBe(
    'Package: app\nStatus: install ok unpacked\nConffiles:\n /etc/app d41d8cd98f00b204e9800998ecf8427e\n' +
      'Architecture: riscv64\nVersion: 1\nDescription: a\n more\n\n' +
      'Package: libx\nStatus: install ok unpacked\nArchitecture: riscv64\nVersion: 1\nDescription: a\n more\n',
  );
});

test('keeps scripts and lists under the name that dpkg looks for', () => {
  const files = texts([unpacked('app', { postinst: '#!/bin/sh' }), unpacked('libx', {}, 'Multi-Arch: same\n')]);
  expect(files['info/app.list']).toBe('/.\n/etc\n/etc/app\n');
  expect(files['info/app.postinst']).toBe('#!/bin/sh');
  expect(files['info/libx:riscv64.list']).toBe('/.\n/etc\n/etc/libx\n');
  expect(files['info/app.control']).toBeUndefined();
  expect(files['info/format']).toBe('1\n');
});

test('notes who waits for which trigger', () => {
  const files = texts([
    unpacked('libc-bin', { triggers: '# a remark\ninterest-await ldconfig\nactivate-noawait other\n' }),
    unpacked('libx', { triggers: 'interest-noawait ldconfig\ninterest /usr/lib\n' }, 'Multi-Arch: same\n'),
    unpacked('udev', { triggers: 'interest-noawait /usr/lib/udev\n' }),
  ]);
  expect(files['triggers/ldconfig']).toBe('libc-bin\nlibx:riscv64/noawait\n');
  expect(files['triggers/File']).toBe('/usr/lib libx:riscv64\n/usr/lib/udev udev/noawait\n');
  expect(Object.keys(files).filter((path) => path.startsWith('triggers/'))).toHaveLength(3);
});

test('refuses a package that says it is another, or a trigger that would lead elsewhere', async () => {
  const other = { ...unpacked('app', {}), name: 'evil' };
  expect(await failureOf(() => dpkgDatabase([other], 'riscv64'))).toBe('corrupt');
  const trigger = unpacked('app', { triggers: 'interest ../../../etc/passwd\n' });
  expect(await failureOf(() => dpkgDatabase([trigger], 'riscv64'))).toBe('corrupt');
});

test('knows which files are for a person to change', () => {
  const { control } = unpacked('app', { conffiles: '/etc/app\nremove-on-upgrade /etc/old\n/etc/b \n' });
  expect(conffilesOf(control)).toEqual(['/etc/app', '/etc/b']);
});
