import { expect, test } from 'vitest';
import { EMPTY_PORT, publishedPorts } from './port-draft.ts';

const row = (containerPort: string, port = '') => ({ ...EMPTY_PORT, containerPort, port });

test('an empty port is the proposed one, and no two rows are proposed the same', () => {
  const ports = publishedPorts([row('80'), row('80'), EMPTY_PORT], new Set([8080]));
  expect(ports?.map(({ port }) => port)).toEqual([8081, 8082]);
});

test('a row that is wrong, or lacks the container’s port, is not passed on', () => {
  expect(publishedPorts([row('80', '99999')], new Set())).toBeNull();
  expect(publishedPorts([row('', '8080')], new Set())).toBeNull();
});
