import { describe, expect, it } from 'vitest';
import { detectFormat } from './format.ts';

function head(at: number, magic: string): Uint8Array {
  const bytes = new Uint8Array(4096);
  for (let n = 0; n < magic.length; n++) bytes[at + n] = magic.charCodeAt(n);
  return bytes;
}

describe('a file that is to be a disk', () => {
  it.each([
    ['qcow image of version 1', head(0, 'QFI\xfb\0\0\0\x01')],
    ['VMDK', head(0, 'KDMV')],
    ['VDI', head(0x40, '\x7f\x10\xda\xbe')],
    ['gzip', head(0, '\x1f\x8b\x08')],
    ['zip', head(0, 'PK\x03\x04')],
    ['PNG', head(0, '\x89PNG\r\n')],
    ['ELF', head(0, '\x7fELF\x02')],
    ['tar', head(0x101, 'ustar')],
    ['text', new TextEncoder().encode('Dear diary, today\n'.repeat(200))],
  ])('is told from %s', (what, bytes) => {
    expect(detectFormat(bytes)).toEqual({ foreign: expect.stringContaining(what) as string });
  });

  it('may be a qcow2 image', () => {
    expect(detectFormat(head(0, 'QFI\xfb\0\0\0\x03'))).toEqual({ format: 'qcow2' });
    expect(detectFormat(head(0, 'QFI\xfb\0\0\0\x02'))).toEqual({ format: 'qcow2' });
  });

  it.each([
    ['zeros', new Uint8Array(4096)],
    ['a partition table', head(0x1fe, '\x55\xaa')],
    ['an ext4 file system', head(0x438, '\x53\xef')],
    ['a swap area', head(4086, 'SWAPSPACE2')],
    ['an ISO that boots', head(0, 'ER\x08\0\0\0')],
  ])('may hold %s', (_what, bytes) => {
    expect(detectFormat(bytes)).toEqual({ format: 'raw' });
  });
});
