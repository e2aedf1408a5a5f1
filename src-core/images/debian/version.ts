/**
 * Compares Debian versions (Debian policy, "Version"): epoch, upstream version, revision; runs of non-digits and of
 * digits in turn; "~" sorts before everything, even the end, and letters before other characters.
 * @returns negative, 0 or positive, as for Array.sort
 */
export function compareVersions(a: string, b: string): number {
  const left = split(a);
  const right = split(b);
  return (
    left.epoch - right.epoch || comparePart(left.upstream, right.upstream) || comparePart(left.revision, right.revision)
  );
}

function split(version: string): { epoch: number; upstream: string; revision: string } {
  const [, epoch = '0', rest = ''] = /^(?:(\d+):)?(.*)$/s.exec(version) ?? [];
  const hyphen = rest.lastIndexOf('-');
  if (hyphen < 0) return { epoch: Number(epoch), upstream: rest, revision: '' };
  return { epoch: Number(epoch), upstream: rest.slice(0, hyphen), revision: rest.slice(hyphen + 1) };
}

function comparePart(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while (isText(a, i) || isText(b, j)) {
      const difference = weight(a, i) - weight(b, j);
      if (difference !== 0) return difference;
      i++;
      j++;
    }
    const [left = ''] = /^\d*/.exec(a.slice(i)) ?? [];
    const [right = ''] = /^\d*/.exec(b.slice(j)) ?? [];
    const difference = compareDigits(left, right);
    if (difference !== 0) return difference;
    i += left.length;
    j += right.length;
  }
  return 0;
}

/** Numbers of any length. */
function compareDigits(a: string, b: string): number {
  const left = a.replace(/^0+/, '');
  const right = b.replace(/^0+/, '');
  if (left.length !== right.length) return left.length - right.length;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function isText(version: string, at: number): boolean {
  return at < version.length && !/\d/.test(version.charAt(at));
}

function weight(version: string, at: number): number {
  const character = version.charAt(at);
  if (character === '~') return -1;
  if (character === '' || /\d/.test(character)) return 0;
  return /[A-Za-z]/.test(character) ? character.charCodeAt(0) : character.charCodeAt(0) + 256;
}

export type Relation = '<<' | '<=' | '=' | '>=' | '>>';

/** Whether `version` stands in the relation to `other`, as in "libc6 (>= 2.38)". */
export function satisfies(version: string, relation: Relation, other: string): boolean {
  const order = compareVersions(version, other);
  switch (relation) {
    case '<<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '=':
      return order === 0;
    case '>=':
      return order >= 0;
    case '>>':
      return order > 0;
  }
}
