/** How the blocks of a region stand in its function, in the order of their numbers: one by one, or as loops. */
export type Part =
  | { readonly kind: 'block'; readonly first: number; readonly last: number }
  | { readonly kind: 'loop'; readonly first: number; readonly last: number; readonly parts: readonly Part[] };

/** @param ways of each block, the numbers of those that it may jump to */
export function findLoops(ways: readonly (readonly number[])[]): Part[] {
  /** The blocks that jump back to each. */
  const returns = ways.map((): number[] => []);
  ways.forEach((targets, from) => {
    for (const to of targets) if (to <= from) returns[to]?.push(from);
  });
  return partsOf(returns, 0, ways.length - 1, null);
}

/** @param head of the loop that these parts are the inside of: it is no loop once more */
function partsOf(returns: readonly (readonly number[])[], first: number, last: number, head: number | null): Part[] {
  const parts: Part[] = [];
  for (let number = first; number <= last;) {
    // Ways back from behind the end of the loop around go through the choice at the top.
    const end = number === head ? -1 : Math.max(-1, ...(returns[number] ?? []).filter((from) => from <= last));
    if (end < number) parts.push({ kind: 'block', first: number, last: number });
    else parts.push({ kind: 'loop', first: number, last: end, parts: partsOf(returns, number, end, number) });
    number = Math.max(number, end) + 1;
  }
  return parts;
}
