import { describe, expect, test } from 'vitest';
import { encodeJson } from './ascii-json.ts';
import { readGuestMessage } from './guest-messages.ts';

const read = (value: unknown): ReturnType<typeof readGuestMessage> => readGuestMessage(encodeJson(value));

describe('a message of a guest', () => {
  test('is read with the fields that are known, and no others', () => {
    expect(read({ kind: 'started', pid: 7, extra: 1 })).toEqual({ kind: 'started', pid: 7 });
    expect(read({ kind: 'ended', status: 143 })).toEqual({ kind: 'ended', status: 143 });
    expect(read({ kind: 'about', agent: '2', features: ['exec'] })).toEqual({
      kind: 'about',
      agent: '2',
      features: ['exec'],
    });
  });

  test('of a kind that we do not know yet is told apart from one that is wrong', () => {
    expect(read({ kind: 'newer', than: 'we' })).toBe('unknown');
    expect(read({ kind: 'toString' })).toBe('unknown');
    for (const wrong of [
      null,
      [],
      'text',
      {},
      { kind: 1 },
      { kind: 'started' },
      { kind: 'started', pid: -1 },
      { kind: 'started', pid: 1.5 },
      { kind: 'ended', status: 256 },
      { kind: 'failed', code: 'internal', because: 'x' },
      { kind: 'failed', code: 'no-room', because: 'x'.repeat(501) },
      { kind: 'about', agent: '1', features: 'exec' },
      { kind: 'about', agent: '1', features: Array(101).fill('x') },
    ]) {
      expect(read(wrong), JSON.stringify(wrong)).toBeUndefined();
    }
  });

  test('that is no ASCII JSON, or nests too deeply to be read, is none', () => {
    const latin1 = Uint8Array.from('{"kind":"unknown","of":"\u00fc"}', (character) => character.charCodeAt(0));
    expect(readGuestMessage(latin1)).toBeUndefined();
    expect(readGuestMessage(new Uint8Array(65536).fill('['.charCodeAt(0)))).toBeUndefined();
    expect(readGuestMessage(new Uint8Array(0))).toBeUndefined();
  });

  test('shows no control characters to people', () => {
    expect(read({ kind: 'failed', code: 'no-room', because: 'a\u001b[2Jb\u009bc' })).toEqual({
      kind: 'failed',
      code: 'no-room',
      because: 'a [2Jb c',
    });
  });

  test('carries every character as ASCII', () => {
    const bytes = encodeJson({ kind: 'unknown', of: 'grüße \u{1f389} \ud800' });
    expect(bytes.every((byte) => byte < 0x80)).toBe(true);
    expect(readGuestMessage(bytes)).toEqual({ kind: 'unknown', of: 'grüße \u{1f389} \ud800' });
  });
});
