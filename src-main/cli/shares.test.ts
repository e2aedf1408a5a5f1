import { describe, expect, it } from 'vitest';
import type { ShareView } from '../../src-core/contract/shares.ts';
import { FakeIo } from './testing/fake-io.ts';
import { FakeService } from './testing/fake-service.ts';

const share: ShareView = {
  slot: 0,
  hostDirectory: '/home/me/work',
  guestDirectory: '/mnt/work',
  readOnly: false,
  mounted: true,
  failure: null,
};
const failure = { code: 'guest-failed', doing: 'mount', because: 'no such device', data: {} } as const;

function open(answer: ShareView[]): { io: FakeIo; service: FakeService } {
  const give = () => Promise.resolve(answer);
  const service = new FakeService({ shares: { list: give, add: give, remove: give } });
  return { io: new FakeIo(service), service };
}

describe('inn vm share', () => {
  it('adds a folder, whose path is the person’s own', async () => {
    const { io, service } = open([share]);
    expect(await io.run('vm share web add ./work /mnt/work --ro')).toBe(0);
    expect(service.calls.at(-1)).toEqual({
      method: 'shares.add',
      input: { machine: 'web', hostDirectory: `${io.cwd}/work`, guestDirectory: '/mnt/work', readOnly: true },
    });
    expect(io.out).toBe('Machine web has /home/me/work at /mnt/work\n');
  });

  it('says when the guest has it only once it is up, or could not mount it', async () => {
    const later = open([{ ...share, mounted: false }]);
    await later.io.run('vm share web add /w /mnt/work');
    expect(later.io.out).toContain('as soon as its guest is up');
    const failed = open([{ ...share, mounted: false, failure }]);
    expect(await failed.io.run('vm share web add /w /mnt/work')).toBe(0);
    expect(failed.io.out).toContain('its guest could not mount it: no such device');
  });

  it('takes one away, and lists what is left', async () => {
    const { io, service } = open([]);
    expect(await io.run('vm share web rm /mnt/work')).toBe(0);
    expect(service.calls[0]?.input).toEqual({ machine: 'web', guestDirectory: '/mnt/work' });
    const two = open([share, { ...share, guestDirectory: '/ro', readOnly: true, mounted: false, failure }]);
    await two.io.run('vm share web ls');
    expect(two.io.out).toMatch(/^\/mnt\/work +\/home\/me\/work +read and write +mounted$/m);
    expect(two.io.out).toMatch(/^\/ro +\/home\/me\/work +read only +failed: no such device$/m);
  });

  it.each(['vm share web', 'vm share web add /a', 'vm share web rm', 'vm share web ls x', 'vm share web mv a b'])(
    'refuses "%s" as wrong usage',
    async (words) => {
      const { io, service } = open([]);
      expect(await io.run(words)).toBe(2);
      expect(service.calls).toEqual([]);
    },
  );
});
