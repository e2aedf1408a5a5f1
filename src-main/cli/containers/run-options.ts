import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { CreateContainer } from '../../../src-core/contract/containers.ts';
import type { HealthCheck } from '../../../src-core/contract/container-images.ts';
import { parseCount, parseDuration, parseSize } from '../quantities.ts';
import { parsePublished, type Published } from './published-port.ts';

/** What `ctr run` and `ctr create` are told about a container. */
export interface RunOptions {
  name?: string;
  interactive?: boolean;
  tty?: boolean;
  rm?: boolean;
  publish?: Published[];
  volume?: string[];
  tmpfs?: string[];
  env?: string[];
  label?: Record<string, string>;
  workdir?: string;
  user?: string;
  hostname?: string;
  entrypoint?: string;
  memory?: number;
  cpus?: number;
  pidsLimit?: number;
  disk?: number;
  restart?: NonNullable<CreateContainer['restart']>;
  healthCmd?: string;
  healthInterval?: number;
  healthTimeout?: number;
  healthRetries?: number;
  healthStartPeriod?: number;
  /** false: --no-healthcheck. */
  healthcheck?: boolean;
  readOnly?: boolean;
  network?: string;
  init?: boolean;
  capAdd?: string[];
  capDrop?: string[];
  stopSignal?: string;
  stopTimeout?: number;
  pull?: NonNullable<CreateContainer['pull']>;
}

export function addRunOptions(command: Command): Command {
  return command
    .option('--name <name>', 'its name; one is made up without it')
    .option('-i, --interactive', 'carry standard input')
    .option('-t, --tty', 'give it a terminal')
    .option('--rm', 'remove it when its process ends')
    .option('-p, --publish <[addr:]host:ctr[/udp]>', 'a port of this computer that leads to it', addPublished)
    .option('-v, --volume <src:dst[:ro]>', 'a volume by its name, or a folder of this computer by its path', gather)
    .option('--tmpfs <dir[:size]>', 'a folder in memory', gather)
    .option('-e, --env <name=value>', 'a variable', gather)
    .option('-l, --label <name=value>', 'a label', addLabel)
    .option('-w, --workdir <dir>', 'its working directory')
    .option('-u, --user <user[:group]>', 'who its process runs as')
    .option('--hostname <name>', 'its host name')
    .option('--entrypoint <program>', "in place of the image's")
    .option('--memory <size>', 'the most memory it may use', parseSize)
    .option('--cpus <number>', "the most of its node's processors, such as 0.5", parseCpus)
    .option('--pids-limit <number>', 'the most processes it may have', parseCount)
    .option('--disk <size>', 'the most that it may write beyond its image and volumes', parseSize)
    .option('--restart <policy>', 'no, on-failure[:times], always or unless-stopped', parseRestart)
    .option('--health-cmd <command>', 'a shell command that tells whether it works')
    .option('--health-interval <duration>', 'between two checks', parseDuration)
    .option('--health-timeout <duration>', 'for one check', parseDuration)
    .option('--health-retries <number>', 'failures in a row that make it unhealthy', parseCount)
    .option('--health-start-period <duration>', 'after its start, while failures do not count', parseDuration)
    .option('--no-healthcheck', "not even the image's")
    .option('--read-only', 'its root cannot be written')
    .option('--network <network>', 'a network by name, or "none"')
    .option('--init', 'a process 1 that reaps and passes signals on')
    .option('--cap-add <capability>', 'a capability more', gather)
    .option('--cap-drop <capability>', 'a capability less', gather)
    .option('--stop-signal <signal>', 'what asks it to end')
    .option('--stop-timeout <duration>', 'how long it is asked before it is made to', parseDuration)
    .option('--pull <when>', 'missing, always or never', parsePull);
}

/** @param cwd what paths of folders are relative to */
export function requestOf(image: string, command: readonly string[], o: RunOptions, cwd: string): CreateContainer {
  const limits = { memoryBytes: o.memory, cpus: o.cpus, pids: o.pidsLimit, diskBytes: o.disk };
  return {
    image,
    ...(command.length === 0 ? {} : { command: [...command] }),
    environment: o.env ?? [],
    labels: o.label ?? {},
    terminal: o.tty ?? false,
    interactive: o.interactive ?? false,
    removeAtEnd: o.rm ?? false,
    limits: known(limits),
    ports: o.publish ?? [],
    mounts: [...(o.volume ?? []).map((text) => mountOf(text, cwd)), ...(o.tmpfs ?? []).map((text) => tmpfsOf(text))],
    readOnlyRoot: o.readOnly ?? false,
    init: o.init ?? false,
    addCapabilities: o.capAdd ?? [],
    dropCapabilities: o.capDrop ?? [],
    healthCheck: healthCheckOf(o),
    ...known({
      name: o.name,
      workingDirectory: o.workdir,
      user: o.user,
      hostName: o.hostname,
      entrypoint: o.entrypoint === undefined ? undefined : o.entrypoint === '' ? [] : [o.entrypoint],
      restart: o.restart,
      network: o.network === 'none' ? null : o.network,
      stopSignal: o.stopSignal,
      stopTimeoutMs: o.stopTimeout,
      pull: o.pull,
    }),
  };
}

/** Without the fields that were not given. */
export function known<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

function healthCheckOf(o: RunOptions): NonNullable<CreateContainer['healthCheck']> | null {
  if (o.healthcheck === false) return 'none';
  if (o.healthCmd === undefined) return null;
  return {
    command: ['/bin/sh', '-c', o.healthCmd],
    ...known<{ [K in Exclude<keyof HealthCheck, 'command'>]?: number | undefined }>({
      intervalMs: o.healthInterval,
      timeoutMs: o.healthTimeout,
      retries: o.healthRetries,
      startPeriodMs: o.healthStartPeriod,
    }),
  };
}

type Mount = NonNullable<CreateContainer['mounts']>[number];

/** "data:/var/lib/x", "./site:/srv:ro", "C:\\site:/srv" @throws InvalidArgumentError */
function mountOf(text: string, cwd: string): Mount {
  const match = /^((?:[A-Za-z]:[\\/])?[^:]+):(\/[^:]*)(?::(ro|rw))?$/.exec(text);
  if (match === null)
    throw new InvalidArgumentError(`Write ${text} as SRC:DST or SRC:DST:ro, DST with its whole path.`);
  const [, source = '', destination = '', mode] = match;
  const readOnly = mode === 'ro';
  return /[\\/]|^\.\.?$/.test(source)
    ? { kind: 'folder', directory: resolve(cwd, source), destination, readOnly }
    : { kind: 'volume', volume: source, destination, readOnly };
}

function tmpfsOf(text: string): Mount {
  const [destination = '', size] = text.split(':');
  return { kind: 'tmpfs', destination, ...(size === undefined ? {} : { sizeBytes: parseSize(size) }) };
}

export function gather(text: string, before: string[] = []): string[] {
  return [...before, text];
}

export function addPublished(text: string, before: Published[] = []): Published[] {
  return [...before, parsePublished(text)];
}

function addLabel(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [name = '', ...value] = text.split('=');
  if (name === '') throw new InvalidArgumentError('Write NAME=VALUE.');
  return { ...before, [name]: value.join('=') };
}

export function parseCpus(text: string): number {
  const cpus = Number(text);
  if (!(cpus >= 0.01 && cpus <= 8)) throw new InvalidArgumentError('Write a number from 0.01 to 8.');
  return cpus;
}

export function parseRestart(text: string): NonNullable<CreateContainer['restart']> {
  const match = /^(?:(no|always|unless-stopped)|on-failure(?::([1-9]\d{0,5}))?)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Write no, on-failure, on-failure:3, always or unless-stopped.');
  const [, policy, retries] = match;
  if (policy !== undefined) return { policy: policy as 'no' | 'always' | 'unless-stopped' };
  return { policy: 'on-failure', mostRetries: retries === undefined ? null : Number(retries) };
}

function parsePull(text: string): 'missing' | 'always' | 'never' {
  if (text !== 'missing' && text !== 'always' && text !== 'never') {
    throw new InvalidArgumentError('Write missing, always or never.');
  }
  return text;
}
