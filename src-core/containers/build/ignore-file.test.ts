import { describe, expect, it } from 'vitest';
import { IgnoreFile } from './ignore-file.ts';

describe('.dockerignore', () => {
  it.each([
    ['*.log', 'a.log', true],
    ['*.log', 'b/a.log', false],
    ['**/*.log', 'b/c/a.log', true],
    ['**/*.log', 'a.log', true],
    ['node_modules', 'node_modules/a/b', true],
    ['/node_modules/', 'node_modules/a', true],
    ['./a/../b', 'b', true],
    ['*/temp*', 'x/temporary/y', true],
    ['*/temp*', 'x/y/temp', false],
    ['temp?', 'tempa', true],
    ['temp?', 'temp/', false],
    ['[a-c]x', 'bx', true],
    ['[^a-c]x', 'bx', false],
    ['a**', 'a/b/c', true],
    ['# a', 'a', false],
    ['\\#a', '#a', true],
    ['a.b', 'axb', false],
  ])('%s with %s', (pattern, path, expected) => {
    expect(new IgnoreFile(pattern).leavesOut(path)).toBe(expected);
  });

  it('takes back, and the last line that fits counts', () => {
    const file = new IgnoreFile('*\n!src\nsrc/*.tmp\n!src/keep.tmp\n');
    expect(file.leavesOut('README')).toBe(true);
    expect(file.leavesOut('src/a.ts')).toBe(false);
    expect(file.leavesOut('src/a.tmp')).toBe(true);
    expect(file.leavesOut('src/keep.tmp')).toBe(false);
    expect(file.hasExceptions).toBe(true);
  });

  it('takes what is no pattern as it is', () => {
    expect(new IgnoreFile('a[').leavesOut('a[')).toBe(true);
    expect(new IgnoreFile('[z-a]').leavesOut('[z-a]')).toBe(true);
  });
});
