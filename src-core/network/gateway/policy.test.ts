import { describe, expect, it } from 'vitest';
import type { Subnet } from '../network-runner.ts';
import { FakeHostNetwork } from '../testing/fake-host-network.ts';
import { GatewayPolicy } from './policy.ts';

const GATEWAYS = ['10.86.0.1', 'fd12:3456:789a::1', 'fe80::800:ff:fe00:1'];

function policyWith(change: { internal?: boolean; reachesHost?: () => boolean; own?: readonly string[] } = {}): {
  policy: GatewayPolicy;
  host: FakeHostNetwork;
  subnets: Subnet[];
} {
  const host = new FakeHostNetwork();
  host.own = change.own ?? ['127.0.0.1', '::1', '192.168.1.10', '2a00:1450::10', 'fe80::1234%eth0', '172.17.0.1'];
  const subnets: Subnet[] = [
    { address: '10.86.0.0', length: 24 },
    { address: '10.87.0.0', length: 24 },
    { address: 'fd12:3456:789a::', length: 64 },
  ];
  const policy = new GatewayPolicy({
    host,
    gateway: GATEWAYS,
    internal: change.internal ?? false,
    reachesHost: change.reachesHost ?? ((): boolean => false),
    subnets: () => subnets,
  });
  return { policy, host, subnets };
}

const outside = (address: string): object => ({ kind: 'outside', address });

describe('what a guest may reach', () => {
  it.each([
    // Public, and right beside what is prohibited.
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '169.255.0.0',
    '191.255.255.255',
    '192.0.1.0',
    '192.0.3.0',
    '192.88.98.255',
    '192.88.100.0',
    '198.51.99.255',
    '198.51.101.0',
    '203.0.112.255',
    '203.0.114.0',
    '223.255.255.255',
    '192.31.196.1',
    '192.52.193.1',
    '192.175.48.1',
    '1.0.0.0',
    // The private networks around this computer, and what carriers and tunnels use.
    '10.0.0.1',
    '10.88.0.1',
    '10.85.255.255',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '192.168.1.11',
    '100.64.0.1',
    '198.18.0.5',
    '2606:4700::1111',
    '2a00:1450:4001:800::200e',
    '2001:4860:4860::8888',
    '2001:200::1',
    '2620:fe::fe',
    '3fff:1000::1',
    '2001:db7:ffff::1',
    'fc00::1',
    'fd00::1',
    'fd12:3456:789b::1',
    '2620:4f:8000::1',
    '2001:3::1',
    '2001:4:112::1',
    '2001:20::1',
    '2001:30::1',
    '2001:2::1',
    // Documentation, of which laboratories build networks.
    '192.0.2.1',
    '198.51.100.1',
    '203.0.113.1',
    '2001:db8::1',
    '3fff::1',
    // An address outside, by a translator or tunnel.
    '64:ff9b::808:808',
    '2002:808:808::1',
  ])('%s is outside', (address) => {
    expect(policyWith().policy.decide(address)).toEqual(outside(address));
  });

  it.each([
    ['unspecified', ['0.0.0.0', '0.0.0.1', '0.255.255.255', '::']],
    ['the loopback', ['127.0.0.1', '127.0.0.2', '127.1.2.3', '127.255.255.255', '::1']],
    [
      'link-local',
      ['169.254.0.0', '169.254.169.254', '169.254.255.255', 'fe80::1', 'fe80::1234', 'febf::1', 'fec0::1'],
    ],
    [
      'protocol assignments',
      ['192.0.0.1', '192.0.0.9', '192.0.0.170', '2001:1::1', '2001:1::2', '2001:1ff::1', '2001:5::1'],
    ],
    ['deprecated', ['192.88.99.1', '2001:10::1']],
    ['multicast', ['224.0.0.1', '239.255.255.250', 'ff02::1', 'ff0e::1']],
    [
      'reserved',
      [
        '240.0.0.1',
        '255.255.255.254',
        '4000::1',
        '5f00::1',
        '::2:0',
        '1::1',
        '200::1',
        '8000::1',
        'e000::1',
        'fe00::1',
      ],
    ],
    ['broadcast', ['255.255.255.255']],
    ['discarded', ['100::1', '100:0:0:1::1']],
    [
      'no address',
      ['', 'localhost', '127.1', '0x7f000001', '2130706433', '127.0.0.1:80', '[::1]', '::1%lo', '8.8.8.8 '],
    ],
  ])('%s is prohibited', (_what, addresses) => {
    const { policy } = policyWith({ reachesHost: () => true });
    for (const address of addresses)
      expect([address, policy.decide(address)]).toEqual([address, { kind: 'prohibited' }]);
  });

  it('prohibits IPv4 in IPv6 that never goes over a wire, whatever it embeds', () => {
    const { policy } = policyWith();
    for (const address of [
      '::ffff:127.0.0.1',
      '::ffff:8.8.8.8',
      '::127.0.0.1',
      '::8.8.8.8',
      '::ffff:0:8.8.8.8',
      '64:ff9b:1::808:808',
    ]) {
      expect([address, policy.decide(address)]).toEqual([address, { kind: 'prohibited' }]);
    }
  });

  it.each([
    '127.0.0.1',
    '169.254.169.254',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '192.168.1.10',
    '10.86.0.1',
    '10.86.0.7',
    '10.87.0.2',
  ])('sees through translators and tunnels that %s is embedded', (embedded) => {
    const { policy } = policyWith({ reachesHost: () => true });
    const hex = embedded.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
    const groups = `${hex[0]}${hex[1]}:${hex[2]}${hex[3]}`;
    const inverted = embedded.split('.').map((part) => (255 - Number(part)).toString(16).padStart(2, '0'));
    const forms = [
      `64:ff9b::${embedded}`,
      `2002:${groups}::1`,
      `2001:0:${groups}:0:0:f7f7:f7f7`,
      `2001:0:808:808:0:0:${inverted[0]}${inverted[1]}:${inverted[2]}${inverted[3]}`,
    ];
    for (const form of forms) expect([form, policy.decide(form)]).toEqual([form, { kind: 'prohibited' }]);
  });

  it('lets Teredo through when both ends that it embeds are outside', () => {
    expect(policyWith().policy.decide('2001:0:808:808::f7f7:f7f7')).toEqual(outside('2001:0:808:808::f7f7:f7f7'));
  });

  it("prohibits this computer's own addresses, however they are written", () => {
    const { policy } = policyWith();
    for (const address of ['192.168.1.10', '172.17.0.1', '2a00:1450::10', '2A00:1450:0:0:0:0:0:10', 'fe80::1234']) {
      expect([address, policy.decide(address)]).toEqual([address, { kind: 'prohibited' }]);
    }
  });

  it('reads the own addresses anew at every flow: this computer moves', () => {
    const { policy, host } = policyWith();
    expect(policy.decide('192.168.7.7').kind).toBe('outside');
    host.own = ['192.168.7.7'];
    expect(policy.decide('192.168.7.7').kind).toBe('prohibited');
    expect(policy.decide('192.168.1.10').kind).toBe('outside');
  });

  it('prohibits every virtual network, its broadcast address too, and those that come later', () => {
    const { policy, subnets } = policyWith();
    for (const address of ['10.86.0.0', '10.86.0.9', '10.86.0.255', '10.87.0.1', '10.87.0.255', 'fd12:3456:789a::5']) {
      expect([address, policy.decide(address)]).toEqual([address, { kind: 'prohibited' }]);
    }
    expect(policy.decide('10.88.0.1').kind).toBe('outside');
    subnets.push({ address: '10.88.0.0', length: 24 });
    expect(policy.decide('10.88.0.1').kind).toBe('prohibited');
  });

  it("takes the gateway's address for this computer only while a person allows it", () => {
    let allowed = true;
    const { policy } = policyWith({ reachesHost: () => allowed });
    expect(policy.decide('10.86.0.1')).toEqual({ kind: 'this-computer', address: '127.0.0.1' });
    expect(policy.decide('fd12:3456:789a::1')).toEqual({ kind: 'this-computer', address: '::1' });
    expect(policy.decide('fe80::800:ff:fe00:1')).toEqual({ kind: 'this-computer', address: '::1' });
    allowed = false;
    for (const address of GATEWAYS) expect(policy.decide(address)).toEqual({ kind: 'prohibited' });
  });

  it('lets nothing out of an internal network; this computer only by its own permission', () => {
    const { policy } = policyWith({ internal: true });
    for (const address of ['1.1.1.1', '192.168.1.1', '2606:4700::1111', '10.86.0.1', 'fd00::1']) {
      expect([address, policy.decide(address)]).toEqual([address, { kind: 'prohibited' }]);
    }
    const allowed = policyWith({ internal: true, reachesHost: () => true }).policy;
    expect(allowed.decide('10.86.0.1').kind).toBe('this-computer');
    expect(allowed.decide('1.1.1.1').kind).toBe('prohibited');
  });

  it('decides alike however a guest came to the address: a name that changed its mind leads nowhere new', () => {
    const { policy } = policyWith();
    const answersOfHostileNameServer = ['93.184.216.34', '127.0.0.1', '93.184.216.34', '::ffff:7f00:1', '192.168.1.10'];
    expect(answersOfHostileNameServer.map((address) => policy.decide(address).kind)).toEqual([
      'outside',
      'prohibited',
      'outside',
      'prohibited',
      'prohibited',
    ]);
  });
});
