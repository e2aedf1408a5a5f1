import { describe, expect, it } from 'vitest';
import type { CardView, Connections, ForwardView } from '../../src-core/contract/networks.ts';
import { parseForward } from './commands/forward.ts';
import { FakeIo } from './testing/fake-io.ts';
import { FakeService, machineView } from './testing/fake-service.ts';

const card: CardView = {
  ...{ slot: 0, mac: '52:54:00:00:00:01', network: '0123456789abcdef', connected: true },
  ...{ networkName: 'default', address: '10.86.0.2' },
  traffic: { sentBytes: 1024, sentFrames: 1, receivedBytes: 2048, receivedFrames: 2, droppedFrames: 3 },
};
const forward: ForwardView = {
  ...{ protocol: 'tcp', address: '127.0.0.1', port: 8080, guestPort: 80, state: 'active', failure: null },
};
const failure = { code: 'already-exists', doing: 'forward', because: 'another program has it', data: {} } as const;

function open(before: Connections, after = before): { io: FakeIo; service: FakeService } {
  const give = () => Promise.resolve(after);
  const service = new FakeService({
    connections: {
      list: () => Promise.resolve(before),
      ...{ addCard: give, removeCard: give, changeCard: give, addForward: give, removeForward: give },
    },
  });
  return { io: new FakeIo(service), service };
}

const none: Connections = { cards: [], forwards: [] };
const one: Connections = { cards: [card], forwards: [forward] };

describe('inn vm net', () => {
  it('lists cards', async () => {
    const { io } = open({
      ...one,
      cards: [card, { ...card, slot: 1, connected: false, address: null, traffic: null }],
    });
    expect(await io.run('vm net web ls')).toBe(0);
    expect(io.out).toMatch(/^0 +default +10\.86\.0\.2 +52:54:00:00:00:01 +connected +1K +2K +3$/m);
    expect(io.out).toMatch(/^1 +default +- +52:54:00:00:00:01 +unplugged +- +- +-$/m);
  });

  it.each([
    ['add lab', 'addCard', { network: 'lab' }, 'Machine web has card 0 on network lab, where its address is 10.86.0.2'],
    [
      'add lab --mac 52:54:00:AB:00:01',
      'addCard',
      { network: 'lab', mac: '52:54:00:ab:00:01' },
      'Machine web has card',
    ],
    ['rm 0', 'removeCard', { slot: 0 }, 'Machine web no longer has card 0'],
    ['pull 0', 'changeCard', { slot: 0, connected: false }, 'The cable of card 0 of machine web is out'],
    ['plug 0', 'changeCard', { slot: 0, connected: true }, 'Card 0 of machine web is connected to network default'],
    ['plug 0 lab', 'changeCard', { slot: 0, connected: true, network: 'lab' }, 'Card 0 of machine web is connected'],
  ])('%s', async (words, method, input, text) => {
    const { io, service } = open(none, one);
    expect(await io.run(`vm net web ${words}`)).toBe(0);
    expect(service.calls.at(-1)).toEqual({ method: `connections.${method}`, input: { machine: 'web', ...input } });
    expect(io.out).toContain(text);
  });

  it.each(['', 'add', 'add a b', 'rm', 'rm x', 'rm 0 1', 'pull', 'plug', 'plug 0 a b', 'ls 0', 'rm 0 --mac x', 'mv 0'])(
    'refuses "%s" as wrong usage',
    async (words) => {
      const { io, service } = open(one);
      expect(await io.run(`vm net web ${words}`.trim())).toBe(2);
      expect(service.calls).toEqual([]);
    },
  );
});

describe('inn vm forward', () => {
  it.each([
    ['8080:80', { protocol: 'tcp', address: '127.0.0.1', port: 8080, guestPort: 80 }],
    ['0.0.0.0:5353:53/udp', { protocol: 'udp', address: '0.0.0.0', port: 5353, guestPort: 53 }],
    ['[::1]:8080:80/tcp', { protocol: 'tcp', address: '::1', port: 8080, guestPort: 80 }],
    ['[::]:53', { protocol: 'tcp', address: '::', port: 53 }],
    ['localhost:8080:80', { protocol: 'tcp', address: 'localhost', port: 8080, guestPort: 80 }],
    ['53/udp', { protocol: 'udp', address: '127.0.0.1', port: 53 }],
    ['10.0.0.1:53', { protocol: 'tcp', address: '10.0.0.1', port: 53 }],
  ])('reads "%s"', (text, read) => {
    expect(parseForward(text)).toEqual(read);
  });

  it.each(['', ':80', '::1:80:80', '80:0', '65536:80', '80:80/sctp', '[::1]80:80', '80:80:80:80', 'a b:1:2'])(
    'cannot read "%s"',
    (text) => {
      expect(parseForward(text)).toBeNull();
    },
  );

  it('adds one, and says whether it leads somewhere now', async () => {
    const { io, service } = open(none, one);
    expect(await io.run('vm forward web add 8080:80')).toBe(0);
    expect(service.calls.at(-1)).toEqual({
      method: 'connections.addForward',
      input: { machine: 'web', protocol: 'tcp', address: '127.0.0.1', port: 8080, guestPort: 80 },
    });
    expect(io.out).toBe('127.0.0.1:8080/tcp leads to port 80 of machine web\n');
    const waiting = open(none, { ...none, forwards: [{ ...forward, state: 'waiting' }] }).io;
    await waiting.run('vm forward web add 8080:80');
    expect(waiting.out).toContain('web while that runs');
    const failed = open(none, { ...none, forwards: [{ ...forward, state: 'failed', failure }] }).io;
    await failed.run('vm forward web add 8080:80');
    expect(failed.out).toContain('but does not work: another program has it');
  });

  it('takes one away by its port, or as it was added', async () => {
    const { io, service } = open(one, none);
    await io.run('vm forward web rm 8080');
    await io.run('vm forward web rm [::1]:8080:80/udp');
    expect(service.calls.map(({ input }) => input)).toEqual([
      { machine: 'web', protocol: 'tcp', address: '127.0.0.1', port: 8080 },
      { machine: 'web', protocol: 'udp', address: '::1', port: 8080 },
    ]);
    expect(io.out).toBe(
      '127.0.0.1:8080/tcp no longer leads to machine web\n[::1]:8080/udp no longer leads to machine web\n',
    );
  });

  it('lists them', async () => {
    const { io } = open({ ...none, forwards: [forward, { ...forward, address: '::', state: 'failed', failure }] });
    await io.run('vm forward web ls');
    expect(io.out).toMatch(/^127\.0\.0\.1:8080 +80 +tcp +active$/m);
    expect(io.out).toMatch(/^\[::\]:8080 +80 +tcp +failed: another program has it$/m);
  });

  it.each(['', 'add', 'add 80', 'add 80:80/icmp', 'rm', 'rm x', 'ls 80', 'mv 80:80', 'add 80:80 81:81'])(
    'refuses "%s" as wrong usage',
    async (words) => {
      const { io, service } = open(one);
      expect(await io.run(`vm forward web ${words}`.trim())).toBe(2);
      expect(service.calls).toEqual([]);
    },
  );
});

describe('machines', () => {
  it('are shown with their addresses and ports', async () => {
    const service = new FakeService();
    service.machines.push(machineView({ name: 'a', cards: [card, { ...card, address: null }], forwards: [forward] }));
    const io = new FakeIo(service);
    await io.run('vm ls');
    expect(io.out).toMatch(/^a .* 10\.86\.0\.2 - +-$/m);
    await io.run('vm inspect a');
    expect(io.out).toMatch(/^card 0: +10\.86\.0\.2 on default, 52:54:00:00:00:01, 1K sent, 2K received$/m);
    expect(io.out).toMatch(/^forward: +127\.0\.0\.1:8080->80\/tcp \(active\)$/m);
  });

  it.each([
    ['', undefined],
    ['--network lab --network default', ['lab', 'default']],
    ['--network none', []],
  ])('are made with cards: %s', async (words, networks) => {
    const service = new FakeService({ machines: { create: () => Promise.resolve(machineView()) } });
    const io = new FakeIo(service);
    expect(await io.run(`vm create a ${words}`.trim())).toBe(0);
    expect((service.calls[0]?.input as { networks?: string[] }).networks).toEqual(networks);
  });

  it('are not made with a card and none', async () => {
    const io = new FakeIo(new FakeService());
    expect(await io.run('vm create a --network lab --network none')).toBe(2);
  });
});
