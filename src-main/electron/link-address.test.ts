import { expect, test } from 'vitest';
import { linkAddress } from './link-address.ts';

const forwarded = () => Promise.resolve([8080, 80]);

test.for([
  ['https://example.org/a?b', 'https://example.org/a?b'],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/'],
  ['http://[::1]:8080/', 'http://[::1]:8080/'],
  ['http://127.0.0.1/', 'http://127.0.0.1/'],
] as const)('%s may be opened', async ([text, address]) => {
  expect(await linkAddress(text, forwarded)).toBe(address);
});

test.for([
  'http://example.org/',
  'http://127.0.0.1:8081/',
  'http://127.0.0.1:8080/delete?all',
  'http://127.0.0.1:8080/#key=abc',
  'http://ada:secret@127.0.0.1:8080/',
  'http://localhost.example.org:8080/',
  'http://192.168.1.1:8080/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'nonsense',
])('%s is not opened', async (text) => {
  await expect(linkAddress(text, forwarded)).rejects.toMatchObject({ code: 'denied' });
});
