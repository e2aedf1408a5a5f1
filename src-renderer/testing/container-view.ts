import type { ContainerImageView } from '../../src-core/contract/container-images.ts';
import type { ContainerView, NodeView, VolumeView } from '../../src-core/contract/containers.ts';
import { GIB, MIB } from './byte-units.ts';

/** A digest that one can tell from others. */
export function madeUpDigest(seed: string): string {
  const digits = Array.from(seed, (letter) => letter.charCodeAt(0).toString(16)).join('');
  return `sha256:${digits.padEnd(64, '0').slice(0, 64)}`;
}

/** A container that has never run, with what a test wants otherwise. */
export function containerView(id: string, change: Partial<ContainerView> = {}): ContainerView {
  return {
    id,
    name: id,
    image: 'busybox:latest',
    imageId: madeUpDigest('busybox'),
    state: 'created',
    command: ['sh'],
    createdAt: Date.now() - 3_600_000,
    startedAt: null,
    lastEnd: null,
    restarts: 0,
    nextStartAt: null,
    health: 'none',
    healthOutput: null,
    terminal: true,
    interactive: true,
    limits: { memoryBytes: null, cpus: null, pids: 2048, diskBytes: null },
    restart: { policy: 'no', mostRetries: null },
    ports: [],
    mounts: [],
    network: null,
    labels: {},
    removeAtEnd: false,
    node: null,
    stats: null,
    failure: null,
    ...change,
  };
}

export function containerImageView(name: string, change: Partial<ContainerImageView> = {}): ContainerImageView {
  return {
    id: madeUpDigest(name),
    digest: madeUpDigest(`${name}-manifest`),
    names: [name],
    platform: 'linux/riscv64',
    createdAt: Date.now() - 86_400_000,
    arrivedAt: Date.now() - 3_600_000,
    sizeBytes: 5 * MIB,
    ownBytes: 5 * MIB,
    layers: 1,
    usedBy: [],
    ...change,
  };
}

export function volumeView(name: string, change: Partial<VolumeView> = {}): VolumeView {
  const node = { id: 'node-1', name: 'node-1' };
  return { name, createdAt: Date.now() - 7_200_000, node, usedBytes: 12 * MIB, usedBy: [], ...change };
}

export function nodeView(id: string, change: Partial<NodeView> = {}): NodeView {
  return {
    id,
    name: id,
    state: 'ready',
    processors: 2,
    memoryBytes: GIB,
    promisedMemoryBytes: 328 * MIB,
    freeMemoryBytes: 702 * MIB,
    diskBytes: 16 * GIB,
    freeDiskBytes: 14.6 * GIB,
    running: 4,
    containers: 6,
    failure: null,
    ...change,
  };
}
