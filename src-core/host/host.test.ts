import { describe, expect, it } from 'vitest';
import { formatBytes } from '../base/format-bytes.ts';
import { admitDefinition, admitStart, machineLimits } from './admission.ts';
import { HostModel } from './host-model.ts';
import { PortLeases } from './port-leases.ts';
import { FakeMeter } from './testing/fake-meter.ts';

const MIB = 1024 * 1024;
const request = (memoryBytes: number): { doing: string; processors: number; memoryBytes: number } => ({
  doing: 'start machine web',
  processors: 1,
  memoryBytes,
});

describe('admission', () => {
  it('ends at what a machine can have, and on small computers at what these have', () => {
    const { facts } = new FakeMeter();
    expect(machineLimits(facts)).toEqual({ processors: 8, memoryBytes: 3968 * MIB });
    expect(machineLimits({ ...facts, memoryBytes: 1024 * MIB }).memoryBytes).toBe(768 * MIB);
  });

  it('takes exactly the limit and refuses one step more, with figures', () => {
    const { facts } = new FakeMeter();
    admitDefinition(request(3968 * MIB), facts);
    expect(() => admitDefinition(request(3969 * MIB), facts)).toThrow(
      expect.objectContaining({ code: 'no-room', data: expect.objectContaining({ limitBytes: 3968 * MIB }) }),
    );
  });

  it('starts what fits into what is available now', async () => {
    const meter = new FakeMeter();
    meter.availableBytes = 1000 * MIB;
    admitStart(request(744 * MIB), meter.facts, await meter.measure());
    const now = await meter.measure();
    expect(() => admitStart(request(745 * MIB), meter.facts, now)).toThrow(/needs 745 MiB.*744 MiB of this computer/);
  });
});

describe('the host model', () => {
  it('adds up what is promised and used, of running guests only but for their disks', async () => {
    const share = (guest: string, running: boolean, used: number) => ({
      guest,
      guestName: guest,
      running,
      processors: { promised: 1, used: used / 10 },
      memoryBytes: { promised: 256 * MIB, used: used * MIB },
      diskBytes: { promised: 1000, used: 10 },
    });
    const account = await new HostModel(new FakeMeter()).account([
      share('a', true, 2),
      share('b', false, 0),
      share('c', true, 5),
    ]);
    expect(account.memory).toMatchObject({ promised: 512 * MIB, used: 7 * MIB, usedByAll: 2048 * MIB });
    expect(account.memory.shares.map(({ guest }) => guest)).toEqual(['c', 'a']);
    expect(account.processor).toMatchObject({ total: 4, promised: 2, usedByAll: 0.5 });
    expect(account.disk).toMatchObject({ promised: 3000, used: 30, usedByAll: 30 * 1024 ** 3, path: '/data' });
  });
});

describe('port leases', () => {
  const port = { address: '127.0.0.1', port: 8080, protocol: 'tcp' as const, owner: 'window in a browser' };

  it('are held by one, and name the holder to whoever else wants the port', () => {
    const leases = new PortLeases();
    const lease = leases.lease(port);
    expect(() => leases.lease({ ...port, owner: 'web' })).toThrow(/held by window in a browser on 127\.0\.0\.1/);
    expect(() => leases.lease({ ...port, address: '0.0.0.0' })).toThrow(/held by/);
    leases.lease({ ...port, protocol: 'udp' });
    leases.lease({ ...port, address: '192.0.2.1' });
    lease.dispose();
    lease.dispose();
    leases.lease({ ...port, owner: 'web' });
    expect(leases.list()).toHaveLength(3);
  });
});

describe('sizes', () => {
  it('read as people write them', () => {
    expect([0, 1023, 1024, 1536 * MIB, 256 * MIB, 3968 * MIB].map(formatBytes)).toEqual([
      '0 B',
      '1023 B',
      '1 KiB',
      '1.5 GiB',
      '256 MiB',
      '3.9 GiB',
    ]);
  });
});
