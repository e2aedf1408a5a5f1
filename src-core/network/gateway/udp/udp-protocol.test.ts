import { describe, expect, it } from 'vitest';
import type { ForwardSpec } from '../../network-runner.ts';
import { datagram, DB, GATEWAY, Lan, OUTSIDE, OUTSIDE6, readDatagram, WEB, WEB6, GATEWAY6 } from '../testing/lan.ts';
import { EXCHANGE_IDLE_MS, MOST_PEERS, NAME_EXCHANGE_IDLE_MS } from './udp-exchange.ts';
import { MOST_EXCHANGES, MOST_EXCHANGES_OF_A_GUEST } from './udp-exchanges.ts';
import { MOST_FORWARD_PEERS } from './udp-forward.ts';
import type { GuestDatagram, UdpService } from './udp-service.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const ask = (lan: Lan, port: number, to = OUTSIDE, toPort = 5000, text = 'ask'): void =>
  lan.udp(WEB.address, port, to, toPort, text);

/** What guests heard: "from:port to:port text". */
function told(lan: Lan): string[] {
  return lan.heard().map(({ source, destination, protocol, payload }) => {
    if (protocol !== 17) return `${source} says ${payload[0]}.${payload[1]} to ${destination}`;
    const { from, to, text } = readDatagram(payload);
    return `${source} ${from} ${destination} ${to} ${text}`;
  });
}

describe('UDP to the outside', () => {
  it('goes by a socket of this computer, and its answer comes back', () => {
    const lan = new Lan();
    lan.host.udpPeers.set(`${OUTSIDE}:5000`, (data) => Uint8Array.from([...data, 33]));
    ask(lan, 4000);
    lan.host.advance(0);
    expect(told(lan)).toEqual([`${OUTSIDE} 5000 ${WEB.address} 4000 ask!`]);
    expect(lan.gateway.state.flows.udp).toBe(1);
  });

  it('has one socket for each endpoint of a guest, whoever it talks to', () => {
    const lan = new Lan();
    ask(lan, 4000, OUTSIDE);
    ask(lan, 4000, '1.1.1.1');
    ask(lan, 4000, OUTSIDE, 6000);
    ask(lan, 4001, OUTSIDE);
    expect(lan.host.udp.map(({ sent }) => sent.map(({ to }) => `${to.address} ${to.port}`))).toEqual([
      [`${OUTSIDE} 5000`, '1.1.1.1 5000', `${OUTSIDE} 6000`],
      [`${OUTSIDE} 5000`],
    ]);
  });

  it('is not mixed up among guests', () => {
    const lan = new Lan();
    ask(lan, 4000);
    lan.udp(DB.address, 4000, OUTSIDE, 5000, 'ask', { mac: DB.mac });
    lan.host.udp[1]!.receive(bytes('for db'), { address: OUTSIDE, port: 5000 });
    lan.host.udp[0]!.receive(bytes('for web'), { address: OUTSIDE, port: 5000 });
    expect(told(lan)).toEqual([
      `${OUTSIDE} 5000 ${DB.address} 4000 for db`,
      `${OUTSIDE} 5000 ${WEB.address} 4000 for web`,
    ]);
  });

  it('goes over IPv6, with a checksum', () => {
    const lan = new Lan();
    lan.udp(WEB6, 4000, OUTSIDE6, 5000, 'ask');
    expect(lan.host.udp[0]!.at.address).toBe('::');
    lan.host.udp[0]!.receive(bytes('answer'), { address: OUTSIDE6, port: 5000 });
    const solicitation = lan.heard();
    expect(solicitation.map(({ payload }) => payload[0])).toEqual([135]);
    const noChecksum = datagram(4000, 6000, 'none');
    lan.send({ source: WEB6, destination: OUTSIDE6, payload: noChecksum, isRaw: true });
    expect(lan.host.udp[0]!.sent.length).toBe(1);
    lan.send({ source: WEB.address, destination: OUTSIDE, payload: noChecksum, isRaw: true });
    expect(lan.host.udp[1]!.sent.length).toBe(1);
  });

  it('hears nobody that it did not send to', () => {
    const lan = new Lan();
    ask(lan, 4000);
    lan.host.udp[0]!.receive(bytes('evil'), { address: '6.6.6.6', port: 5000 });
    expect(told(lan)).toEqual([]);
    lan.host.udp[0]!.receive(bytes('another port'), { address: OUTSIDE, port: 1069 });
    expect(told(lan)).toEqual([`${OUTSIDE} 1069 ${WEB.address} 4000 another port`]);
  });

  it('hears a bounded number: who was sent to longest ago is heard no more', () => {
    const lan = new Lan();
    for (let at = 0; at <= MOST_PEERS; at++) ask(lan, 4000, `8.8.${at >> 8}.${at & 0xff}`);
    lan.host.udp[0]!.receive(bytes('late'), { address: '8.8.0.0', port: 5000 });
    lan.host.udp[0]!.receive(bytes('in time'), { address: '8.8.0.1', port: 5000 });
    expect(told(lan)).toEqual([`8.8.0.1 5000 ${WEB.address} 4000 in time`]);
  });

  it('tells the guest that nobody listens, when this computer is told so', () => {
    const lan = new Lan();
    lan.host.udpPeers.set(`${OUTSIDE}:5000`, () => 'refused');
    ask(lan, 4000);
    lan.host.advance(0);
    const [error] = lan.heard();
    expect([error!.protocol, error!.payload[0], error!.payload[1]]).toEqual([1, 3, 3]);
    expect([...error!.payload.slice(20, 32)]).toEqual([10, 86, 0, 2, 9, 9, 9, 9, 15, 160, 19, 136]);
  });

  it('says that a port, or a place, is not to be reached', () => {
    const lan = new Lan();
    ask(lan, 4000, '127.0.0.1');
    ask(lan, 4000, GATEWAY);
    ask(lan, 4000, '10.87.0.2');
    expect(told(lan)).toEqual([
      `${GATEWAY} says 3.13 to ${WEB.address}`,
      `${GATEWAY} says 3.3 to ${WEB.address}`,
      `${GATEWAY} says 3.13 to ${WEB.address}`,
    ]);
    expect(lan.host.udp).toEqual([]);
  });

  it('reaches this computer by the address of the gateway, from the moment a person allows it', () => {
    const lan = new Lan();
    lan.gateway.change({ reachesHost: true });
    ask(lan, 4000, GATEWAY);
    expect(lan.host.udp[0]!.sent[0]!.to).toEqual({ address: '127.0.0.1', port: 5000 });
    lan.host.udp[0]!.receive(bytes('hi'), { address: '127.0.0.1', port: 5000 });
    expect(told(lan)).toEqual([`${GATEWAY} 5000 ${WEB.address} 4000 hi`]);
    lan.udp(WEB6, 4000, GATEWAY6, 5000, 'ask');
    expect(lan.host.udp[1]!.sent[0]!.to).toEqual({ address: '::1', port: 5000 });
    lan.gateway.change({ reachesHost: false });
    ask(lan, 4000, GATEWAY);
    expect(lan.host.udp[0]!.sent.length).toBe(1);
  });

  it('ends after two minutes without traffic; questions to name servers sooner', () => {
    const lan = new Lan();
    ask(lan, 4000);
    ask(lan, 4001, OUTSIDE, 53);
    lan.host.advance(NAME_EXCHANGE_IDLE_MS + 5_000);
    expect(lan.host.udp.map(({ disposed }) => disposed)).toEqual([false, true]);
    lan.host.advance(EXCHANGE_IDLE_MS - NAME_EXCHANGE_IDLE_MS - 6_000);
    lan.host.udp[0]!.receive(bytes('still here'), { address: OUTSIDE, port: 5000 });
    lan.host.advance(EXCHANGE_IDLE_MS - 1);
    expect(lan.host.udp[0]!.disposed).toBe(false);
    lan.host.advance(5_000);
    expect([lan.host.udp[0]!.disposed, lan.gateway.state.flows.udp]).toEqual([true, 0]);
  });

  it('has a bounded number of sockets: the least recently used one gives way', () => {
    const lan = new Lan();
    for (let port = 0; port < MOST_EXCHANGES_OF_A_GUEST; port++) ask(lan, 10_000 + port);
    ask(lan, 10_000);
    ask(lan, 50_000);
    const ended = lan.host.udp.map(({ disposed }, at) => (disposed ? at : -1)).filter((at) => at >= 0);
    expect([ended, lan.gateway.state.flows.udp]).toEqual([[1], MOST_EXCHANGES_OF_A_GUEST]);
    for (let at = 0; at < 5_000; at++) lan.udp(`10.86.0.${10 + (at % 200)}`, 1 + at, OUTSIDE, 5000, '');
    expect(lan.host.udp.filter(({ disposed }) => !disposed).length).toBe(MOST_EXCHANGES);
  });

  it.each([
    ['longer than the packet', 4, [0, 12]],
    ['shorter than its header', 4, [0, 7]],
    ['to port 0', 2, [0, 0]],
    ['from port 0', 0, [0, 0]],
  ])('ignores a datagram %s', (_what, at, change) => {
    const lan = new Lan();
    const payload = datagram(4000, 5000, 'abc');
    payload.set(change, at);
    lan.send({ source: WEB.address, destination: OUTSIDE, payload });
    lan.send({ source: WEB.address, destination: OUTSIDE, payload: payload.slice(0, 7), isRaw: true });
    expect(lan.host.udp).toEqual([]);
  });

  it('lets go of everything at the end', () => {
    const lan = new Lan();
    ask(lan, 4000);
    lan.gateway.dispose();
    expect([lan.host.udp[0]!.disposed, lan.host.timers]).toEqual([true, 0]);
  });
});

describe('UDP forwards', () => {
  const spec: ForwardSpec = {
    protocol: 'udp',
    address: '127.0.0.1',
    port: 8053,
    guestAddress: WEB.address,
    guestPort: 53,
    owner: 'web',
  };
  const answer = (lan: Lan, toPort: number, text: string, change: object = {}): void =>
    lan.udp(WEB.address, 53, GATEWAY, toPort, text, change);

  it('show each peer outside as a port of the gateway, so that answers find back', async () => {
    const lan = new Lan();
    await lan.gateway.forward(spec);
    const [socket] = lan.host.udp;
    socket!.receive(bytes('one'), { address: '127.0.0.1', port: 1111 });
    socket!.receive(bytes('two'), { address: '127.0.0.1', port: 2222 });
    socket!.receive(bytes('one again'), { address: '127.0.0.1', port: 1111 });
    expect(told(lan)).toEqual([
      `${GATEWAY} 49152 ${WEB.address} 53 one`,
      `${GATEWAY} 49153 ${WEB.address} 53 two`,
      `${GATEWAY} 49152 ${WEB.address} 53 one again`,
    ]);
    answer(lan, 49_153, 'for two');
    answer(lan, 49_152, 'for one');
    expect(socket!.sent.map(({ to, bytes: data }) => [to.port, String.fromCharCode(...data)])).toEqual([
      [2222, 'for two'],
      [1111, 'for one'],
    ]);
    expect(lan.gateway.state.flows.udp).toBe(2);
  });

  it('take answers of the guest that they lead to only, from its port only', async () => {
    const lan = new Lan();
    await lan.gateway.forward(spec);
    lan.host.udp[0]!.receive(bytes('one'), { address: '127.0.0.1', port: 1111 });
    lan.udp(DB.address, 53, GATEWAY, 49_152, 'forged', { mac: DB.mac });
    lan.udp(WEB.address, 54, GATEWAY, 49_152, 'other');
    answer(lan, 49_153, 'nobody');
    expect(lan.host.udp[0]!.sent).toEqual([]);
  });

  it('say whose the port is when it is taken, and give it back', async () => {
    const lan = new Lan();
    const forward = await lan.gateway.forward(spec);
    await expect(lan.gateway.forward(spec)).rejects.toThrow('8053 is taken');
    forward.dispose();
    expect(lan.host.udp[0]!.disposed).toBe(true);
    await lan.gateway.forward(spec);
    lan.gateway.dispose();
    expect(lan.host.udp[1]!.disposed).toBe(true);
  });

  it('know a bounded number of peers, and forget those that are silent', async () => {
    const lan = new Lan();
    await lan.gateway.forward(spec);
    const [socket] = lan.host.udp;
    for (let at = 0; at < MOST_FORWARD_PEERS * 2; at++)
      socket!.receive(bytes(''), { address: '127.0.0.1', port: 1 + at });
    expect(lan.gateway.state.flows.udp).toBe(MOST_FORWARD_PEERS);
    lan.host.advance(EXCHANGE_IDLE_MS);
    socket!.receive(bytes(''), { address: '127.0.0.1', port: 1 });
    expect(lan.gateway.state.flows.udp).toBe(1);
    for (let at = 0; at < 40_000; at++) socket!.receive(bytes(''), { address: '127.0.0.1', port: 1 + at });
    const ports = lan.heard().map(({ payload }) => readDatagram(payload).from);
    expect([Math.min(...ports), Math.max(...ports)]).toEqual([49_152, 65_535]);
  });
});

describe('ports of outside peers', () => {
  it('are not given to another while they are in use, also when all were used once', async () => {
    const lan = new Lan();
    await lan.gateway.forward({
      protocol: 'udp',
      address: '127.0.0.1',
      port: 8053,
      guestAddress: WEB.address,
      guestPort: 53,
      owner: 'web',
    });
    const [socket] = lan.host.udp;
    const seen: number[] = [];
    for (let at = 0; at < 20_000; at++) {
      if (at % 500 === 0) socket!.receive(bytes('kept'), { address: '127.0.0.2', port: 1 });
      socket!.receive(bytes(''), { address: '127.0.0.1', port: 1 + at });
      for (const { payload } of lan.heard())
        if (readDatagram(payload).text === '') seen.push(readDatagram(payload).from);
    }
    expect([seen.length, seen.includes(49_152)]).toEqual([20_000, false]);
  });
});

describe('services of the gateway', () => {
  function served(change: Partial<UdpService> = {}): { lan: Lan; asked: GuestDatagram[] } {
    const asked: GuestDatagram[] = [];
    const service: UdpService = {
      port: 67,
      receive: (received, reply) => {
        asked.push({ ...received, data: received.data.slice() });
        reply(bytes('offer'));
        reply(bytes('to all'), { address: '255.255.255.255', port: 68 });
        reply(bytes('to it'), { address: '10.86.0.40', port: 68, mac: '52:54:00:00:00:40' });
      },
      ...change,
    };
    return { lan: new Lan({}, [service]), asked };
  }

  it('hear broadcasts of guests that have no address yet, and answer them', () => {
    const { lan, asked } = served();
    lan.udp('0.0.0.0', 68, '255.255.255.255', 67, 'discover', { toMac: 'ff:ff:ff:ff:ff:ff', mac: '52:54:00:00:00:40' });
    expect(asked).toMatchObject([
      { source: '0.0.0.0', sourcePort: 68, destination: '255.255.255.255', sourceMac: '52:54:00:00:00:40' },
    ]);
    const heard = lan.heard();
    expect(
      heard.map(({ toMac, source, destination, payload }) => [toMac, source, destination, readDatagram(payload).from]),
    ).toEqual([
      ['52:54:00:00:00:40', GATEWAY, '0.0.0.0', 67],
      ['ff:ff:ff:ff:ff:ff', GATEWAY, '255.255.255.255', 67],
      ['52:54:00:00:00:40', GATEWAY, '10.86.0.40', 67],
    ]);
    expect(heard.every(({ isChecksumGood, offload }) => isChecksumGood && offload.flags === 0)).toBe(true);
  });

  it('hear what is sent to the gateway, also by a copy with the address of its original', () => {
    const { lan, asked } = served();
    lan.udp(WEB.address, 68, GATEWAY, 67, 'renew', { mac: '52:54:00:00:00:40' });
    expect(asked).toMatchObject([{ source: WEB.address, sourceMac: '52:54:00:00:00:40' }]);
    expect(lan.heard()[0]!.toMac).toBe('52:54:00:00:00:40');
  });

  it('do not stand between a guest and servers outside', () => {
    const { lan, asked } = served({ port: 53 });
    ask(lan, 4000, OUTSIDE, 53);
    expect([asked, lan.host.udp.length]).toEqual([[], 1]);
  });
});
