import { gzipSync, gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { resolvePath } from './boot-entry.ts';
import { readExtlinux } from './extlinux.ts';
import { readGrub } from './grub.ts';
import { unpackKernel } from './kernel-file.ts';
import { readLoaderEntries } from './loader-entries.ts';
import { kernelImage, markOf } from './testing/kernels.ts';
import { newestFirst } from './versions.ts';

const unpackers = { gzip: (packed: Uint8Array): Uint8Array => gunzipSync(packed) };
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('what boot loaders are told', () => {
  test('extlinux: the default first, paths from the folder of the file, common parameters', () => {
    const text =
      'APPEND common\nDEFAULT b\nLABEL a\nKERNEL /a#conf\nLABEL b\n LINUX ../b\n INITRD /i,../j\n APPEND own x=1\nLABEL c\n';
    expect(readExtlinux(text, '/boot/extlinux/extlinux.conf')).toEqual([
      { kernel: '/boot/b', initrds: ['/i', '/boot/j'], commandLine: 'own x=1', isIncomplete: false },
      { kernel: '/a', initrds: [], commandLine: 'common', isIncomplete: false },
    ]);
  });

  test('loader entries: by pattern, then the newest; variables of GRUB are left out', () => {
    const entry = (version: string): { name: string; text: string } => ({
      name: `linux-${version}.conf`,
      text: `# comment\ntitle x\nlinux /l-${version}\ninitrd $tuned /i\noptions $kernelopts ro\noptions quiet`,
    });
    const all = [entry('6.9'), entry('6.10'), entry('5.1')];
    const kernels = (configuration: string): string[] =>
      readLoaderEntries(all, configuration).map(({ kernel }) => kernel);
    expect(kernels('')).toEqual(['/l-6.10', '/l-6.9', '/l-5.1']);
    expect(kernels('default linux-5*\n')[0]).toBe('/l-5.1');
    expect(kernels('default linux-6.9')[0]).toBe('/l-6.9');
    expect(kernels('default linux-6.?\n')[0]).toBe('/l-6.9');
    expect(readLoaderEntries([entry('1')], '')[0]).toMatchObject({
      commandLine: 'ro quiet',
      isIncomplete: true,
      initrds: ['/i'],
    });
    expect(kernels(`default ${'*a'.repeat(2000)}b`)).toHaveLength(3);
  });

  test('grub: entries in their order, also in submenus, without devices, quotes and variables', () => {
    const text = [
      'linux /not-in-an-entry x',
      "menuentry 'a' {\n  linux ($root)/boot/k-1 root=UUID=1 opt='with blank' $var\n  initrd (hd0,gpt2)/boot/i-1\n}",
      'submenu x {\n menuentry "b" {\n  linuxefi /k-2 ro\n }\n}',
    ].join('\n');
    expect(readGrub(text)).toEqual([
      { kernel: '/boot/k-1', commandLine: 'root=UUID=1 opt=with blank', isIncomplete: true, initrds: ['/boot/i-1'] },
      { kernel: '/k-2', commandLine: 'ro', isIncomplete: false, initrds: [] },
    ]);
  });

  test('paths never leave the root', () => {
    expect(resolvePath('/a/b.conf', '../../../etc/x')).toBe('/etc/x');
    expect(resolvePath('/a/b.conf', './c//d')).toBe('/a/c/d');
  });

  test('versions are compared as numbers', () => {
    const names = ['k-6.9', 'k-6.12.10', 'k-6.12.9', 'k-6.12.10~rc1', 'k'];
    expect(newestFirst(names, (name) => name)).toEqual(['k-6.12.10', 'k-6.12.10~rc1', 'k-6.12.9', 'k-6.9', 'k']);
  });
});

/** An EFI program that unpacks itself: the payload behind a header of 64 bytes. */
function zboot(payload: Uint8Array, method: string): Uint8Array {
  const file = new Uint8Array(64 + payload.length);
  file.set(ascii('MZ\0\0zimg'));
  const view = new DataView(file.buffer);
  view.setUint32(8, 64, true);
  view.setUint32(12, payload.length, true);
  file.set(ascii(method), 24);
  file.set(payload, 64);
  return file;
}

/** An EFI program with these sections. */
function efiProgram(machine: number, sections: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const entries = Object.entries(sections);
  const total = entries.reduce((sum, [, bytes]) => sum + bytes.length, 1024);
  const file = new Uint8Array(total);
  const view = new DataView(file.buffer);
  file.set(ascii('MZ'));
  view.setUint32(0x3c, 128, true);
  file.set(ascii('PE\0\0'), 128);
  view.setUint16(132, machine, true);
  view.setUint16(134, entries.length, true);
  let at = 1024;
  entries.forEach(([name, bytes], index) => {
    const entry = 152 + index * 40;
    file.set(ascii(name), entry);
    view.setUint32(entry + 8, bytes.length, true);
    view.setUint32(entry + 16, bytes.length, true);
    view.setUint32(entry + 20, at, true);
    file.set(bytes, at);
    at += bytes.length;
  });
  return file;
}

describe('a kernel in a file', () => {
  const kernel = kernelImage('the kernel');

  test('is found plain, packed, in a program that unpacks itself, and in a unified image', () => {
    for (const file of [kernel, gzipSync(kernel), zboot(gzipSync(kernel), 'gzip')]) {
      expect(markOf(unpackKernel(file, unpackers).image)).toBe('the kernel');
    }
    const sections = { '.linux': gzipSync(kernel), '.initrd': ascii('initrd'), '.cmdline': ascii('root=/dev/vda\0\0') };
    const unified = unpackKernel(efiProgram(0x5064, sections), unpackers);
    expect(markOf(unified.image)).toBe('the kernel');
    expect(unified).toMatchObject({ initrd: ascii('initrd'), commandLine: 'root=/dev/vda' });
  });

  test('is refused when it is for another processor, damaged, or packed in a way that is not known', () => {
    expect(() => unpackKernel(efiProgram(0x8664, { '.linux': kernel }), unpackers)).toThrow('x86-64');
    expect(() => unpackKernel(zboot(gzipSync(kernel).subarray(0, 100), 'gzip'), unpackers)).toThrow('damaged');
    expect(() => unpackKernel(zboot(kernel, 'lzma'), unpackers)).toThrow('compressed with lzma');
    expect(() => unpackKernel(zboot(kernel, 'zstd22'), unpackers)).toThrow('compressed with zstd');
    const cut = zboot(gzipSync(kernel), 'gzip').subarray(0, 200);
    expect(() => unpackKernel(cut, unpackers)).toThrow('ends early');
    expect(() => unpackKernel(ascii('text'), unpackers)).toThrow('not a RISC-V Linux kernel');
  });
});
