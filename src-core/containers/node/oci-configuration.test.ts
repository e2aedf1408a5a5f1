import { describe, expect, it } from 'vitest';
import type { PreparedContainer } from './node-runtime.ts';
import { ociConfiguration } from './oci-configuration.ts';
import { candidatesOf, ociProcess } from './oci-process.ts';
import { capabilitiesOf } from './capabilities.ts';
import { textsOf } from './made-files.ts';

const ID = '0123456789abcdef';
const container: PreparedContainer = {
  id: ID,
  hostName: 'web',
  layers: [],
  readOnlyRoot: true,
  process: { arguments: ['sh'], environment: [], workingDirectory: '/', user: '', terminal: false },
  addCapabilities: [],
  dropCapabilities: [],
  init: false,
  limits: { memoryBytes: 64 * 1024 * 1024, cpus: 0.5, pids: 100, diskBytes: null },
  mounts: [
    { kind: 'volume', volume: 'deep', destination: '/data/deep/er', readOnly: true },
    { kind: 'tmpfs', destination: '/data', sizeBytes: 4096 },
  ],
  network: {
    ...{ kind: 'own', card: '0000:00:1c.0', mac: '52:54:00:00:00:07', address: '10.0.0.7' },
    ...{ prefix: 24, gateway: '10.0.0.1', domain: 'inn' },
  },
  annotations: { 'org.example': 'kept', 'run.oci.handler': 'wasm' },
};

interface Configuration {
  readonly root: object;
  readonly mounts: readonly { destination: string; source: string; type: string; options: readonly string[] }[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly linux: {
    readonly namespaces: readonly { type: string; path?: string }[];
    readonly resources: object;
    readonly maskedPaths: readonly string[];
    readonly readonlyPaths: readonly string[];
  };
}

const PROCESS = ociProcess({
  ...{ arguments: ['sh'], environment: [], workingDirectory: '/', terminal: false, hostName: 'web', size: null },
  ...{ capabilities: [], account: { uid: 0, gid: 0, additionalGids: [], home: '/' } },
});

const configurationOf = (changes: Partial<PreparedContainer> = {}): Configuration =>
  ociConfiguration({
    container: { ...container, ...changes },
    process: PROCESS,
    capabilities: [],
  });

describe('the configuration of the OCI runtime', () => {
  it('gives a container every namespace of its own, and the network that was made for it', () => {
    const { namespaces } = configurationOf().linux;
    expect(namespaces.map(({ type }) => type).sort()).toEqual(['cgroup', 'ipc', 'mount', 'network', 'pid', 'uts']);
    expect(namespaces.find(({ type }) => type === 'network')?.path).toBe(`/run/innkeeper/netns/${ID}`);
    expect(namespaces.filter(({ type, path }) => type !== 'network' && path !== undefined)).toEqual([]);
  });

  it('takes the network of another container', () => {
    const { namespaces } = configurationOf({ network: { kind: 'of', container: 'f'.repeat(16) } }).linux;
    expect(namespaces.find(({ type }) => type === 'network')?.path).toBe(`/run/innkeeper/netns/${'f'.repeat(16)}`);
  });

  it('mounts what lies within another mount after that', () => {
    const destinations = configurationOf().mounts.map(({ destination }) => destination);
    expect(destinations.indexOf('/data')).toBeLessThan(destinations.indexOf('/data/deep/er'));
    expect(destinations.indexOf('/dev')).toBeLessThan(destinations.indexOf('/dev/shm'));
  });

  it('lets nothing of a volume, a folder or a tmpfs be a device or raise privileges', () => {
    const folder = { kind: 'folder', tag: 'inn0', file: 'a.txt', destination: '/a', readOnly: true } as const;
    const { mounts } = configurationOf({ mounts: [...container.mounts, folder] });
    for (const destination of ['/data', '/data/deep/er', '/a']) {
      const mount = mounts.find((each) => each.destination === destination);
      expect(mount?.options).toEqual(expect.arrayContaining(['nosuid', 'nodev']));
    }
    expect(mounts.find(({ destination }) => destination === '/a')).toMatchObject({
      source: '/run/innkeeper/folders/inn0/a.txt',
      options: expect.arrayContaining(['bind', 'ro']) as unknown,
    });
  });

  it('shows /sys and cgroups read only, hides what tells of the node, and keeps /proc/sys from being written', () => {
    const { mounts, linux } = configurationOf();
    for (const path of ['/sys', '/sys/fs/cgroup']) {
      expect(mounts.find(({ destination }) => destination === path)?.options).toContain('ro');
    }
    expect(linux.maskedPaths).toEqual(expect.arrayContaining(['/proc/kcore', '/proc/keys', '/sys/firmware']));
    expect(linux.readonlyPaths).toEqual(expect.arrayContaining(['/proc/sys', '/proc/sysrq-trigger']));
  });

  it('has the limits in it', () => {
    expect(configurationOf().linux.resources).toEqual({
      memory: { limit: 64 * 1024 * 1024, swap: 64 * 1024 * 1024 },
      cpu: { quota: 50_000, period: 100_000 },
      pids: { limit: 100 },
    });
  });

  it('takes no annotation of an image that the runtime would listen to', () => {
    const { annotations } = configurationOf();
    expect(annotations['org.example']).toBe('kept');
    expect(Object.keys(annotations).filter((name) => name.startsWith('run.oci.'))).toEqual([
      'run.oci.seccomp_bpf_data',
    ]);
  });
});

describe('the process of the OCI runtime', () => {
  const wish = {
    ...{ arguments: ['sh'], environment: ['A=1', 'A=2', 'HOME=/elsewhere', 'bad'], workingDirectory: '/' },
    ...{ terminal: false, hostName: 'web', size: null, capabilities: capabilitiesOf([], [], 'test') },
  };
  const process = (uid: number) => ociProcess({ ...wish, account: { uid, gid: 0, additionalGids: [], home: '/root' } });

  it('has the later one of two variables, and what is preset only where nothing was said', () => {
    expect(process(0).env).toEqual([expect.stringMatching(/^PATH=/), 'HOSTNAME=web', 'HOME=/elsewhere', 'A=2']);
  });

  it('can do nothing special unless it is root, and gains nothing by programs that it starts', () => {
    expect(process(0).capabilities['effective']).toContain('CAP_CHOWN');
    expect(process(1000).capabilities).toMatchObject({ effective: [], permitted: [], inheritable: [], ambient: [] });
    expect(process(1000).noNewPrivileges).toBe(true);
  });
});

describe('capabilities', () => {
  it('are those of docker, with what is added and without what is dropped', () => {
    expect(capabilitiesOf([], [], 'x')).toHaveLength(14);
    expect(capabilitiesOf(['net_admin', 'CAP_NET_ADMIN'], ['ALL'], 'x')).toEqual(['CAP_NET_ADMIN']);
    expect(capabilitiesOf([], ['MKNOD'], 'x')).not.toContain('CAP_MKNOD');
  });

  it('that would give power over the node are refused, also as a part of ALL', () => {
    expect(() => capabilitiesOf(['SYS_ADMIN'], [], 'x')).toThrow('power over its node');
    expect(capabilitiesOf(['ALL'], [], 'x')).not.toContain('CAP_SYS_MODULE');
    expect(() => capabilitiesOf(['NONSENSE'], [], 'x')).toThrow('there is no capability "NONSENSE"');
  });
});

it('a program is looked for where the PATH says, and where it is told of from the working directory on', () => {
  expect(candidatesOf('sh', ['PATH=/a', 'PATH=/b:c:'], '/w')).toEqual(['/b/sh', '/w/c/sh', '/w/./sh']);
  expect(candidatesOf('./run', [], '/w')).toEqual(['/w/./run']);
  expect(candidatesOf('/bin/sh', [], '/w')).toEqual(['/bin/sh']);
});

it('a container knows its own name, its domain and who answers for names', () => {
  const texts = textsOf(container);
  expect(texts['hosts']).toContain('10.0.0.7 web.inn web\n');
  expect(texts['resolv.conf']).toBe('search inn\nnameserver 10.0.0.1\n');
  expect(texts['hostname']).toBe('web\n');
  expect(textsOf({ ...container, network: { kind: 'none' } })['resolv.conf']).toBe('');
});
