import fc from 'fast-check';
import { expect, test } from 'vitest';
import { failureOf, FUZZ } from '../testing/hostile.ts';
import { parseStanzas } from './stanza.ts';

test('reads paragraphs with continuation lines, comments and any line ends', () => {
  const text = '\n# nothing\nPackage: a\nDescription: one\n two\n .\n  three\r\n\n \nPackage:b\nEmpty:\n';
  expect(parseStanzas(text, 't').map((stanza) => Object.fromEntries(stanza))).toEqual([
    { package: 'a', description: 'one\ntwo\n.\n three' },
    { package: 'b', empty: '' },
  ]);
});

test('refuses lines that are no fields', () => {
  for (const text of [' continued: nothing', 'no colon', ': no name', 'two words: x', 'A: 1\na: 2']) {
    expect(() => parseStanzas(text, 'the file')).toThrow('Failed to read the file');
  }
  expect(parseStanzas('', 't')).toEqual([]);
});

test('ends any text with nothing worse than "corrupt"', async () => {
  const line = fc.oneof(fc.string(), fc.constantFrom('', ' ', 'Package: a', ' more', '# x', 'B:'));
  await fc.assert(
    fc.asyncProperty(fc.array(line), async (lines) => {
      expect(['none', 'corrupt']).toContain(await failureOf(() => parseStanzas(lines.join('\n'), 't')));
    }),
    FUZZ,
  );
});
