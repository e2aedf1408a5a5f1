import type { ImageSettings } from '../../../src-core/contract/container-images.ts';
import type {
  ContainerLimits,
  ContainerMount,
  CreateContainer,
  RestartPolicy,
} from '../../../src-core/contract/containers.ts';
import { nameSchema } from '../../../src-core/contract/names.ts';
import { splitWords } from '../command-words.ts';
import { EMPTY_PORT, type PortDraft, publishedPorts } from '../port-draft.ts';

/** A volume, a folder of this computer, or memory, while it is written. */
export interface MountDraft {
  readonly kind: ContainerMount['kind'];
  /** Name of the volume, or the folder. */
  readonly source: string;
  readonly destination: string;
  readonly readOnly: boolean;
}

/** What the form holds while it is filled in; empty text means "as the image has it". */
export interface Draft {
  readonly name: string;
  readonly command: string;
  readonly entrypoint: string;
  readonly workingDirectory: string;
  readonly user: string;
  readonly hostName: string;
  /** A line for each: NAME=value. */
  readonly environment: string;
  readonly ports: readonly PortDraft[];
  readonly mounts: readonly MountDraft[];
  readonly limits: ContainerLimits;
  readonly restart: RestartPolicy;
  /** Id; null: none at all; undefined: the default one. */
  readonly network: string | null | undefined;
  readonly readOnlyRoot: boolean;
  readonly init: boolean;
  readonly terminal: boolean;
  readonly removeAtEnd: boolean;
  /** image: its own, if it has one. */
  readonly health: 'image' | 'own' | 'none';
  readonly healthCommand: string;
  readonly healthSeconds: string;
}

export const EMPTY_MOUNT: MountDraft = { kind: 'volume', source: '', destination: '', readOnly: false };

const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'ash', 'dash', 'zsh', 'busybox', 'python3', 'node']);

/** Whether it ends at once where nobody can type: then a terminal makes the difference between a shell and nothing. */
export function wantsTerminal({ entrypoint, command }: Pick<ImageSettings, 'entrypoint' | 'command'>): boolean {
  const words = [...entrypoint, ...command];
  return words.length === 1 && SHELLS.has(words[0]?.split('/').at(-1) ?? '');
}

/** @param settings null: of an image that is not here yet, and may be anything */
export function firstDraft(name: string, settings: ImageSettings | null): Draft {
  return {
    name,
    ...{ command: '', entrypoint: '', workingDirectory: '', user: '', hostName: '', environment: '' },
    ports: (settings?.ports ?? []).map(({ protocol, port }) => ({
      ...EMPTY_PORT,
      protocol,
      containerPort: String(port),
    })),
    mounts: [],
    limits: { memoryBytes: null, cpus: null, pids: 2048, diskBytes: null },
    restart: { policy: 'no', mostRetries: null },
    network: undefined,
    ...{ readOnlyRoot: false, init: false, removeAtEnd: false },
    terminal: settings === null || wantsTerminal(settings),
    ...{ health: 'image', healthCommand: '', healthSeconds: '30' },
  };
}

export function environmentLines(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** What is wrong with lines of NAME=value, as they are typed. @returns undefined when nothing is */
export function environmentProblem(text: string): string | undefined {
  const wrong = environmentLines(text).find((line) => !/^[^=\s]+=/.test(line));
  return wrong === undefined ? undefined : `Write NAME=value: “${wrong.slice(0, 40)}” is not so`;
}

export function wordsProblem(line: string): string | undefined {
  return splitWords(line) === null ? 'A quote is not closed' : undefined;
}

export function mountProblem({ kind, source, destination }: MountDraft): string | undefined {
  if (source === '' && destination === '') return undefined;
  if (destination !== '' && !destination.startsWith('/')) return 'Its place in the container begins with /';
  if (kind === 'volume' && source !== '' && !nameSchema.safeParse(source).success) {
    return 'A volume’s name has letters, digits and inner hyphens';
  }
  if (destination === '') return 'Say where in the container it is';
  return kind !== 'tmpfs' && source === '' ? 'Say which' : undefined;
}

/** What is wrong with the draft beyond its name. @returns undefined when it can be made */
export function draftProblem(draft: Draft, takenPorts: ReadonlySet<number>): string | undefined {
  const own = draft.health === 'own';
  return (
    wordsProblem(draft.command) ??
    wordsProblem(draft.entrypoint) ??
    environmentProblem(draft.environment) ??
    draft.mounts.map(mountProblem).find((problem) => problem !== undefined) ??
    (publishedPorts(draft.ports, takenPorts) === null ? 'A published port is not complete' : undefined) ??
    (own && draft.healthCommand.trim() === '' ? 'Say what the health check runs' : undefined) ??
    (own && !(Number(draft.healthSeconds) > 0) ? 'Say how often the health check runs' : undefined)
  );
}

function mountOf({ kind, source, destination, readOnly }: MountDraft): readonly ContainerMount[] {
  if (destination === '') return [];
  if (kind === 'tmpfs') return [{ kind, destination }];
  if (kind === 'volume') return [{ kind, volume: source, destination, readOnly }];
  return [{ kind, directory: source, destination, readOnly }];
}

function given<K extends string>(key: K, text: string): Partial<Record<K, string>> {
  const trimmed = text.trim();
  return trimmed === '' ? {} : ({ [key]: trimmed } as Record<K, string>);
}

function givenWords<K extends string>(key: K, line: string): Partial<Record<K, string[]>> {
  const words = splitWords(line) ?? [];
  return words.length === 0 ? {} : ({ [key]: [...words] } as Record<K, string[]>);
}

function healthOf({ health, healthCommand, healthSeconds }: Draft): CreateContainer['healthCheck'] {
  if (health === 'none') return 'none';
  if (health === 'image') return null;
  // One word is one line for the shell.
  return { command: [healthCommand.trim()], intervalMs: Math.round(Number(healthSeconds) * 1000) };
}

export function creation(
  draft: Draft,
  image: string,
  { start, takenPorts }: { readonly start: boolean; readonly takenPorts: ReadonlySet<number> },
): CreateContainer {
  return {
    image,
    name: draft.name,
    ...givenWords('command', draft.command),
    ...givenWords('entrypoint', draft.entrypoint),
    ...given('workingDirectory', draft.workingDirectory),
    ...given('user', draft.user),
    ...given('hostName', draft.hostName),
    environment: [...environmentLines(draft.environment)],
    ports: [...(publishedPorts(draft.ports, takenPorts) ?? [])],
    mounts: draft.mounts.flatMap(mountOf),
    limits: draft.limits,
    restart: draft.restart,
    ...(draft.network === undefined ? {} : { network: draft.network }),
    readOnlyRoot: draft.readOnlyRoot,
    init: draft.init,
    terminal: draft.terminal,
    interactive: draft.terminal,
    removeAtEnd: draft.removeAtEnd,
    healthCheck: healthOf(draft),
    start,
  };
}
