import { describe, expect, it } from 'vitest';
import { BadSubstitution, expandContent, expandWord } from './expand.ts';

const variables: Record<string, string> = { A: 'one', EMPTY: '', PATH: '/bin' };
const lookup = (name: string): string | undefined => (Object.hasOwn(variables, name) ? variables[name] : undefined);

describe('a word with variables', () => {
  it.each([
    ['$A', 'one'],
    ['${A}b', 'oneb'],
    ['$Ab', ''],
    ['a$', 'a$'],
    ['$PATH:/opt', '/bin:/opt'],
    ['${NONE:-x}', 'x'],
    ['${EMPTY:-x}', 'x'],
    ['${EMPTY-x}', ''],
    ['${A:+x}', 'x'],
    ['${EMPTY:+x}', ''],
    ['${EMPTY+x}', 'x'],
    ['${NONE:-$A}', 'one'],
    ['${NONE:-${NONE:-deep}}', 'deep'],
    ['"$A b"', 'one b'],
    ["'$A b'", '$A b'],
    ['\\$A', '$A'],
    ['"\\$A"', '$A'],
    ['x\\ y', 'x y'],
    ['"a\\nb"', 'a\\nb'],
    ['${A:?must}', 'one'],
  ])('%s is %s', (word, expected) => {
    expect(expandWord(word, lookup, '\\')).toBe(expected);
  });

  it('keeps backslashes where the escape is another', () => {
    expect(expandWord('C:\\$A', lookup, '`')).toBe('C:\\one');
    expect(expandWord('`$A', lookup, '`')).toBe('$A');
  });

  it.each(['${A', '${', '${A%x}', '${NONE:?must be set}'])('%s is refused', (word) => {
    expect(() => expandWord(word, lookup, '\\')).toThrow(BadSubstitution);
  });

  it('in a file keeps its quotes', () => {
    expect(expandContent('a "$A" \'$A\' \\n \\$A\n', lookup, '\\')).toBe('a "one" \'one\' \\n $A\n');
  });
});
