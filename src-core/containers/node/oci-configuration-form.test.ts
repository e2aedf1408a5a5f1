import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { capabilitiesOf } from './capabilities.ts';
import type { NodeMount, PreparedContainer } from './node-runtime.ts';
import { ociConfiguration } from './oci-configuration.ts';
import { consoleSize, ociProcess } from './oci-process.ts';

/**
 * What the OCI runtime-spec 1.0.2 asks of the parts of config.json that are written here ("Configuration", "Linux Container
 * Configuration"). A part that it does not know is as wrong as a missing one: a runtime passes over it silently.
 */
const uint32 = z.number().int().min(0).max(0xffff_ffff);
const uint64 = z.number().int().min(0);
const absolute = z.string().startsWith('/');
const capability = z.string().regex(/^CAP_[A-Z_]+$/);
const action = z.string().regex(/^SCMP_ACT_(?:KILL|KILL_PROCESS|KILL_THREAD|TRAP|ERRNO|TRACE|ALLOW|LOG)$/);

const processSchema = z.strictObject({
  terminal: z.boolean(),
  consoleSize: z.strictObject({ width: uint64, height: uint64 }).optional(),
  cwd: absolute,
  env: z.array(z.string().regex(/^[^=]+=/)),
  args: z.array(z.string()).min(1),
  user: z.strictObject({ uid: uint32, gid: uint32, additionalGids: z.array(uint32) }),
  capabilities: z.strictObject({
    ...{ bounding: z.array(capability), effective: z.array(capability), permitted: z.array(capability) },
    ...{ inheritable: z.array(capability), ambient: z.array(capability) },
  }),
  // Each limit once, the soft one within the hard one: setrlimit(2) refuses all else.
  rlimits: z
    .array(
      z
        .strictObject({ type: z.string().regex(/^RLIMIT_[A-Z]+$/), soft: uint64, hard: uint64 })
        .refine(({ soft, hard }) => soft <= hard),
    )
    .refine(isEachOnce),
  noNewPrivileges: z.boolean(),
  oomScoreAdj: z.number().int().min(-1000).max(1000),
});

const namespace = z.strictObject({
  type: z.enum(['pid', 'network', 'mount', 'ipc', 'uts', 'user', 'cgroup']),
  path: absolute.optional(),
});

const resources = z.strictObject({
  memory: z.strictObject({ limit: z.number().int(), swap: z.number().int() }).optional(),
  cpu: z.strictObject({ quota: z.number().int().min(1000), period: uint64.min(1000).max(1_000_000) }).optional(),
  pids: z.strictObject({ limit: z.number().int() }).optional(),
});

const seccomp = z.strictObject({
  defaultAction: action,
  defaultErrnoRet: uint32,
  architectures: z.array(z.literal('SCMP_ARCH_RISCV64')).min(1),
  syscalls: z.array(
    z.strictObject({
      names: z.array(z.string().regex(/^[a-z_0-9]+$/)).min(1),
      action,
      errnoRet: uint32.optional(),
      args: z
        .array(
          z.strictObject({
            index: z.number().int().min(0).max(5),
            value: uint64,
            valueTwo: uint64.optional(),
            op: z.string().regex(/^SCMP_CMP_(?:NE|LT|LE|EQ|GE|GT|MASKED_EQ)$/),
          }),
        )
        .optional(),
    }),
  ),
});

const configurationSchema = z.strictObject({
  // "Specification version": Semantic Versioning 2.0.0.
  ociVersion: z.string().regex(/^1\.\d+\.\d+$/),
  process: processSchema,
  root: z.strictObject({ path: z.string().min(1), readonly: z.boolean() }),
  hostname: z.string(),
  mounts: z.array(
    z.strictObject({ destination: absolute, type: z.string(), source: z.string(), options: z.array(z.string()) }),
  ),
  annotations: z.record(z.string().min(1), z.string()),
  linux: z.strictObject({
    namespaces: z.array(namespace).refine(isEachOnce),
    cgroupsPath: absolute,
    resources,
    maskedPaths: z.array(absolute),
    readonlyPaths: z.array(absolute),
    seccomp,
  }),
});

/** "Duplicated entries … MUST generate an error." */
function isEachOnce(all: readonly { readonly type: string }[]): boolean {
  return new Set(all.map(({ type }) => type)).size === all.length;
}

const MOUNTS: readonly NodeMount[] = [
  { kind: 'volume', volume: 'v', destination: '/volume', readOnly: true },
  { kind: 'folder', tag: 'inn0', file: null, destination: '/folder', readOnly: false },
  { kind: 'folder', tag: 'inn0', file: 'a.txt', destination: '/folder/a.txt', readOnly: true },
  { kind: 'tmpfs', destination: '/tmpfs', sizeBytes: null },
  { kind: 'tmpfs', destination: '/tmpfs/small', sizeBytes: 4096 },
];
const NO_LIMITS = { memoryBytes: null, cpus: null, pids: null, diskBytes: null };

interface Wish extends Partial<PreparedContainer> {
  readonly uid?: number;
  readonly hasTerminal?: boolean;
}

/** As it is written into the bundle: through JSON. */
function written({ uid = 0, hasTerminal = false, ...changes }: Wish = {}): Record<string, unknown> {
  const container: PreparedContainer = {
    ...{ id: '0123456789abcdef', hostName: 'web', layers: [], readOnlyRoot: false, addCapabilities: [] },
    process: { arguments: ['sh'], environment: [], workingDirectory: '/', user: '', terminal: hasTerminal },
    ...{ dropCapabilities: [], init: false, limits: NO_LIMITS, mounts: [], network: { kind: 'none' } },
    annotations: {},
    ...changes,
  };
  const capabilities = capabilitiesOf(container.addCapabilities, container.dropCapabilities, 'test');
  const process = ociProcess({
    ...{ arguments: ['sh', '-c', 'true'], environment: ['A=1', 'nonsense'], workingDirectory: '/srv' },
    ...{ terminal: hasTerminal, size: hasTerminal ? { columns: 80, rows: 24 } : null, hostName: 'web', capabilities },
    account: { uid, gid: uid, additionalGids: uid === 0 ? [] : [4, 20], home: '/root' },
  });
  const configuration = ociConfiguration({ container, process, capabilities });
  return JSON.parse(JSON.stringify(configuration)) as Record<string, unknown>;
}

describe('what is written for the OCI runtime is as its specification wants it', () => {
  it.each<[string, Wish]>([
    ['that is as plain as can be', {}],
    ['with a terminal, as somebody else than root', { hasTerminal: true, uid: 1000 }],
    ['with limits', { limits: { memoryBytes: 2 ** 40, cpus: 0.001, pids: 1, diskBytes: 1 } }],
    ['with more processors than any period has', { limits: { ...NO_LIMITS, cpus: 1.33333 } }],
    ['with mounts and an init', { mounts: MOUNTS, init: true, readOnlyRoot: true }],
    ['with all capabilities', { addCapabilities: ['ALL'] }],
    ['without any capability', { dropCapabilities: ['ALL'] }],
    ['in the network of another', { network: { kind: 'of', container: 'f'.repeat(16) } }],
    ['with annotations of its image', { annotations: { 'org.example/x': '', 'run.oci.hooks': 'x' } }],
  ])('of a container %s', (_, wish) => {
    configurationSchema.parse(written(wish));
  });

  it('when a terminal gets its size later', () => {
    const { process } = written({ hasTerminal: true });
    processSchema.parse({ ...(process as object), ...consoleSize({ columns: 1, rows: 65_535 }) });
  });

  it.each<[string, (written: Record<string, Record<string, unknown>>) => void]>([
    ['without a version', (all) => delete all['ociVersion']],
    ['with an unknown namespace', ({ linux }) => (linux!['namespaces'] = [{ type: 'net' }])],
    ['with a namespace twice', ({ linux }) => (linux!['namespaces'] = [{ type: 'pid' }, { type: 'pid' }])],
    ['with a word that nobody knows', ({ linux }) => (linux!['maskPaths'] = [])],
    ['with a limit that is text', ({ linux }) => (linux!['resources'] = { pids: { limit: '100' } })],
    ['with a relative working directory', ({ process }) => (process!['cwd'] = 'srv')],
  ])('and one %s would be found', (_, spoil) => {
    const all = written() as Record<string, Record<string, unknown>>;
    spoil(all);
    expect(configurationSchema.safeParse(all).success).toBe(false);
  });
});
