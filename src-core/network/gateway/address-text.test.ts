import { describe, expect, it } from 'vitest';
import { formatAddress, formatMac, parseAddress, parseMac } from './address-text.ts';

const canonical = (text: string): string | null => {
  const bytes = parseAddress(text);
  return bytes && formatAddress(bytes);
};

describe('addresses as text', () => {
  it.each([
    ['10.86.0.1', '10.86.0.1'],
    ['::', '::'],
    ['::1', '::1'],
    ['FD12:0:0:0:0:0:0:2', 'fd12::2'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['1::', '1::'],
    ['::ffff:10.0.0.1', '::ffff:a00:1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('write %s as %s (RFC 5952)', (text, form) => {
    expect(canonical(text)).toBe(form);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.-4',
    '0x7f.0.0.1',
    '2130706433',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '12345::',
    'g::',
    '1:2:3:4:5:6:7::8:9',
    '::1%eth0',
    '::1.2.3.400',
    '1:2:3:4:5:6:7:1.2.3.4',
    'fe80::1/64',
  ])('does not take %j for an address', (text) => {
    expect(parseAddress(text)).toBeNull();
  });

  it('reads and writes the addresses of cards', () => {
    expect(formatMac(parseMac('52:54:00:AB:0c:ff')!)).toBe('52:54:00:ab:0c:ff');
    expect(parseMac('52:54:00:ab:0c')).toBeNull();
    expect(parseMac('52:54:00:ab:0c:fg')).toBeNull();
  });
});
