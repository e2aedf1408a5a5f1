import { expect, test } from 'vitest';
import { guestDirectorySchema } from '../../src-core/contract/shares.ts';
import { guestDirectoryFor } from './guest-directory.ts';

test.for([
  ['/home/ada/work', '/mnt/work'],
  ['/home/ada/My Photos/', '/mnt/My-Photos'],
  ['D:\\projects\\site', '/mnt/site'],
  ['/home/ada/.config', '/mnt/config'],
  ['/', ''],
  ['', ''],
] as const)('%s is proposed to be %s in the guest', ([host, guest]) => {
  expect(guestDirectoryFor(host)).toBe(guest);
  if (guest !== '') expect(guestDirectorySchema.safeParse(guest).success).toBe(true);
});
