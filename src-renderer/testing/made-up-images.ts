import type { InnkeeperClient } from '../../src-core/contract/contract.ts';
import type { CatalogEntry, ImageView } from '../../src-core/contract/images.ts';
import type { TaskView } from '../../src-core/contract/tasks.ts';
import { GIB, MIB } from './byte-units.ts';
import { tell } from './made-up-events.ts';
import { tasks, work } from './made-up-tasks.ts';

const entry: CatalogEntry = {
  name: 'debian-13-tiny',
  title: 'Debian 13, tiny',
  description: 'Debian’s kernel and BusyBox, all in memory. Boots in seconds.',
  downloadBytes: 118 * MIB,
  defaults: { processors: 1, memoryBytes: 256 * MIB },
  minimumMemoryBytes: 96 * MIB,
  present: true,
};

const full: CatalogEntry = {
  name: 'debian-13',
  title: 'Debian 13',
  description: 'All of Debian on a disk: apt, systemd, and whatever you install.',
  downloadBytes: 260 * MIB,
  defaults: { processors: 1, memoryBytes: 512 * MIB },
  minimumMemoryBytes: 256 * MIB,
  present: true,
};

const images: ImageView[] = [
  {
    name: 'debian-13-tiny',
    title: 'Debian 13, tiny',
    contents: 'Debian 13.1, Linux 6.12.48',
    sizeBytes: 41 * MIB,
    diskBytes: null,
    origin: 'built',
    createdAt: Date.now() - 3_600_000,
    usedBy: ['database'],
  },
  {
    name: 'debian-13',
    title: 'Debian 13',
    contents: 'Debian 13.1, Linux 6.12.48',
    sizeBytes: 412 * MIB,
    diskBytes: 8 * GIB,
    origin: 'built',
    createdAt: Date.now() - 7_200_000,
    usedBy: ['web-1'],
  },
  {
    name: 'fedora-42',
    title: 'fedora-42',
    contents: 'Linux 6.14.0-63.fc42.riscv64',
    sizeBytes: 1.1 * GIB,
    diskBytes: 16 * GIB,
    origin: 'imported',
    createdAt: Date.now() - 86_400_000,
    usedBy: [],
  },
  {
    name: 'site-ready',
    title: 'site-ready',
    contents: 'Debian 13.1, Linux 6.12.48',
    sizeBytes: 96 * MIB,
    diskBytes: 8 * GIB,
    origin: 'saved',
    createdAt: Date.now() - 40_000_000,
    usedBy: [],
  },
];

function newImage(name: string, origin: ImageView['origin']): undefined {
  const image: ImageView = {
    name,
    title: name,
    contents: 'Linux 6.12.48',
    sizeBytes: 64 * MIB,
    diskBytes: 8 * GIB,
    origin,
    createdAt: Date.now(),
    usedBy: [],
  };
  images.push(image);
  tell({ type: 'image', image });
}

export const imageMethods: InnkeeperClient['images'] = {
  catalog: async () => [full, entry],
  list: async () => images,
  pull: async () => tasks[0] as TaskView,
  remove: async () => ({}),
  importFrom: async ({ image }) =>
    work(`Import image ${image}`, ['Reading the disk', 'Looking for a kernel'], { kind: 'image', id: image }, () =>
      newImage(image, 'imported'),
    ),
  exportTo: async ({ image }) => work(`Export image ${image}`, ['Writing the disk'], { kind: 'image', id: image }),
  save: async ({ image }) =>
    work(`Save image ${image}`, ['Copying the disk'], { kind: 'image', id: image }, () => newImage(image, 'saved')),
};

/** As on the first day. */
export function forgetImages(): void {
  entry.present = false;
  images.length = 0;
}
