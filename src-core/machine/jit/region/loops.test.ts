import { describe, expect, it } from 'vitest';
import { findLoops, type Part } from './loops.ts';

/** Blocks by their numbers, loops in brackets. */
function written(parts: readonly Part[]): string {
  return parts.map((part) => (part.kind === 'loop' ? `[${written(part.parts)}]` : `${part.first}`)).join(' ');
}

describe('the blocks of a region', () => {
  it('stand one by one when they only go forward', () => {
    expect(written(findLoops([[1, 2], [2], []]))).toBe('0 1 2');
  });

  it('are a loop from the one that is jumped back to, to the last that does', () => {
    expect(written(findLoops([[1], [2, 3], [1], [1, 4], []]))).toBe('0 [1 2 3] 4');
  });

  it('are a loop alone when one jumps to itself', () => {
    expect(written(findLoops([[0, 1], [1]]))).toBe('[0] [1]');
  });

  it('are loops in loops, which may begin with the same block', () => {
    expect(written(findLoops([[1], [1, 2], [0]]))).toBe('[0 [1] 2]');
    expect(written(findLoops([[1], [0, 2], [0, 0]]))).toBe('[0 1 2]');
  });

  it('leave a way back into a loop that has ended to the choice at the top', () => {
    expect(written(findLoops([[1], [2], [0, 3], [1]]))).toBe('[0 1 2] 3');
  });
});
