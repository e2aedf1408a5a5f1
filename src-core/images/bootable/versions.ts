/** Sorted so that a name with a greater version in it comes first: "vmlinuz-6.12.10" before "vmlinuz-6.12.9". */
export function newestFirst<T>(items: readonly T[], nameOf: (item: T) => string): readonly T[] {
  return [...items].sort((a, b) => compareVersions(nameOf(b), nameOf(a)));
}

/** Runs of digits count as numbers, "~" sorts before everything, also the end. */
function compareVersions(a: string, b: string): number {
  const left = a.match(PIECES) ?? [];
  const right = b.match(PIECES) ?? [];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const order = comparePieces(left[at] ?? '', right[at] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

const PIECES = /\d+|\D/g;

function comparePieces(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '~' || b === '~') return a === '~' ? -1 : 1;
  const bothNumbers = /^\d/.test(a) && /^\d/.test(b);
  if (!bothNumbers) return a < b ? -1 : 1;
  const short = a.replace(/^0+/, '');
  const other = b.replace(/^0+/, '');
  if (short.length !== other.length) return short.length - other.length;
  return short < other ? -1 : short > other ? 1 : 0;
}
