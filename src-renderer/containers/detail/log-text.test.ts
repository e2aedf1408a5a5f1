import { expect, test } from 'vitest';
import { cutAtMatches, logText, plainText } from './log-text.ts';

test('colours and titles go, the words stay', () => {
  expect(plainText('\u001b[1;32mok\u001b[0m \u001b]0;title\u0007done\u001b(B\r')).toBe('ok done');
});

test('a sequence that is cut off takes nothing of the words, and a tab stays', () => {
  expect(plainText('a\u001b[12')).toBe('a12');
  expect(plainText('a\u001b]0;title')).toBe('a');
  expect(plainText('tab\tstays')).toBe('tab\tstays');
});

test('a text is cut around every match, whatever the case', () => {
  expect(cutAtMatches('GET /a get /b', 'get')).toEqual(['', 'GET', ' /a ', 'get', ' /b']);
  expect(cutAtMatches('nothing', 'x')).toEqual(['nothing']);
  expect(cutAtMatches('all', '')).toEqual(['all']);
});

test('a saved log has a stamp before each line where it is wanted', () => {
  const line = { at: 0, stream: 'stdout', text: 'hello' } as const;
  expect(logText([line, line], false)).toBe('hello\nhello\n');
  expect(logText([line], true)).toBe('1970-01-01T00:00:00.000Z hello\n');
});
