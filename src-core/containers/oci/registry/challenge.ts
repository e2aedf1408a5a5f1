/** What a server asks of whoever wants something. RFC 9110, "WWW-Authenticate". */
export interface Challenge {
  /** In lower case: "bearer", "basic". */
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const MOST_CHARACTERS = 8192;
const WORD = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const PART = new RegExp(`[\\s,]*(${WORD})(?:\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${WORD})))?`, 'y');

/** The challenges of a header; what is none ends the list. */
export function parseChallenges(header: string): readonly Challenge[] {
  const text = header.slice(0, MOST_CHARACTERS);
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  PART.lastIndex = 0;
  for (let found = PART.exec(text); found !== null; found = PART.exec(text)) {
    const [, word = '', quoted, plain] = found;
    const value = quoted?.replace(/\\(.)/g, '$1') ?? plain;
    if (value === undefined) challenges.push({ scheme: word.toLowerCase(), parameters: {} });
    else {
      const last = challenges.at(-1);
      if (last !== undefined) last.parameters[word.toLowerCase()] = value;
    }
  }
  return challenges;
}
