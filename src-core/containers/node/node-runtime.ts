import type { ContainerLimits, ContainerStats } from '../../contract/containers.ts';
import type { TerminalSize } from '../../contract/machines.ts';
import type { ExecSession } from '../../guest/exec-session.ts';

/**
 * What the engine asks of a node: a machine whose kernel runs containers. Implemented over its agent. Each container has
 * a number of its own (16 hexadecimal digits); what it wrote lies on the node's disk until `remove`.
 */
export interface NodeRuntime {
  /** Once after each start of the machine, before anything else: its disk is mounted, what a crash left is cleared away. */
  open(): Promise<NodeContents>;
  /**
   * Makes everything ready for its process: root, network, cgroup, the bundle of the OCI runtime.
   * @returns the bundle's config.json
   * @throws AppError 'invalid-input' (no such user, …), 'disk-full', 'guest-failed'; then nothing of it is left
   */
  prepare(container: PreparedContainer): Promise<{ readonly config: string }>;
  /** Runs the prepared process; the session is its standard streams, and ends with it. */
  run(id: string, terminal: TerminalSize | null): Promise<ExecSession>;
  /** After its process has ended: nothing of it is mounted or counted any more; what it wrote stays. */
  release(id: string): Promise<{ readonly outOfMemory: boolean }>;
  /** Deletes what a released container wrote. One that is not there is fine. */
  remove(id: string): Promise<void>;
  exec(id: string, request: ExecInContainer): Promise<ExecSession>;
  /** @param signal Linux's number @param all every process of it, else its first */
  signal(id: string, signal: number, all: boolean): Promise<void>;
  pause(id: string): Promise<void>;
  resume(id: string): Promise<void>;
  limit(id: string, limits: ContainerLimits): Promise<void>;
  /** Of all that run, and of the node. */
  measure(): Promise<NodeMeasurement>;
  processes(id: string): Promise<readonly ContainerProcess[]>;
  /** A tar archive of what it wrote, as overlayfs keeps it: whiteouts are devices 0:0, opaque directories say so in `trusted.overlay.opaque`. */
  written(id: string): Promise<ExecSession>;
  /** A tar archive of what is at a path of it; links on the way are followed inside its root. Running, paused or not. */
  readFiles(
    id: string,
    path: string,
  ): Promise<{ readonly kind: 'file' | 'directory' | 'other'; readonly name: string; readonly archive: ExecSession }>;
  /** Takes a tar archive on its standard input, into a directory of it. */
  writeFiles(id: string, directory: string): Promise<ExecSession>;
  makeVolume(name: string): Promise<void>;
  removeVolume(name: string): Promise<void>;
  /** What they hold, in bytes. */
  volumes(): Promise<readonly { readonly name: string; readonly usedBytes: number }[]>;
  /** What is written is on the node's disk. */
  sync(): Promise<void>;
}

/** What lies on a node's disk. */
export interface NodeContents {
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
}

export interface PreparedContainer {
  readonly id: string;
  readonly hostName: string;
  /** Of its image, lowest first, by diff id ("sha256:…"): the layers folder of the node shows each. */
  readonly layers: readonly string[];
  readonly readOnlyRoot: boolean;
  readonly process: {
    readonly arguments: readonly string[];
    readonly environment: readonly string[];
    /** Made when it is not there. */
    readonly workingDirectory: string;
    /** "", "name", "name:group", "1000:1000": looked up in its own /etc/passwd and /etc/group. */
    readonly user: string;
    readonly terminal: boolean;
  };
  readonly addCapabilities: readonly string[];
  readonly dropCapabilities: readonly string[];
  readonly init: boolean;
  readonly limits: ContainerLimits;
  readonly mounts: readonly NodeMount[];
  readonly network: NodeNetwork;
  readonly annotations: Readonly<Record<string, string>>;
}

export type NodeMount =
  /** What the image has at the destination is copied into one that is empty. */
  | { readonly kind: 'volume'; readonly volume: string; readonly destination: string; readonly readOnly: boolean }
  /** A folder of the host, which the node sees at `directory`; its tag is mounted there when it is not yet. */
  | {
      readonly kind: 'folder';
      readonly tag: string;
      readonly file: string | null;
      readonly destination: string;
      readonly readOnly: boolean;
    }
  | { readonly kind: 'tmpfs'; readonly destination: string; readonly sizeBytes: number | null };

export type NodeNetwork =
  | { readonly kind: 'none' }
  /** It is in the network of another container of this node, which runs: they share addresses and ports. */
  | { readonly kind: 'of'; readonly container: string }
  | {
      readonly kind: 'own';
      /** PCI address of the node's card on that network: "0000:00:1c.0". */
      readonly card: string;
      readonly mac: string;
      readonly address: string;
      readonly prefix: number;
      readonly gateway: string;
      /** Domain that its names are looked up in. */
      readonly domain: string;
    };

export interface ExecInContainer {
  readonly command: readonly string[];
  readonly environment: readonly string[];
  readonly workingDirectory: string | null;
  readonly user: string | null;
  readonly terminal: TerminalSize | null;
}

export interface NodeMeasurement {
  readonly memoryBytes: number;
  readonly availableMemoryBytes: number;
  readonly diskBytes: number;
  readonly freeDiskBytes: number;
  /** Processor time counters are turned into shares by who asks twice: nanoseconds since the container's start. */
  readonly containers: readonly (Omit<ContainerStats, 'takenAt' | 'processorUsed'> & {
    readonly id: string;
    readonly processorNs: number;
  })[];
}

export interface ContainerProcess {
  readonly pid: number;
  readonly user: string;
  readonly time: string;
  readonly command: string;
}
