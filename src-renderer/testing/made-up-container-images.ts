import type { InnkeeperClient } from '../../src-core/contract/contract.ts';
import type {
  BaseImage,
  ContainerImageDetail,
  ContainerImageView,
  LayerFile,
  LayerView,
} from '../../src-core/contract/container-images.ts';
import { AppError } from '../../src-core/base/errors.ts';
import { MIB } from './byte-units.ts';
import { containerImageView, madeUpDigest } from './container-view.ts';
import { tell } from './made-up-events.ts';
import { work } from './made-up-tasks.ts';

const image = (name: string, change: Partial<ContainerImageView>) =>
  containerImageView(name, { names: [`${name}:latest`], ...change });

export const containerImages: ContainerImageView[] = [
  image('busybox', { sizeBytes: 2.1 * MIB, ownBytes: 2.1 * MIB, usedBy: ['busybox-1', 'done-once', 'sleeping'] }),
  image('debian', {
    names: ['debian:13', 'debian:trixie', 'debian:latest'],
    sizeBytes: 96 * MIB,
    ownBytes: 0,
    usedBy: ['importer'],
  }),
  image('nginx', { names: ['nginx:1.27'], sizeBytes: 141 * MIB, ownBytes: 45 * MIB, layers: 4, usedBy: ['shop-web'] }),
  image('postgres', {
    names: ['postgres:17'],
    sizeBytes: 402 * MIB,
    ownBytes: 306 * MIB,
    layers: 9,
    usedBy: ['shop-database'],
  }),
  image('mailer', {
    names: ['ghcr.io/shop/mailer:2.4.1-with-a-rather-long-tag', '127.0.0.1:5000/shop/mailer:test'],
    sizeBytes: 188 * MIB,
    ownBytes: 92 * MIB,
    layers: 6,
    usedBy: ['shop-mailer'],
  }),
  image('old', { names: [], sizeBytes: 140 * MIB, ownBytes: 44 * MIB, layers: 4 }),
];

const BASES: BaseImage[] = [
  {
    name: 'busybox',
    title: 'BusyBox',
    description: 'A shell and two hundred small tools.',
    downloadBytes: MIB,
    present: true,
  },
  {
    name: 'debian:13',
    title: 'Debian 13',
    description: 'apt, and whatever you install with it.',
    downloadBytes: 40 * MIB,
    present: true,
  },
  { name: 'nginx', title: 'nginx', description: 'A web server, on Debian.', downloadBytes: 48 * MIB, present: false },
];

const STEPS = [
  ['/bin/sh -c #(nop) ADD file:5c8a in /', 96, ['debian:13', 'postgres:17']],
  [
    'RUN apt-get update && apt-get install --no-install-recommends -y nginx-light ca-certificates && rm -rf /var/lib/apt/lists/*',
    44,
    [],
  ],
  ['COPY docker-entrypoint.sh /', 0.004, []],
  ['COPY site /usr/share/nginx/html', 1.2, []],
] as const;

const LAYERS: readonly LayerView[] = STEPS.map(([createdBy, size, sharedWith], index) => ({
  diffId: madeUpDigest(`layer-${index}`),
  digest: madeUpDigest(`packed-${index}`),
  packedBytes: Math.round((size * MIB) / 3),
  unpackedBytes: Math.round(size * MIB),
  files: 10_000 >> (4 * index),
  createdBy,
  sharedWith: [...sharedWith],
}));

function entry(index: number): LayerFile {
  const directory = index % 12 === 0;
  const path = `usr/share/doc/package-${Math.floor(index / 12)}${directory ? '' : `/file-${index % 12}`}`;
  if (index === 3)
    return { path: 'usr/bin/awk', kind: 'link', sizeBytes: 0, mode: 0o777, target: '/etc/alternatives/awk' };
  if (index === 5)
    return { path: 'etc/nginx/sites-enabled/default', kind: 'removed', sizeBytes: 0, mode: 0, target: null };
  if (directory) return { path, kind: 'directory', sizeBytes: 0, mode: 0o755, target: null };
  return { path, kind: 'file', sizeBytes: index * 977, mode: index % 7 === 0 ? 0o4755 : 0o644, target: null };
}

function find(reference: string): ContainerImageView {
  const found = containerImages.find(
    ({ id, names }) => id === reference || names.includes(reference) || names.includes(`${reference}:latest`),
  );
  if (found) return found;
  throw new AppError({ code: 'not-found', doing: `find image ${reference}`, because: 'it is not here' });
}

function detail(reference: string): ContainerImageDetail {
  const known = find(reference);
  const isShell = known.names[0]?.startsWith('busybox') === true;
  const settings = {
    entrypoint: isShell ? [] : ['/docker-entrypoint.sh'],
    command: isShell ? ['sh'] : ['nginx', '-g', 'daemon off;'],
    environment: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'NGINX_VERSION=1.27.3'],
    workingDirectory: '/',
    user: '',
    ports: isShell ? [] : [{ protocol: 'tcp' as const, port: 80 }],
    volumes: isShell ? [] : ['/var/cache/nginx'],
    labels: isShell ? {} : { maintainer: 'Ada <ada@example.org>' },
    stopSignal: 'SIGQUIT',
    healthCheck: null,
  };
  return {
    ...known,
    settings,
    layerList: LAYERS.slice(0, isShell ? 1 : 4),
    history: [
      { createdAt: Date.now(), createdBy: 'CMD ["nginx" "-g" "daemon off;"]', comment: 'buildkit', sizeBytes: 0 },
      ...LAYERS.toReversed().map(({ createdBy, unpackedBytes }) => ({
        createdAt: Date.now() - 86_400_000,
        createdBy,
        comment: '',
        sizeBytes: unpackedBytes,
      })),
    ],
    manifest: JSON.stringify({ schemaVersion: 2, config: { digest: known.id } }),
    config: JSON.stringify({ architecture: 'riscv64', os: 'linux', config: { Cmd: settings.command } }),
  };
}

const registries = [{ registry: 'registry.example.org', user: 'ada' }];

export const containerImageMethods: InnkeeperClient['containerImages'] = {
  list: async () => [...containerImages],
  catalog: async () => BASES,
  inspect: async ({ image: reference }) => detail(reference),
  files: async ({ from = 0, search = '' }) => {
    const all = Array.from({ length: 9000 }, (_, index) => entry(index)).filter(({ path }) => path.includes(search));
    return { files: all.slice(from, from + 500), total: all.length };
  },
  pull: async ({ image: reference }) =>
    work(`Pull ${reference}`, ['Asking the registry', 'Layer 1 of 3', 'Layer 2 of 3', 'Layer 3 of 3'], {
      kind: 'container-image',
      id: reference,
    }),
  push: async ({ image: reference }) => work(`Push ${reference}`, ['Layer 1 of 3', 'Manifest'], null),
  tag: async ({ image: reference, name }) => {
    const known = find(reference);
    const now = { ...known, names: [...known.names, name] };
    containerImages[containerImages.indexOf(known)] = now;
    tell({ type: 'container-image', image: now });
    return now;
  },
  remove: async ({ image: reference }) => {
    const known = find(reference);
    containerImages.splice(containerImages.indexOf(known), 1);
    tell({ type: 'container-image-removed', id: known.id });
    return { freedBytes: known.ownBytes };
  },
  prune: async () => ({ images: 1, freedBytes: 44 * MIB }),
  save: async () => work('Save images', ['Writing layers'], null),
  load: async () => work('Load images', ['Reading layers'], null),
  build: async () =>
    work('Build shop/web:1.2', ['Step 1 of 4', 'Step 2 of 4'], { kind: 'container-image', id: 'nginx:1.27' }),
  login: async ({ registry, user, password }) => {
    if (password === 'wrong') {
      throw new AppError({ code: 'denied', doing: `log in at ${registry}`, because: 'it does not know this password' });
    }
    registries.push({ registry, user });
    return {};
  },
  logout: async ({ registry }) => {
    registries.splice(
      registries.findIndex((known) => known.registry === registry),
      1,
    );
    return {};
  },
  registries: async () => [...registries],
};

/** As on the first day. */
export function forgetContainerImages(): void {
  containerImages.length = 0;
  for (const base of BASES) base.present = false;
}
