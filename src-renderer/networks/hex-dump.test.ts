import { expect, test } from 'vitest';
import { hexDump } from './hex-dump.ts';

test('bytes are shown with their offset and what of them is text', () => {
  const bytes = new TextEncoder().encode('GET / HTTP/1.1\r\nHost');
  expect(hexDump(bytes, 18).split('\n')).toEqual([
    '0000  47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a  GET / HTTP/1.1..',
    '0010  48 6f                                            Ho',
    '… 2 bytes more',
  ]);
});
