import { expect, test } from 'vitest';
import type { HostView } from '../../src-core/contract/host.ts';
import { machineView } from '../testing/machine-view.ts';
import { memoryWarning, processorWarning } from './over-promise.ts';

const GIB = 1024 ** 3;
const host = { memory: { total: 4 * GIB }, processor: { total: 2 } } as HostView;
const others = [machineView('a', { memoryBytes: 2 * GIB, processors: 1 })];

test('memory is warned of only when all machines together exceed this computer', () => {
  expect(memoryWarning({ memoryBytes: 2 * GIB, processors: 1 }, others, host)).toBeUndefined();
  expect(memoryWarning({ memoryBytes: 3 * GIB, processors: 1 }, others, host)).toMatch(/5 GiB.*4 GiB/);
});

test('so are processors', () => {
  expect(processorWarning({ memoryBytes: GIB, processors: 1 }, others, host)).toBeUndefined();
  expect(processorWarning({ memoryBytes: GIB, processors: 2 }, others, host)).toMatch(/3 processors.*2 of this/);
});
