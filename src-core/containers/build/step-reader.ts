import type { Copy, Flag, Instruction, Run } from 'dockerfile-ast';
import { parseAnyDuration } from './durations.ts';
import type { CommandForm, InlineFile, Step } from './step.ts';
import { failedAt } from './problem.ts';

type StepKind = Step['kind'];
type Heredocs = ReturnType<Run['getHeredocs']>;

const KINDS: Readonly<Record<string, StepKind>> = {
  RUN: 'run',
  COPY: 'copy',
  ADD: 'add',
  ENV: 'env',
  LABEL: 'label',
  ARG: 'arg',
  WORKDIR: 'workdir',
  USER: 'user',
  ENTRYPOINT: 'entrypoint',
  CMD: 'cmd',
  EXPOSE: 'expose',
  VOLUME: 'volume',
  HEALTHCHECK: 'healthcheck',
  SHELL: 'shell',
  STOPSIGNAL: 'stop-signal',
  MAINTAINER: 'maintainer',
};

/** One instruction, other than FROM. @param file the whole Containerfile @throws AppError with the number of the line */
export function parseStep(instruction: Instruction, file: string, escape: string): Step {
  const keyword = instruction.getKeyword();
  const line = instruction.getRange().start.line + 1;
  const kind = Object.hasOwn(KINDS, keyword) ? KINDS[keyword] : undefined;
  if (kind === undefined) {
    if (keyword === 'ONBUILD') throw failedAt(line, 'ONBUILD is not supported', 'not-supported');
    throw failedAt(line, `there is no instruction ${keyword}`);
  }
  const content = contentOf(instruction, escape);
  if (content === '' && kind !== 'maintainer') throw failedAt(line, `${keyword} says nothing`);
  const reader = new StepReader(instruction, file, escape, line, content);
  return { line, text: shownText(keyword, instruction, content), ...reader.read(kind) } as Step;
}

/** The arguments as one line, without flags, comments and line ends that are escaped. */
function contentOf(instruction: Instruction, escape: string): string {
  const lines = (instruction.getRawArgumentsContent() ?? '').split(/\r?\n/);
  const kept = lines.filter((line, at) => at === 0 || !/^\s*#/.test(line));
  let content = '';
  for (const line of kept) {
    const trimmed = line.trimEnd();
    const goesOn = trimmed.endsWith(escape);
    content += goesOn ? trimmed.slice(0, -1) : `${line}\n`;
  }
  return content.trim();
}

const MOST_SHOWN_CHARACTERS = 1000;

function shownText(keyword: string, instruction: Instruction, content: string): string {
  const flags = flagsOf(instruction).map((flag) => flag.toString());
  return [keyword, ...flags, content.replace(/\s+/g, ' ')].join(' ').slice(0, MOST_SHOWN_CHARACTERS);
}

function flagsOf(instruction: Instruction): Flag[] {
  return 'getFlags' in instruction ? (instruction as Copy).getFlags() : [];
}

/** Reads what is particular to each kind. */
class StepReader {
  readonly #instruction: Instruction;
  readonly #file: string;
  readonly #escape: string;
  readonly #line: number;
  readonly #content: string;

  constructor(instruction: Instruction, file: string, escape: string, line: number, content: string) {
    this.#instruction = instruction;
    this.#file = file;
    this.#escape = escape;
    this.#line = line;
    this.#content = content;
  }

  read(kind: StepKind): object {
    switch (kind) {
      case 'run':
        return { kind, ...this.#flags({ network: 'default' }), command: this.#runCommand() };
      case 'copy':
      case 'add':
        return { kind, ...this.#copy(kind) };
      case 'env':
      case 'label':
        this.#noFlags();
        return { kind, pairs: this.#pairs() };
      case 'arg':
        return { kind, pairs: this.#arguments() };
      case 'entrypoint':
      case 'cmd':
        return { kind, command: this.#command() };
      case 'shell':
        return { kind, command: this.#list('SHELL wants arguments in JSON: ["/bin/sh", "-c"]') };
      case 'expose':
        return { kind, values: this.#content.split(/\s+/) };
      case 'volume':
        return { kind, values: this.#json() ?? this.#content.split(/\s+/) };
      case 'healthcheck':
        return { kind, check: this.#healthCheck() };
      default:
        return { kind, value: this.#content };
    }
  }

  #fail(because: string): never {
    throw failedAt(this.#line, because);
  }

  /** Arguments in JSON, where they are. */
  #json(): string[] | undefined {
    if (!this.#content.startsWith('[')) return undefined;
    try {
      const value: unknown = JSON.parse(this.#content);
      return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined;
    } catch {
      return undefined;
    }
  }

  #list(because: string): string[] {
    const list = this.#json();
    if (list === undefined || list.length === 0) this.#fail(because);
    return list;
  }

  #command(content = this.#content): CommandForm {
    const list =
      content === this.#content ? this.#json() : new StepReader(this.#instruction, '', '', this.#line, content).#json();
    return list === undefined ? { form: 'shell', command: content } : { form: 'exec', command: list };
  }

  /** With files in it nothing is joined: the shell reads it as it stands, or the one file is what it does. */
  #runCommand(): CommandForm {
    const [script, ...more] = this.#inline();
    if (script === undefined) return this.#command();
    const raw = this.#instruction.getRawArgumentsContent() ?? '';
    const isScript = more.length === 0 && /^<<-?(["']?)[^\s"']+\1\s*$/.test(raw.split(/\r?\n/)[0] ?? '');
    return { form: 'shell', command: isScript ? script.content : raw };
  }

  /** @param known flags with what counts without them @throws AppError for others */
  #flags<T extends Readonly<Record<string, string | null>>>(known: T): { [K in keyof T]: string | T[K] } {
    const read: Record<string, string | null> = { ...known };
    for (const flag of flagsOf(this.#instruction)) {
      const name = flag.getName();
      if (!Object.hasOwn(known, name)) {
        throw failedAt(this.#line, `--${name} is not supported here`, 'not-supported');
      }
      read[name] = flag.getValue() ?? '';
    }
    if ('network' in known && read['network'] !== 'default' && read['network'] !== 'none') {
      this.#fail('--network is default or none');
    }
    return read as { [K in keyof T]: string | T[K] };
  }

  #noFlags(): void {
    this.#flags({});
  }

  #copy(kind: 'copy' | 'add'): object {
    const { from, chown, chmod } = this.#flags({ from: null, chown: null, chmod: null, link: null });
    if (kind === 'add' && from !== null) this.#fail('ADD knows no --from');
    if (chmod !== null && !/^[0-7]{3,4}$/.test(chmod)) this.#fail(`--chmod wants octal digits, not "${chmod}"`);
    const inline = this.#inline();
    const firstLine = inline.length > 0 ? (this.#content.split('\n')[0] ?? '') : this.#content;
    const words = this.#json() ?? splitWords(firstLine, this.#escape);
    const destination = words.at(-1);
    const sources = words.slice(0, -1).filter((word) => !word.startsWith('<<'));
    if (destination === undefined || words.length < 2) this.#fail('it wants a source and a destination');
    return { sources, destination, inline, from: from === '' ? null : from, owner: chown, mode: chmod };
  }

  #inline(): InlineFile[] {
    const heredocs = 'getHeredocs' in this.#instruction ? (this.#instruction as unknown as Run).getHeredocs() : [];
    return heredocs.map((heredoc) => this.#inlineOf(heredoc));
  }

  #inlineOf(heredoc: Heredocs[number]): InlineFile {
    const lines = this.#file.split(/\r?\n/);
    const range = heredoc.getContentRange();
    const delimiter = heredoc.getDelimiterRange();
    const name = heredoc.getName();
    if (delimiter === null) this.#fail(`the end of <<${name} is missing`);
    // Its content are whole lines, up to that of the delimiter.
    const from = range === null ? delimiter.start.line : range.start.line;
    const tabs = new RegExp(`<<-["']?${escapeRegExp(name)}`).test(this.#content);
    const content = lines.slice(from, delimiter.start.line).map((text) => (tabs ? text.replace(/^\t+/, '') : text));
    const quoted = new RegExp(`<<-?["']${escapeRegExp(name)}`).test(this.#content);
    return { name, content: content.map((text) => `${text}\n`).join(''), expand: !quoted };
  }

  /** "A=1 B=2", or "A 1" as it was once written. */
  #pairs(): [string, string][] {
    const words = splitWords(this.#content, this.#escape);
    const [first = ''] = words;
    if (!first.includes('=')) {
      const match = /^(\S+)\s+(.+)$/s.exec(this.#content);
      if (match === null) this.#fail(`${first} has no value`);
      return [[match[1] ?? '', match[2] ?? '']];
    }
    return words.map((word) => {
      const at = word.indexOf('=');
      if (at < 1) this.#fail(`"${word}" is no NAME=VALUE`);
      return [word.slice(0, at), word.slice(at + 1)];
    });
  }

  #arguments(): [string, string | null][] {
    return splitWords(this.#content, this.#escape).map((word) => {
      const [, name = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) this.#fail(`"${name}" is no name of an argument`);
      return [name, value ?? null];
    });
  }

  #healthCheck() {
    if (/^none$/i.test(this.#content)) return null;
    const match = /^cmd\s+(.+)$/is.exec(this.#content);
    if (match === null) this.#fail('write HEALTHCHECK CMD …, or HEALTHCHECK NONE');
    const flags = this.#flags({
      ...{ interval: '30s', timeout: '30s', 'start-period': '0s', 'start-interval': '5s', retries: '3' },
    });
    const time = (text: string): number => parseAnyDuration(text) ?? this.#fail(`"${text}" is no duration`);
    const retries = Number(flags.retries);
    if (!Number.isInteger(retries) || retries < 1) this.#fail('--retries wants a whole number of at least 1');
    return {
      command: this.#command((match[1] ?? '').trim()),
      intervalMs: Math.max(1, time(flags.interval)),
      timeoutMs: Math.max(1, time(flags.timeout)),
      startPeriodMs: time(flags['start-period']),
      retries,
    };
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Splits at blanks outside of quotes; quotes and escapes stay, to be read when variables are replaced. */
export function splitWords(text: string, escape: string): string[] {
  const words: string[] = [];
  let word = '';
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at);
    if (letter === escape && quote !== "'") {
      word += letter + text.charAt(++at);
    } else if (quote === '' && /\s/.test(letter)) {
      if (word !== '') words.push(word);
      word = '';
    } else {
      if (quote === '' ? letter === '"' || letter === "'" : letter === quote) quote = quote === '' ? letter : '';
      word += letter;
    }
  }
  return word === '' ? words : [...words, word];
}
