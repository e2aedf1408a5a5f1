import { expect } from 'vitest';
import { inn } from './inn.ts';

const MEMORY = '192M';

/** A running machine, made with the command line. The service that `inn` finds or starts has it. */
export async function startGuest(home: string, name: string): Promise<void> {
  const made = await inn(home, 'vm', 'create', name, '--image', 'debian-13-tiny', '--memory', MEMORY, '--start');
  expect(made, made.stderr).toMatchObject({ status: 0 });
}

interface Listed {
  readonly name: string;
  readonly state: string;
}

export async function listGuests(home: string): Promise<readonly Listed[]> {
  const { stdout } = await inn(home, 'vm', 'ls', '--json');
  return JSON.parse(stdout) as Listed[];
}

/** Which there are, whatever they are just doing. */
export async function guestNames(home: string): Promise<readonly string[]> {
  return (await listGuests(home)).map(({ name }) => name);
}
