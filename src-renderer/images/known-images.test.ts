import { expect, test } from 'vitest';
import type { ImageView } from '../../src-core/contract/images.ts';
import type { TaskView } from '../../src-core/contract/tasks.ts';
import { machineView } from '../testing/machine-view.ts';
import { knownImages } from './known-images.ts';

const imported: ImageView = {
  name: 'fedora',
  title: 'fedora.raw',
  contents: '',
  sizeBytes: 1,
  diskBytes: 1,
  origin: 'imported',
  createdAt: 0,
  usedBy: ['long-gone'],
};

const importing = {
  id: 't',
  title: 'Import image arch',
  state: 'running',
  subject: { kind: 'image', id: 'arch' },
} as TaskView;

const machines = {
  a: machineView('a', { source: { kind: 'image', image: 'fedora' } }),
  b: machineView('b', { source: { kind: 'files' } }),
};

test('an image that is being imported has its place already, with the task', () => {
  const known = knownImages([], { images: { fedora: imported }, tasks: { t: importing }, machines: {} });
  expect(known.map(({ name, task }) => [name, task?.id ?? null])).toEqual([
    ['fedora', null],
    ['arch', 't'],
  ]);
});

test('an image is used by the machines that are there now', () => {
  const [fedora] = knownImages([], { images: { fedora: imported }, tasks: {}, machines });
  expect(fedora?.usedBy).toEqual(['a']);
});
