/**
 * A command as one line, in the quoting of the shell: words parted by spaces, '…' and "…" and \x keep what is in them.
 * Nothing is expanded: there is no shell.
 */
export function joinWords(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}

interface Reading {
  readonly words: string[];
  /** null: between words. */
  word: string | null;
  quote: '"' | "'" | null;
}

function readLetter(reading: Reading, letter: string): void {
  const { quote } = reading;
  if (quote !== null) {
    if (letter === quote) reading.quote = null;
    else reading.word = (reading.word ?? '') + letter;
  } else if (letter === '"' || letter === "'") {
    reading.quote = letter;
    reading.word ??= '';
  } else if (/\s/.test(letter)) {
    if (reading.word !== null) reading.words.push(reading.word);
    reading.word = null;
  } else {
    reading.word = (reading.word ?? '') + letter;
  }
}

/** @returns the words of a line; null where a quote is not closed, or nothing follows a backslash */
export function splitWords(line: string): readonly string[] | null {
  const reading: Reading = { words: [], word: null, quote: null };
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[at] ?? '';
    if (letter !== '\\' || reading.quote === "'") {
      readLetter(reading, letter);
      continue;
    }
    at += 1;
    const next = line[at];
    if (next === undefined) return null;
    // Within "…" a backslash is one itself, unless it stands before what it could quote there.
    const isPlain = reading.quote === '"' && !'"\\$`'.includes(next);
    reading.word = (reading.word ?? '') + (isPlain ? `\\${next}` : next);
  }
  if (reading.quote !== null) return null;
  return reading.word === null ? reading.words : [...reading.words, reading.word];
}
