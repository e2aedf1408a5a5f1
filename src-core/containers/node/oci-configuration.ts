import type { ContainerLimits } from '../../contract/containers.ts';
import { FOLDERS, placesOf, volumeFolder } from './places.ts';
import type { OciConfiguration, OciMount, OciProcess } from './launch/oci-types.ts';
import type { NodeMount, PreparedContainer } from './node-runtime.ts';
import { seccompProgram, seccompSection } from './seccomp.ts';

const OCI_VERSION = '1.0.2';
const MASKED = [
  ...['acpi', 'asound', 'interrupts', 'kcore', 'keys', 'latency_stats', 'sched_debug', 'scsi', 'timer_list'].map(
    (name) => `/proc/${name}`,
  ),
  ...['/sys/firmware', '/sys/devices/virtual/powercap'],
];
const READ_ONLY = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];
export const SHARED_MEMORY_BYTES = 64 * 1024 * 1024;
/** The runtime takes the filter from here, and then not from the section that says the same. */
const FILTER_ANNOTATION = 'run.oci.seccomp_bpf_data';
/** Files that it has besides those of its image, made for it: path inside, name in the bundle. */
export const MADE_FILES: Readonly<Record<string, string>> = {
  '/etc/hosts': 'hosts',
  '/etc/hostname': 'hostname',
  '/etc/resolv.conf': 'resolv.conf',
};
export const INIT_PATH = '/dev/.innkeeper-init';
const INIT_PROGRAM = '/usr/bin/catatonit';
export const CPU_PERIOD_US = 100_000;

export interface ConfigurationWish {
  readonly container: PreparedContainer;
  /** As `ociProcess` has it. */
  readonly process: OciProcess;
  readonly capabilities: readonly string[];
}

/** The OCI runtime's config.json. */
export function ociConfiguration({ container, process, capabilities }: ConfigurationWish): OciConfiguration {
  const places = placesOf(container.id);
  return {
    ociVersion: OCI_VERSION,
    process,
    root: { path: places.root, readonly: container.readOnlyRoot },
    hostname: container.hostName,
    mounts: [
      ...systemMounts(),
      ...madeFiles(places.bundle),
      ...initMount(container.init),
      ...ownMounts(container.mounts),
    ],
    annotations: {
      ...ownAnnotations(container.annotations),
      [FILTER_ANNOTATION]: base64(seccompProgram(capabilities)),
    },
    linux: {
      namespaces: [
        ...['pid', 'ipc', 'uts', 'mount', 'cgroup'].map((type) => ({ type })),
        { type: 'network', path: networkPath(container) },
      ],
      cgroupsPath: places.cgroupPath,
      resources: resourcesOf(container.limits),
      maskedPaths: MASKED,
      readonlyPaths: READ_ONLY,
      seccomp: seccompSection(capabilities),
    },
  };
}

export function networkPath({ id, network }: PreparedContainer): string {
  return placesOf(network.kind === 'of' ? network.container : id).network;
}

/** Those that the runtime itself listens to are ours to set. */
function ownAnnotations(annotations: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => !name.startsWith('run.oci.')));
}

function systemMounts(): readonly OciMount[] {
  const safe = ['nosuid', 'noexec', 'nodev'];
  const mount = (destination: string, type: string, options: readonly string[], source = type): OciMount => ({
    ...{ destination, type, source, options },
  });
  return [
    mount('/proc', 'proc', safe),
    mount('/dev', 'tmpfs', ['nosuid', 'noexec', 'strictatime', 'mode=755', 'size=1m']),
    mount('/dev/pts', 'devpts', ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5']),
    mount('/dev/shm', 'tmpfs', [...safe, 'mode=1777', `size=${SHARED_MEMORY_BYTES}`], 'shm'),
    mount('/dev/mqueue', 'mqueue', safe),
    mount('/sys', 'sysfs', [...safe, 'ro']),
    mount('/sys/fs/cgroup', 'cgroup', [...safe, 'relatime', 'ro']),
  ];
}

function madeFiles(bundle: string): readonly OciMount[] {
  return Object.entries(MADE_FILES).map(([destination, name]) => bind(`${bundle}/${name}`, destination, false));
}

function initMount(wanted: boolean): readonly OciMount[] {
  return wanted ? [{ ...bind(INIT_PROGRAM, INIT_PATH, true), options: ['bind', 'ro', 'nosuid', 'nodev'] }] : [];
}

/** Those that lie within others come after them. */
function ownMounts(mounts: readonly NodeMount[]): readonly OciMount[] {
  const depth = ({ destination }: NodeMount): number => destination.split('/').filter((part) => part !== '').length;
  return [...mounts].sort((a, b) => depth(a) - depth(b)).map(ownMount);
}

function ownMount(mount: NodeMount): OciMount {
  switch (mount.kind) {
    case 'volume':
      return bind(volumeFolder(mount.volume), mount.destination, mount.readOnly);
    case 'folder':
      return bind(folderSource(mount), mount.destination, mount.readOnly);
    case 'tmpfs': {
      const size = mount.sizeBytes === null ? [] : [`size=${mount.sizeBytes}`];
      const options = ['nosuid', 'nodev', 'mode=1777', ...size];
      return { destination: mount.destination, type: 'tmpfs', source: 'tmpfs', options };
    }
  }
}

export function folderSource({ tag, file }: Extract<NodeMount, { kind: 'folder' }>): string {
  return `${FOLDERS}/${tag}${file === null ? '' : `/${file}`}`;
}

function bind(source: string, destination: string, readOnly: boolean): OciMount {
  return {
    destination,
    type: 'bind',
    source,
    options: ['bind', readOnly ? 'ro' : 'rw', 'nosuid', 'nodev', 'rprivate'],
  };
}

function resourcesOf({ memoryBytes, cpus, pids }: ContainerLimits): object {
  return {
    // Swap counts with memory: a node has none to give.
    ...(memoryBytes === null ? {} : { memory: { limit: memoryBytes, swap: memoryBytes } }),
    ...(cpus === null ? {} : { cpu: { quota: quotaOf(cpus), period: CPU_PERIOD_US } }),
    ...(pids === null ? {} : { pids: { limit: pids } }),
  };
}

/** Microseconds of a period. */
export const quotaOf = (cpus: number): number => Math.max(1000, Math.round(cpus * CPU_PERIOD_US));

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
