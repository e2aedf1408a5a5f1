import { expect, test } from 'vitest';
import type { ContainerView } from '../../src-core/contract/containers.ts';
import { containerView } from '../testing/container-view.ts';
import { groupedLines, shownContainers } from './selectors.ts';

const byId = (...containers: readonly ContainerView[]) => Object.fromEntries(containers.map((one) => [one.id, one]));
const names = (containers: readonly ContainerView[]) => containers.map(({ name }) => name);
const all = { search: '', runningOnly: false, sort: 'name' } as const;

const web = containerView('web-10', { state: 'running', image: 'nginx:1.27' });
const cache = containerView('web-9', { labels: { 'com.docker.compose.project': 'shop' } });
const database = containerView('database', { state: 'exited', labels: { 'com.docker.compose.project': 'shop' } });

test('names are sorted as people count', () => {
  expect(names(shownContainers(byId(web, cache, database), all))).toEqual(['database', 'web-9', 'web-10']);
});

test('a container is found by its name, its image and its project', () => {
  const found = (search: string) => names(shownContainers(byId(web, cache, database), { ...all, search }));
  expect(found('nginx')).toEqual(['web-10']);
  expect(found('web shop')).toEqual(['web-9']);
  expect(found('none')).toEqual([]);
});

test('running only leaves out what has ended or never ran', () => {
  expect(names(shownContainers(byId(web, cache, database), { ...all, runningOnly: true }))).toEqual(['web-10']);
});

test('what belongs to no project comes after the projects', () => {
  const lines = groupedLines(shownContainers(byId(web, cache, database), all), 'project');
  expect(lines.map((line) => (line.kind === 'group' ? `[${line.name}]` : line.container.name))).toEqual([
    '[shop]',
    'database',
    'web-9',
    '[In no project]',
    'web-10',
  ]);
});

test('where there are no projects, the list has no heads', () => {
  expect(groupedLines([web], 'project').map(({ kind }) => kind)).toEqual(['container']);
  expect(groupedLines([cache], 'project').map(({ kind }) => kind)).toEqual(['group', 'container']);
});
