import { corrupt } from '../formats/byte-source.ts';

/** One paragraph of a control file; names are case-insensitive and kept in lower case here. */
export type Stanza = ReadonlyMap<string, string>;

const MAX_FIELDS = 512;

/**
 * Parses the paragraphs of a control file (Debian policy, "Syntax of control files"; deb822(5)). Continuation lines
 * are joined with "\n", their first blank taken away; comment lines are skipped.
 * @throws AppError 'corrupt'
 */
export function parseStanzas(text: string, what: string): Stanza[] {
  const stanzas: Stanza[] = [];
  let fields = new Map<string, string>();
  let current: { readonly name: string; readonly lines: string[] } | undefined;
  const endField = (): void => {
    if (current !== undefined) fields.set(current.name, current.lines.join('\n'));
    current = undefined;
  };
  const endStanza = (): void => {
    endField();
    if (fields.size > 0) stanzas.push(fields);
    fields = new Map();
  };
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') endStanza();
    else if (line.startsWith('#')) continue;
    else if (line.startsWith(' ') || line.startsWith('\t')) {
      if (current === undefined) throw corrupt(what, 'a line continues no field');
      current.lines.push(line.slice(1));
    } else {
      endField();
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).toLowerCase();
      if (colon < 1 || /\s/.test(name) || fields.has(name)) throw corrupt(what, 'a line is not a field');
      if (fields.size >= MAX_FIELDS) throw corrupt(what, 'a paragraph has too many fields');
      current = { name, lines: [line.slice(colon + 1).trim()] };
    }
  }
  endStanza();
  return stanzas;
}
