import { expect, test } from 'vitest';
import { machineView } from '../testing/machine-view.ts';
import { shownMachines } from './selectors.ts';

const machines = Object.fromEntries(
  [
    machineView('web-10', { state: 'running', startedAt: 1, createdAt: 3 }),
    machineView('web-2', { createdAt: 2 }),
    machineView('Alpha', { state: 'failed', createdAt: 1 }),
    machineView('kernel', { source: { kind: 'files', kernel: '/boot/Image' }, createdAt: 4 }),
  ].map((machine) => [machine.id, machine]),
);

const names = (change: Partial<Parameters<typeof shownMachines>[1]>) =>
  shownMachines(machines, { search: '', runningOnly: false, sort: 'name', ...change }).map(({ name }) => name);

test('names are sorted as people count, whatever their case', () => {
  expect(names({})).toEqual(['Alpha', 'kernel', 'web-2', 'web-10']);
});

test('a search wants all its words, in the name or in what is booted', () => {
  expect(names({ search: 'WEB 10' })).toEqual(['web-10']);
  expect(names({ search: 'image' })).toEqual(['kernel']);
  expect(names({ search: 'nothing' })).toEqual([]);
});

test('running only leaves the others out', () => {
  expect(names({ runningOnly: true })).toEqual(['web-10']);
});

test('sorted by state, what needs a look comes first', () => {
  expect(names({ sort: 'state' })).toEqual(['Alpha', 'web-10', 'kernel', 'web-2']);
});

test('newest first', () => {
  expect(names({ sort: 'created' })).toEqual(['kernel', 'web-10', 'web-2', 'Alpha']);
});
