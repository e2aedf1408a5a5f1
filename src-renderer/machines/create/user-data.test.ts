import { expect, test } from 'vitest';
import { USER_DATA_EXAMPLE, userDataProblem } from './user-data.ts';

test.for(['', '  \n', USER_DATA_EXAMPLE, '#!/bin/sh\ntouch /x\n', '#cloud-config\r\nhostname: a\r\n'])(
  'user-data that begins as it must is no problem: %j',
  (text) => expect(userDataProblem(text)).toBeUndefined(),
);

test.for(['hostname: a', ' #cloud-config\n', '#cloud-configuration\n', '\n#!/bin/sh'])(
  'user-data that nobody would carry out is refused as it is typed: %j',
  (text) => expect(userDataProblem(text)).toMatch(/first line/),
);

test('user-data has an end', () => {
  expect(userDataProblem(`#!/bin/sh\n${'x'.repeat(64 * 1024)}`)).toMatch(/64 KiB/);
});
