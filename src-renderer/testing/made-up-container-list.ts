import { AppError } from '../../src-core/base/errors.ts';
import type { ContainerStats, ContainerView } from '../../src-core/contract/containers.ts';
import type { ForwardView } from '../../src-core/contract/networks.ts';
import { MIB } from './byte-units.ts';
import { containerView, madeUpDigest } from './container-view.ts';
import { tell } from './made-up-events.ts';

const NODE = { id: 'node-1', name: 'node-1' };
const SHOP = { 'com.docker.compose.project': 'shop' };
const on = { state: 'running', startedAt: Date.now() - 1_754_000, node: NODE } as const;

function network(last: number): ContainerView['network'] {
  return {
    id: 'd0d0d0d0d0d0d0d0',
    name: 'default',
    address: `10.86.0.${last}`,
    mac: `52:54:00:c0:00:${last.toString(16)}`,
  };
}

export const published = (port: number, guestPort: number, more: Partial<ForwardView> = {}): ForwardView => ({
  protocol: 'tcp',
  address: '127.0.0.1',
  port,
  guestPort,
  state: 'active',
  failure: null,
  ...more,
});

export const containers: ContainerView[] = [
  containerView('shop-web', {
    ...on,
    image: 'nginx:1.27',
    imageId: madeUpDigest('nginx'),
    command: ['nginx', '-g', 'daemon off;'],
    terminal: false,
    interactive: false,
    labels: SHOP,
    ports: [
      published(8090, 80),
      published(8444, 443, { address: '0.0.0.0' }),
      published(5353, 53, { protocol: 'udp' }),
    ],
    network: network(40),
    limits: { memoryBytes: 128 * MIB, cpus: 0.5, pids: 512, diskBytes: null },
    restart: { policy: 'unless-stopped', mostRetries: null },
    health: 'healthy',
    healthOutput: 'HTTP/1.1 200 OK',
    mounts: [
      { kind: 'volume', volume: 'shop-uploads', destination: '/srv/uploads', readOnly: false },
      { kind: 'folder', directory: '/home/ada/work/site', destination: '/usr/share/nginx/html', readOnly: true },
      { kind: 'tmpfs', destination: '/tmp' },
    ],
  }),
  containerView('shop-database', {
    ...on,
    image: 'postgres:17',
    imageId: madeUpDigest('postgres'),
    command: ['postgres'],
    terminal: false,
    interactive: false,
    labels: SHOP,
    network: network(41),
    limits: { memoryBytes: 256 * MIB, cpus: null, pids: 2048, diskBytes: null },
    health: 'unhealthy',
    healthOutput:
      'psql: error: connection to server on socket "/run/postgresql/.s.PGSQL.5432" failed:\nFATAL: the database system is starting up',
    mounts: [{ kind: 'volume', volume: 'shop-data', destination: '/var/lib/postgresql/data', readOnly: false }],
  }),
  containerView('shop-mailer', {
    image: 'ghcr.io/shop/mailer:2.4.1-with-a-rather-long-tag',
    imageId: madeUpDigest('mailer'),
    command: ['node', 'mailer.js'],
    state: 'restarting',
    nextStartAt: Date.now() + 600_000,
    labels: SHOP,
    restarts: 3,
    restart: { policy: 'on-failure', mostRetries: 10 },
    lastEnd: { kind: 'exited', at: Date.now() - 4000, exitStatus: 1, cause: null },
    node: NODE,
  }),
  containerView('busybox-1', { ...on, network: network(42) }),
  containerView('importer', {
    state: 'exited',
    image: 'debian:13',
    imageId: madeUpDigest('debian'),
    command: ['/usr/local/bin/import', '--all'],
    lastEnd: { kind: 'out-of-memory', at: Date.now() - 90_000, exitStatus: 137, cause: null },
    limits: { memoryBytes: 32 * MIB, cpus: null, pids: 2048, diskBytes: 64 * MIB },
    node: NODE,
  }),
  containerView('done-once', {
    state: 'exited',
    lastEnd: { kind: 'exited', at: Date.now() - 300_000, exitStatus: 0, cause: null },
    node: NODE,
  }),
  containerView('sleeping', { ...on, state: 'paused', node: { id: 'node-2', name: 'node-2' } }),
  containerView('never-started', {
    ports: [published(8090, 8080, { state: 'waiting' })],
    failure: {
      code: 'no-room',
      doing: 'start container never-started',
      because: 'it wants 2 GiB of memory, and a node has 1 GiB',
      hint: 'Give it less, or add a larger node.',
    },
  }),
];

/** @returns the container as it is then; told even when nothing is changed */
export function changeContainer(reference: string, changed: Partial<ContainerView>): ContainerView {
  const index = containers.findIndex(({ id, name }) => id === reference || name === reference);
  const container = containers[index];
  if (container === undefined) {
    throw new AppError({ code: 'not-found', doing: `find container ${reference}`, because: 'there is none' });
  }
  const now = { ...container, ...changed };
  containers[index] = now;
  tell({ type: 'container', container: now });
  return now;
}

export function addContainer(container: ContainerView): ContainerView {
  containers.push(container);
  tell({ type: 'container', container });
  return container;
}

export const startedNow = () =>
  ({ state: 'running', startedAt: Date.now(), lastEnd: null, node: NODE, failure: null }) as const;

export const endedNow = (kind: 'exited' | 'killed') =>
  ({
    state: 'exited',
    stats: null,
    lastEnd: { kind, at: Date.now(), exitStatus: kind === 'exited' ? 0 : 137, cause: null },
  }) as const;

function statsOf({ startedAt, name }: ContainerView): ContainerStats {
  const seconds = (Date.now() - (startedAt ?? 0)) / 1000;
  const wave = Math.abs(Math.sin(Date.now() / 6000 + name.length));
  return {
    takenAt: Date.now(),
    processorUsed: 0.02 + 0.4 * wave,
    memoryBytes: Math.round((name.length + 6 * wave) * MIB),
    pids: name.length % 7,
    diskReadBytes: Math.round(seconds * 20_000),
    diskWrittenBytes: Math.round(seconds * 8000 * (1 + 0.05 * wave)),
    networkSentBytes: Math.round(seconds * 9000),
    networkReceivedBytes: Math.round(seconds * 52_000 * (1 + 0.01 * wave)),
  };
}

/** What a second of running looks like. */
export function measureContainers(): void {
  for (const container of containers.filter(({ state }) => state === 'running')) {
    tell({ type: 'container-stats', id: container.id, stats: statsOf(container) });
  }
}
