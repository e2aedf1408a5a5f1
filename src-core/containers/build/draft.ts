import type { HealthCheck, ImageSettings } from '../../contract/container-images.ts';
import type { HistoryEntry, LocalLayer } from '../oci/container-images.ts';
import type { CommandForm, Step } from './step.ts';

/** An image in the making. */
export interface Draft {
  readonly settings: ImageSettings;
  readonly layers: readonly LocalLayer[];
  readonly history: readonly HistoryEntry[];
  /** What makes a program of a line: of SHELL. */
  readonly shell: readonly string[];
  /** CMD was said in this stage: an ENTRYPOINT after it does not take it away. */
  readonly hasOwnCommand: boolean;
}

export const DEFAULT_SHELL: readonly string[] = ['/bin/sh', '-c'];

const NO_SETTINGS: ImageSettings = {
  entrypoint: [],
  command: [],
  environment: [],
  workingDirectory: '',
  user: '',
  ports: [],
  volumes: [],
  labels: {},
  stopSignal: null,
  healthCheck: null,
};

/** FROM scratch. */
export const EMPTY_DRAFT: Draft = {
  settings: NO_SETTINGS,
  layers: [],
  history: [],
  shell: DEFAULT_SHELL,
  hasOwnCommand: false,
};

/** The same with one more line in its history, and a layer if it made one. */
export function withHistory(draft: Draft, createdBy: string, at: number, layer: LocalLayer | null): Draft {
  const entry = { createdAt: at, createdBy, comment: '', emptyLayer: layer === null };
  return {
    ...draft,
    layers: layer === null ? draft.layers : [...draft.layers, layer],
    history: [...draft.history, entry],
  };
}

type Setting = Exclude<Step, { kind: 'run' | 'copy' | 'add' | 'arg' }>;

/** What a step that changes no file makes of it. Its words have no variables any more. */
export function withSetting(draft: Draft, step: Setting): Draft {
  const { settings } = draft;
  const set = (changed: Partial<ImageSettings>): Draft => ({ ...draft, settings: { ...settings, ...changed } });
  switch (step.kind) {
    case 'env':
      return set({ environment: step.pairs.reduce(withVariable, settings.environment) });
    case 'label':
      return set({ labels: { ...settings.labels, ...Object.fromEntries(step.pairs) } });
    case 'workdir':
      return set({ workingDirectory: resolvePath(settings.workingDirectory, step.value) });
    case 'user':
      return set({ user: step.value });
    case 'stop-signal':
      return set({ stopSignal: step.value });
    case 'maintainer':
      return set({ labels: { ...settings.labels, maintainer: step.value } });
    case 'cmd':
      return { ...set({ command: argumentsOf(draft, step.command) }), hasOwnCommand: true };
    case 'entrypoint': {
      const entrypoint = argumentsOf(draft, step.command);
      return set({ entrypoint, command: draft.hasOwnCommand ? settings.command : [] });
    }
    case 'shell':
      return { ...draft, shell: step.command };
    case 'expose':
      return set({ ports: step.values.reduce(withPort, settings.ports) });
    case 'volume':
      return set({ volumes: [...new Set([...settings.volumes, ...step.values])] });
    case 'healthcheck':
      return set({ healthCheck: healthCheckOf(draft, step.check) });
  }
}

/** @param path absolute, or relative to the working directory @returns absolute, without "." and ".." */
export function resolvePath(workingDirectory: string, path: string): string {
  const parts: string[] = [];
  for (const part of `${path.startsWith('/') ? '' : `${workingDirectory}/`}${path}`.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** The words that a command is run with. */
export function argumentsOf({ shell }: Pick<Draft, 'shell'>, command: CommandForm): string[] {
  return command.form === 'exec' ? [...command.command] : [...shell, command.command];
}

function withVariable(before: readonly string[], [name, value]: readonly [string, string]): string[] {
  const variable = `${name}=${value}`;
  const at = before.findIndex((each) => each.startsWith(`${name}=`));
  return at === -1 ? [...before, variable] : before.map((each, index) => (index === at ? variable : each));
}

type Port = ImageSettings['ports'][number];

/** "80", "53/udp", "8000-8010". What is none was refused before. */
function withPort(before: Port[], text: string): Port[] {
  const { from, to, protocol } = portsOf(text) ?? { from: 1, to: 0, protocol: 'tcp' as const };
  const more = Array.from({ length: to - from + 1 }, (_, index) => ({ protocol, port: from + index }));
  const isNew = (port: Port): boolean =>
    !before.some((each) => each.port === port.port && each.protocol === port.protocol);
  return [...before, ...more.filter(isNew)];
}

/** @returns undefined for what is no port */
export function portsOf(text: string): { from: number; to: number; protocol: 'tcp' | 'udp' } | undefined {
  const [, first, last = first, protocol = 'tcp'] = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp))?$/i.exec(text) ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (!(from >= 1 && to >= from && to <= 65_535)) return undefined;
  return { from, to, protocol: protocol.toLowerCase() === 'udp' ? 'udp' : 'tcp' };
}

type Check = Extract<Step, { kind: 'healthcheck' }>['check'];

function healthCheckOf(draft: Draft, check: Check): HealthCheck | null {
  return check === null ? null : { ...check, command: argumentsOf(draft, check.command) };
}

/** The value of a variable of the image. */
export function variableOf({ settings }: Draft, name: string): string | undefined {
  return settings.environment.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
}
