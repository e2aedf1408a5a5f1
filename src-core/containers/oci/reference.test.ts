import { describe, expect, test } from 'vitest';
import { AppError } from '../../base/errors.ts';
import { canonicalName, parseReference, parseRegistry, shortName } from './reference.ts';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('a name of an image', () => {
  test.each([
    ['busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
    ['debian:13', 'docker.io/library/debian:13', 'debian:13'],
    ['team/web', 'docker.io/team/web:latest', 'team/web:latest'],
    ['index.docker.io/busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
    ['127.0.0.1:5000/team/web:1.2', '127.0.0.1:5000/team/web:1.2', '127.0.0.1:5000/team/web:1.2'],
    ['localhost/web', 'localhost/web:latest', 'localhost/web:latest'],
    ['Registry.Example.org/a__b/c-d', 'registry.example.org/a__b/c-d:latest', 'registry.example.org/a__b/c-d:latest'],
    ['[::1]:5000/web:1', '[::1]:5000/web:1', '[::1]:5000/web:1'],
    [`web@${DIGEST}`, `docker.io/library/web@${DIGEST}`, `web@${DIGEST}`],
    [`web:1@${DIGEST}`, `docker.io/library/web@${DIGEST}`, `web@${DIGEST}`],
    ['a', 'docker.io/library/a:latest', 'a:latest'],
  ])('%s is kept as %s and shown as %s', (text, full, short) => {
    expect(canonicalName(text, 'x')).toBe(full);
    expect(shortName(full)).toBe(short);
    expect(canonicalName(short, 'x')).toBe(full);
  });

  test.each([
    ...[
      '',
      ' ',
      'Web',
      'web:',
      'web:-x',
      'web:a b',
      '/web',
      'web/',
      'a//b',
      'a/../b',
      '../a',
      '.',
      'web@sha256:1',
      'web@',
      'a@b@c',
    ],
    ...[
      'web@md5:x',
      '-a',
      'a-',
      'a___b',
      'a..b',
      'host:99999999/a',
      'ho_st.x/a',
      '[::1/a',
      'a\nb',
      'wéb',
      `web:${'x'.repeat(129)}`,
    ],
    ...['a'.repeat(250), 'host.x/Web'],
  ])('%j is none', (text) => {
    expect(() => parseReference(text, 'pull')).toThrow(AppError);
  });

  test('of any kind is a reference that reads as itself, or a failure', () => {
    let state = 7;
    const letters = [
      'a',
      'b1',
      '.',
      ':',
      '/',
      '@',
      '-',
      '_',
      'A',
      '[',
      ']',
      DIGEST,
      'sha256',
      'localhost',
      '5000',
      '%',
      '\0',
    ];
    for (let round = 0; round < 3000; round++) {
      let text = '';
      for (let part = 0; part < 8; part++) {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
        text += letters[(state >>> 16) % letters.length] ?? '';
      }
      try {
        const name = canonicalName(text, 'x');
        expect(canonicalName(name, 'x')).toBe(name);
        expect(canonicalName(shortName(name), 'x')).toBe(name);
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid-input' });
      }
    }
  });
});

test('a registry is a host with its port, however it is written', () => {
  expect(parseRegistry('https://Registry.example.org:5000/v2/', 'x')).toBe('registry.example.org:5000');
  expect(parseRegistry('https://index.docker.io/v1/', 'x')).toBe('docker.io');
  for (const wrong of ['', 'a/b', 'a b', 'http://a@b', 'x:y:z'])
    expect(() => parseRegistry(wrong, 'x')).toThrow(AppError);
});
