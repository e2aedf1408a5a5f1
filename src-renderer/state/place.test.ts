import { expect, test } from 'vitest';
import { parsePlace, type Place, placeHash } from './place.ts';

test.for<Place>([
  { page: 'machines', machine: null, tab: 'summary' },
  { page: 'machines', machine: 'a/b c', tab: 'console' },
  { page: 'new-machine', image: null },
  { page: 'new-machine', image: 'debian-13-tiny' },
  { page: 'images' },
  { page: 'networks', network: null, tab: 'overview' },
  { page: 'networks', network: '00112233aabbccdd', tab: 'packets' },
  { page: 'host' },
  { page: 'settings' },
  { page: 'containers', container: null, tab: 'summary' },
  { page: 'containers', container: 'c1', tab: 'logs' },
  { page: 'new-container', image: null },
  { page: 'new-container', image: '127.0.0.1:5000/team/web:1.2' },
  { page: 'container-images', image: `sha256:${'a'.repeat(64)}`, tab: 'layers' },
  { page: 'volumes' },
  { page: 'nodes' },
  { page: 'build', task: 'task-1' },
])('the place %o is found again from its address', (place) => {
  expect(parsePlace(placeHash(place))).toEqual(place);
});

test.for(['', '#', '#/nowhere', '#/machines//x', '#/%', '#key=abc', '#/build'])(
  '“%s” leads to the machines',
  (hash) => {
    expect(parsePlace(hash)).toMatchObject({ page: 'machines', tab: 'summary' });
  },
);
