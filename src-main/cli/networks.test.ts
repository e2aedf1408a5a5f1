import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ServerStream } from '../../src-core/contract/define.ts';
import type { NetworkView, PacketSummary } from '../../src-core/contract/networks.ts';
import { FakeIo } from './testing/fake-io.ts';
import { FakeService } from './testing/fake-service.ts';

type Captured = { packets: number; droppedPackets: number };

const lab: NetworkView = {
  id: '0123456789abcdef',
  name: 'lab',
  subnet: '10.86.0.0/24',
  gateway: '10.86.0.1',
  subnet6: 'fd12::/64',
  gateway6: 'fd12::1',
  internal: false,
  reachesHost: false,
  conditions: { delayMs: 20, lossPercent: 0, bitsPerSecond: null },
  createdAt: 0,
  guests: [
    {
      machine: 'id-a',
      machineName: 'web',
      running: true,
      card: {
        slot: 0,
        mac: '52:54:00:00:00:01',
        network: '0123456789abcdef',
        connected: true,
        networkName: 'lab',
        address: '10.86.0.2',
        traffic: { sentBytes: 1024, sentFrames: 1, receivedBytes: 2048, receivedFrames: 2, droppedFrames: 0 },
      },
      seenAddresses: ['10.86.0.2', 'fd12::2'],
      forwards: [{ protocol: 'tcp', address: '::1', port: 8080, guestPort: 80, state: 'active', failure: null }],
    },
  ],
  flows: { tcp: 3, udp: 1, echo: 0 },
};

function open(): { io: FakeIo; service: FakeService } {
  const give = () => Promise.resolve(lab);
  const service = new FakeService({
    networks: {
      list: () => Promise.resolve([lab]),
      inspect: give,
      create: give,
      change: ({ name, conditions, reachesHost }) =>
        Promise.resolve({
          ...lab,
          ...(name === undefined ? {} : { name }),
          ...(conditions === undefined ? {} : { conditions }),
          ...(reachesHost === undefined ? {} : { reachesHost }),
        }),
      remove: () => Promise.resolve({}),
    },
  });
  return { io: new FakeIo(service), service };
}

const inputOf = (service: FakeService, method: string) => service.calls.find((call) => call.method === method)?.input;

describe('inn net', () => {
  it('lists networks, and shows who is on one', async () => {
    const { io } = open();
    expect(await io.run('net ls')).toBe(0);
    expect(io.out).toMatch(/^lab +10\.86\.0\.0\/24 +fd12::\/64 +the world +1 +20 ms delay$/m);
    const one = open().io;
    await one.run('net inspect lab');
    expect(one.out).toMatch(/^carries: +3 TCP, 1 UDP, 0 echo/m);
    expect(one.out).toMatch(
      /^web +0 +52:54:00:00:00:01 +10\.86\.0\.2 fd12::2 +connected +1K sent, 2K received +\[::1\]:8080->80\/tcp$/m,
    );
  });

  it('makes and deletes them', async () => {
    const { io, service } = open();
    await io.run('net create lab');
    await io.run('net create lab --subnet 10.86.0.0/24 --internal --reach-host --json');
    await io.run('net rm lab');
    expect(service.calls.map(({ input }) => input)).toEqual([
      { name: 'lab', internal: false, reachesHost: false },
      { name: 'lab', internal: true, reachesHost: true, subnet: '10.86.0.0/24' },
      { network: 'lab' },
    ]);
    expect(io.out).toMatch(/^Created network lab: 10\.86\.0\.0\/24, fd12::\/64\n\{[^]*\}\nDeleted network lab\n$/);
  });

  it('renames one, and lets its machines reach this computer or not', async () => {
    const { io, service } = open();
    await io.run('net set lab --name yard --reach-host on');
    expect(service.calls[0]?.input).toEqual({ network: 'lab', name: 'yard', reachesHost: true });
    expect(io.out).toBe('Renamed network lab to yard\nMachines on network yard reach this computer\n');
    await io.run('net set lab --reach-host off');
    expect(service.calls[1]?.input).toEqual({ network: 'lab', reachesHost: false });
  });

  it('makes lines worse in one way and leaves the others as they are, or makes them perfect', async () => {
    const { io, service } = open();
    await io.run('net link lab --loss 0.5% --rate 10M');
    expect(inputOf(service, 'networks.change')).toEqual({
      network: 'lab',
      conditions: { delayMs: 20, lossPercent: 0.5, bitsPerSecond: 10_000_000 },
    });
    expect(io.out).toBe('Lines of network lab: 20 ms delay, 0.5 % loss, 10 Mbit/s\n');
    const perfect = open();
    await perfect.io.run('net link lab --none');
    expect(inputOf(perfect.service, 'networks.change')).toEqual({
      network: 'lab',
      conditions: { delayMs: 0, lossPercent: 0, bitsPerSecond: null },
    });
    expect(perfect.io.out).toContain('perfect');
  });

  it.each([
    ...['net link lab', 'net link lab --none --delay 1s', 'net link lab --loss 101', 'net link lab --rate fast'],
    ...['net set lab', 'net set lab --reach-host maybe', 'net create', 'net capture lab', 'net capture lab f --for 3'],
  ])('refuses "%s" as wrong usage', async (words) => {
    const { io, service } = open();
    expect(await io.run(words)).toBe(2);
    expect(service.calls).toEqual([]);
  });

  it('completes names of networks', async () => {
    const { io } = open();
    await io.run('complete-words -- net link l');
    expect(io.out).toBe('lab\n');
    const words = open().io;
    await words.run('complete-words -- net create l');
    expect(words.out).toBe('');
  });
});

describe('a capture', () => {
  let folder: string;
  let stream: ServerStream<object, Captured> | undefined;
  let service: FakeService;
  let io: FakeIo;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'inn-capture-'));
    stream = undefined;
    const take = (_: unknown, opened: ServerStream<object, Captured>) => {
      stream = opened;
      opened.onFinish(() => opened.end({ packets: 2, droppedPackets: 1 }));
      return Promise.resolve({});
    };
    service = new FakeService({ networks: { capture: take, packets: take } });
    io = new FakeIo(service);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const opened = () => expect.poll(() => stream !== undefined && io.listensTo.includes('SIGINT')).toBe(true);

  it('is written as it comes until Ctrl-C, and counted', async () => {
    const file = join(folder, 'a.pcap');
    const done = io.run(`net capture lab ${file} --vm web --filter tcp`);
    await opened();
    await stream?.write(Uint8Array.of(1, 2, 3));
    await stream?.write(Uint8Array.of(4));
    io.signal('SIGINT');
    expect(await done).toBe(0);
    expect(service.calls[0]?.input).toEqual({ network: 'lab', machine: 'web', filter: 'tcp' });
    expect([...(await readFile(file))]).toEqual([1, 2, 3, 4]);
    expect(io.err).toBe('Capturing until Ctrl-C\n');
    expect(io.out).toBe(`Wrote 2 packets to ${file}; 1 more came too fast\n`);
  });

  it('does not write over a file, and lets the service go', async () => {
    const file = join(folder, 'a.pcap');
    const first = io.run(`net capture lab ${file}`);
    await opened();
    io.signal('SIGTERM');
    await first;
    let closed = false;
    const again = new FakeService({
      networks: {
        capture: (_, opened_) => {
          opened_.onClose(() => (closed = true));
          return Promise.resolve({});
        },
      },
    });
    const other = new FakeIo(again);
    expect(await other.run(`net capture lab ${file}`)).toBe(1);
    expect(other.err).toContain('there is a file already');
    await expect.poll(() => closed).toBe(true);
  });

  it('ends by itself when its time is over, and goes to standard output as nothing but bytes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const done = io.run('net capture lab - --for 10s');
      while (!io.listensTo.includes('SIGINT')) await new Promise(setImmediate);
      await stream?.write(Uint8Array.of(0, 255));
      await vi.advanceTimersByTimeAsync(10_000);
      expect(await done).toBe(0);
    } finally {
      vi.useRealTimers();
    }
    expect([...io.outBytes]).toEqual([0, 255]);
    expect(io.err).toBe('');
  });

  it('is shown as a line for each packet, also when lines come in pieces', async () => {
    const packet: PacketSummary = {
      ...{ number: 1, at: 1_000, from: 'x', source: '10.86.0.2', destination: '10.86.0.1', protocol: 'DNS' },
      ...{ bytes: 72, info: 'query A web.inn\u001b[2J' },
    };
    const bytes = new TextEncoder().encode(`${JSON.stringify(packet)}\n`.repeat(2));
    const done = io.run('net packets lab');
    await opened();
    await stream?.write(bytes.slice(0, 30));
    await stream?.write(bytes.slice(30));
    io.signal('SIGINT');
    await done;
    const line = '00:00:01.000  10.86.0.2 → 10.86.0.1  DNS  72  query A web.inn [2J\n';
    expect(io.out).toBe(line + line);
  });
});
