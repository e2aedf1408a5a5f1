/**
 * What a .dockerignore leaves out of the context. Each line is a pattern as Go's filepath.Match has it, "**" for any
 * number of directories besides; a "!" before it takes back what a line above left out; the last line that fits counts.
 */
export class IgnoreFile {
  readonly #rules: readonly { readonly pattern: RegExp; readonly leavesOut: boolean }[];

  constructor(text: string) {
    this.#rules = text.split(/\r?\n/).flatMap((line) => {
      const rule = line.startsWith('#') ? '' : line.trim();
      const leavesOut = !rule.startsWith('!');
      const pattern = cleaned(leavesOut ? rule : rule.slice(1).trim());
      return pattern === '' ? [] : [{ pattern: regExpOf(pattern), leavesOut }];
    });
  }

  /** Whether directories that are left out may hold something that is not. */
  get hasExceptions(): boolean {
    return this.#rules.some(({ leavesOut }) => !leavesOut);
  }

  /** @param path relative, with "/" */
  leavesOut(path: string): boolean {
    const parts = path.split('/');
    // A pattern that fits a directory fits all that is in it.
    const paths = parts.map((_, at) => parts.slice(0, at + 1).join('/'));
    return this.#rules.reduce(
      (out, { pattern, leavesOut }) => (paths.some((each) => pattern.test(each)) ? leavesOut : out),
      false,
    );
  }
}

/** Without "." and empty parts, ".." applied, as Go's filepath.Clean. */
function cleaned(pattern: string): string {
  const parts: string[] = [];
  for (const part of pattern.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

/** @param pattern of path.Match and "**"; what cannot be read of it stands for itself */
export function regExpOf(pattern: string): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const letter = pattern.charAt(at);
    if (letter === '*' && pattern.charAt(at + 1) === '*') {
      at++;
      if (pattern.charAt(at + 1) === '/') {
        at++;
        source += '(?:.*/)?';
      } else source += '.*';
    } else if (letter === '*') source += '[^/]*';
    else if (letter === '?') source += '[^/]';
    else if (letter === '\\') source += escaped(pattern.charAt(++at));
    else if (letter === '[') {
      const end = pattern.indexOf(']', at + 2);
      if (end === -1) source += '\\[';
      else {
        source += classOf(pattern.slice(at + 1, end));
        at = end;
      }
    } else source += escaped(letter);
  }
  try {
    return new RegExp(`^${source}$`, 's');
  } catch {
    return new RegExp(`^${escaped(pattern)}$`, 's');
  }
}

/** "[^a-z]" of path.Match, which never fits a "/". */
function classOf(inner: string): string {
  const isNot = inner.startsWith('^');
  const letters = (isNot ? inner.slice(1) : inner).replace(/[\]\\[]/g, '\\$&');
  return `(?!/)[${isNot ? '^' : ''}${letters}]`;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
