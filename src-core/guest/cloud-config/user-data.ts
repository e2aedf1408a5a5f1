import {
  isCollection,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  type Document,
  type DocumentOptions,
  type ScalarTag,
  type SchemaOptions,
} from 'yaml';
import type { z } from 'zod';
import { AppError } from '../../base/errors.ts';
import { contentOf } from './files.ts';
import { cloudConfigSchema, fileSchema, userSchema, type CloudConfig, type User } from './schema.ts';

/** What a machine is configured with when it starts for the first time. */
export type UserData =
  | { readonly kind: 'script'; readonly text: string; readonly warnings: readonly string[] }
  | { readonly kind: 'cloud-config'; readonly config: CloudConfig; readonly warnings: readonly string[] };

export const MAX_USER_DATA_BYTES = 64 * 1024;
const MAX_WARNINGS = 50;
/** Other forms of user-data that cloud-init knows, by how they begin. */
const OTHER_FORMS: Readonly<Record<string, string>> = {
  '#include': 'a list of addresses (#include)',
  '## template:': 'a template',
  '#cloud-boothook': 'a boot hook',
  '#part-handler': 'a part handler',
  '#cloud-config-archive': 'an archive of several parts',
  'content-type:': 'a MIME message of several parts',
  'mime-version:': 'a MIME message of several parts',
};

/**
 * Reads user-data: cloud-config or a script.
 * @param doing for the failure: "create machine web"
 * @throws AppError 'invalid-input' that names the line
 */
export function parseUserData(text: string, doing: string): UserData {
  const invalid = (because: string, hint: string): AppError =>
    new AppError({ code: 'invalid-input', doing, because: `its user-data ${because}`, hint });
  if (new TextEncoder().encode(text).length > MAX_USER_DATA_BYTES) {
    throw invalid('is longer than 64 KiB', 'Let it fetch what is large.');
  }
  if (text.startsWith('#!')) return { kind: 'script', text, warnings: [] };
  const plain = text.replace(/^\ufeff/, '');
  const form = Object.keys(OTHER_FORMS).find((start) => plain.toLowerCase().startsWith(start));
  const hint = 'Begin it with "#cloud-config" or, for a script, with "#!/bin/sh".';
  if (form !== undefined) throw invalid(`is ${OTHER_FORMS[form] ?? ''}, which is not supported`, hint);
  if (!/^#cloud-config\s*(?:\n|$)/.test(plain)) throw invalid('begins with neither "#cloud-config" nor "#!"', hint);
  return parseCloudConfig(plain, invalid);
}

/** cloud-init reads YAML 1.1 by PyYAML: `yes` is true and 0644 is octal, but `y` and `n` are letters. */
const AS_CLOUD_INIT: DocumentOptions & SchemaOptions = {
  version: '1.1',
  customTags: (tags) =>
    tags.map((tag) =>
      typeof tag !== 'string' && tag.tag === 'tag:yaml.org,2002:bool' && tag.collection === undefined
        ? withoutLetters(tag)
        : tag,
    ),
};

function withoutLetters(tag: ScalarTag): ScalarTag {
  return tag.test ? { ...tag, test: new RegExp(tag.test.source.replace(/[YN]\|[yn]\|/, '')) } : tag;
}

type Invalid = (because: string, hint: string) => AppError;
type Path = readonly PropertyKey[];

function parseCloudConfig(text: string, invalid: Invalid): UserData {
  const lines = new LineCounter();
  const document = parseDocument(text, { ...AS_CLOUD_INIT, lineCounter: lines, prettyErrors: false });
  const hint = 'Correct it and try again.';
  const [problem] = document.errors;
  if (problem) throw invalid(`is no YAML: line ${lines.linePos(problem.pos[0]).line}: ${problem.message}`, hint);
  if (document.contents !== null && !isMap(document.contents)) throw invalid('is no YAML mapping of keys', hint);
  const refuse = (path: Path, message: string): AppError =>
    invalid(`is wrong in line ${lineOf(document, lines, path)}: ${pathText(path)}: ${message}`, hint);
  const raw = plainValue(document, invalid);
  const warnings = unknownKeys(raw, Object.keys(cloudConfigSchema.shape), []).map(told(document, lines));
  const { users, ...rest } = check(cloudConfigSchema, raw, [], refuse);
  for (const [index, file] of rest.write_files.entries()) {
    if (contentOf(file) === undefined) throw refuse(['write_files', index, 'content'], 'it is not base64');
  }
  const accounts = users.map((user, index) => readUser(user, index, refuse));
  for (const [index, user] of users.entries()) {
    warnings.push(...unknownKeys(user, Object.keys(userSchema.shape), ['users', index]).map(told(document, lines)));
  }
  for (const [index, file] of listAt(raw, 'write_files').entries()) {
    const path = ['write_files', index];
    warnings.push(...unknownKeys(file, Object.keys(fileSchema.shape), path).map(told(document, lines)));
  }
  const config = { ...rest, users: accounts.filter((user) => user !== undefined) };
  return { kind: 'cloud-config', config, warnings: warnings.slice(0, MAX_WARNINGS) };
}

/** @throws AppError when its aliases would fill memory */
function plainValue(document: Document, invalid: Invalid): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    throw invalid(`is no YAML: ${error instanceof Error ? error.message : String(error)}`, 'Use fewer aliases.');
  }
}

/** @returns undefined for "default", the account that an image has anyway: root in ours */
function readUser(user: unknown, index: number, refuse: (path: Path, message: string) => AppError): User | undefined {
  if (user === 'default') return undefined;
  const fields = typeof user === 'string' ? { name: user } : user;
  return check(userSchema, fields, ['users', index], refuse);
}

function check<T extends z.ZodType>(
  schema: T,
  value: unknown,
  at: Path,
  refuse: (path: Path, message: string) => AppError,
): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const deepest = deepestOf(issue);
  throw refuse([...at, ...deepest.path], deepest.message);
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly errors?: readonly (readonly Issue[])[];
}

/** Of the alternatives of a union, the one that came farthest says best what is wrong. */
function deepestOf(issue: Issue | undefined): Issue {
  if (!issue) return { path: [], message: 'it is not what it should be' };
  const inner = (issue.errors ?? []).flatMap((errors) => errors.map((each) => deepestOf(each)));
  const [best] = inner.sort((a, b) => b.path.length - a.path.length);
  if (!best || (best.path.length === 0 && issue.message !== 'Invalid input')) return issue;
  return { path: [...issue.path, ...best.path], message: best.message };
}

function unknownKeys(value: unknown, known: readonly string[], path: Path): Path[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.keys(value).flatMap((key) => (known.includes(key) ? [] : [[...path, key]]));
}

function told(document: Document, lines: LineCounter): (path: Path) => string {
  return (path) => `line ${lineOf(document, lines, path)}: ${pathText(path)} is not known here and passed over`;
}

function listAt(value: unknown, key: string): readonly unknown[] {
  const list = (value as Record<string, unknown>)[key];
  return Array.isArray(list) ? list : [];
}

/** The line of what stands at a path, or of what it would stand in. */
function lineOf(document: Document, lines: LineCounter, path: Path): number {
  let line = 1;
  let node: unknown = document.contents;
  for (const key of path) {
    if (!isCollection(node)) break;
    if (isMap(node)) {
      const pair = node.items.find((each) => isScalar(each.key) && String(each.key.value) === String(key));
      if (isNode(pair?.key) && pair.key.range) line = lines.linePos(pair.key.range[0]).line;
    }
    node = node.get(isMap(node) ? key : Number(key), true);
    if (isNode(node) && node.range && !isCollection(node)) line = Math.max(line, lines.linePos(node.range[0]).line);
    else if (isNode(node) && node.range && typeof key === 'number') line = lines.linePos(node.range[0]).line;
  }
  return line;
}

function pathText(path: Path): string {
  return path.length === 0 ? 'it' : path.map(String).join('.');
}
