import { AppError } from '../../base/errors.ts';

/** Where an image is and which one: "docker.io/library/busybox:latest", taken apart. */
export interface Reference {
  /** Host and port: "docker.io", "127.0.0.1:5000". */
  readonly registry: string;
  readonly repository: string;
  /** Null where a digest says which it is. */
  readonly tag: string | null;
  readonly digest: string | null;
}

const DEFAULT_REGISTRY = 'docker.io';
/** Where images of one word are in it. */
const OFFICIAL = 'library/';
const DEFAULT_TAG = 'latest';
/** distribution/reference, "NameTotalLengthMax". */
const MOST_NAME_CHARACTERS = 255;

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const TAG = /^\w[\w.-]{0,127}$/;
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const LABEL = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const REGISTRY = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]{1,5})?$`);

/**
 * The grammar of distribution/reference, with docker's defaults: no registry means docker.io, one word `library/`, no
 * tag `latest`. A tag beside a digest says nothing more and is left out.
 * @throws AppError 'invalid-input'
 */
export function parseReference(text: string, doing: string): Reference {
  const at = text.indexOf('@');
  const digest = at < 0 ? null : text.slice(at + 1);
  if (digest !== null && !DIGEST.test(digest)) throw wrong(text, doing, 'its digest is not sha256: and 64 digits');
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(':');
  // A colon before the last slash belongs to the registry's port.
  const hasTag = colon > named.lastIndexOf('/');
  const tag = hasTag ? named.slice(colon + 1) : DEFAULT_TAG;
  if (!TAG.test(tag)) throw wrong(text, doing, 'its tag holds characters that no tag has');
  const name = hasTag ? named.slice(0, colon) : named;
  return { ...parseName(name, text, doing), tag: digest === null ? tag : null, digest };
}

function parseName(name: string, text: string, doing: string): Pick<Reference, 'registry' | 'repository'> {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  // As docker tells a registry from the first part of a path.
  const isRegistry = /[.:A-Z]/.test(first) || first === 'localhost';
  const registry = isRegistry ? canonicalRegistry(first) : DEFAULT_REGISTRY;
  const path = isRegistry ? name.slice(slash + 1) : name;
  const repository = registry === DEFAULT_REGISTRY && !path.includes('/') ? OFFICIAL + path : path;
  if (!REGISTRY.test(registry)) throw wrong(text, doing, `"${registry}" is no address of a registry`);
  if (/[A-Z]/.test(path)) throw wrong(text, doing, 'its name holds capital letters');
  if (!REPOSITORY.test(repository)) throw wrong(text, doing, 'its name is not of words with . _ - and / between them');
  if (registry.length + repository.length >= MOST_NAME_CHARACTERS) throw wrong(text, doing, 'it is too long');
  return { registry, repository };
}

/** @throws AppError 'invalid-input' */
export function parseRegistry(text: string, doing: string): string {
  const bare = text.replace(/^https?:\/\//, '').replace(/\/(?:v[12]\/?)?$/, '');
  const registry = canonicalRegistry(bare);
  if (REGISTRY.test(registry)) return registry;
  const hint = 'Write its host name, with its port where it has one: registry.example.org:5000.';
  throw new AppError({ code: 'invalid-input', doing, because: `"${text}" is no address of a registry`, hint });
}

function canonicalRegistry(registry: string): string {
  const lower = registry.toLowerCase();
  return ['index.docker.io', 'registry-1.docker.io'].includes(lower) ? DEFAULT_REGISTRY : lower;
}

/** In full: "docker.io/library/busybox:latest". */
export function formatReference({ registry, repository, tag, digest }: Reference): string {
  return `${registry}/${repository}${digest === null ? `:${tag ?? DEFAULT_TAG}` : `@${digest}`}`;
}

/** As it is kept. @throws AppError 'invalid-input' */
export function canonicalName(text: string, doing: string): string {
  return formatReference(parseReference(text, doing));
}

/** As people write it: without what docker's defaults say. @param name in full */
export function shortName(name: string): string {
  const prefix = `${DEFAULT_REGISTRY}/`;
  if (!name.startsWith(prefix)) return name;
  const rest = name.slice(prefix.length);
  return rest.startsWith(OFFICIAL) ? rest.slice(OFFICIAL.length) : rest;
}

function wrong(text: string, doing: string, because: string): AppError {
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return new AppError({
    code: 'invalid-input',
    doing,
    because: `"${shown}" is no name of an image: ${because}`,
    hint: 'Write NAME, NAME:TAG, NAME@sha256:DIGEST, or HOST:PORT/NAME:TAG.',
  });
}
