import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinWords, splitWords } from './command-words.ts';

test.for<readonly [string, readonly string[] | null]>([
  ['', []],
  ['  sh  -c ', ['sh', '-c']],
  [`sh -c 'echo "a  b"'`, ['sh', '-c', 'echo "a  b"']],
  [`echo "it's \\"so\\" \\n"`, ['echo', `it's "so" \\n`]],
  [`a\\ b ''`, ['a b', '']],
  [`nginx -g "daemon off;"`, ['nginx', '-g', 'daemon off;']],
  [`echo 'open`, null],
  ['echo \\', null],
])('the line «%s» has these words', ([line, words]) => {
  expect(splitWords(line)).toEqual(words);
});

test('what is written as one line is read back as the same words', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), (words) => {
      expect(splitWords(joinWords(words))).toEqual(words);
    }),
    { seed: 5 },
  );
});
