import { createHash, randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CardSpec, NetworkSpec } from '../../../src-core/network/network-runner.ts';
import { PERFECT_LINK } from '../../../src-core/network/network-runner.ts';
import { DEVICE, whyNoLinuxGuest, type LinuxGuest } from './testing/linux-guest.ts';
import { NetworkHere } from './testing/network-here.ts';

const SPEC: NetworkSpec = {
  id: '00112233aabbccdd',
  name: 'default',
  subnet: { address: '10.86.7.0', length: 24 },
  subnet6: { address: 'fd86:7:7:7::', length: 64 },
  internal: false,
  reachesHost: false,
  conditions: PERFECT_LINK,
};
const GATEWAY = '10.86.7.1';
const GATEWAY6 = 'fd86:7:7:7::1';
const WEB: CardSpec = { key: 'web/0', name: 'web', mac: '52:54:00:86:07:02', address: '10.86.7.2' };
const DB: CardSpec = { key: 'db/0', name: 'db', mac: '52:54:00:86:07:03', address: '10.86.7.3' };
const WEB6 = 'fd86:7:7:7:5054:ff:fe86:702';
const IPERF_PORT = String(42_000 + (process.pid % 10_000));
/** What dhclient calls with what it was given. */
const CONFIGURE = `#!/bin/sh
case "$reason" in BOUND|RENEW|REBIND|REBOOT) ;; *) exit 0;; esac
env > "\${0%/*}/lease-$new_host_name"
ip address replace "$new_ip_address/24" broadcast "$new_broadcast_address" dev "$interface"
ip link set "$interface" mtu "$new_interface_mtu"
ip route replace default via "$new_routers"
`;

const reason = whyNoLinuxGuest();
// Where all tests are to run, none is left out.
if (reason !== null && process.env.CI && process.getuid?.() === 0) throw new Error(`No Linux guest: ${reason}`);
if (reason !== null) console.warn(`Linux's own kernel is no guest here: ${reason}`);

describe.skipIf(reason !== null)('the kernel of this computer, and other programs, as guests', () => {
  const folder = mkdtempSync(join(tmpdir(), 'inn-linux-guest-'));
  const content = randomBytes(8 * 1024 * 1024);
  let here: NetworkHere;
  let web: LinuxGuest;
  let db: LinuxGuest;
  let server: Server;
  let capture: { stop(): { packets: number; droppedPackets: number } };
  const captured: Uint8Array[] = [];

  beforeAll(async () => {
    here = new NetworkHere(SPEC);
    capture = here.network.capture({ form: 'pcap', take: (bytes) => captured.push(bytes.slice()) > 0 });
    web = await here.plug(WEB, folder, GATEWAY);
    db = await here.plug(DB, folder, GATEWAY);
    writeFileSync(join(folder, 'configure'), CONFIGURE);
    chmodSync(join(folder, 'configure'), 0o755);
    server = createServer((request, response) => {
      const hash = createHash('sha256');
      request.on('data', (bytes: Buffer) => hash.update(bytes));
      request.on('end', () => response.end(request.method === 'GET' ? content : hash.digest('hex')));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });

  afterAll(async () => {
    server.close();
    await here.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function lease(guest: LinuxGuest): Promise<Record<string, string>> {
    const name = guest.card.name;
    const files = ['-lf', join(folder, `${name}.leases`), '-pf', join(folder, `${name}.pid`)];
    const config = join(folder, 'dhclient.conf');
    const wanted = 'subnet-mask, routers, domain-name-servers, domain-name, domain-search, host-name, interface-mtu';
    writeFileSync(config, `request ${wanted}, broadcast-address;\n`);
    await guest.must('dhclient', '-1', '-v', '-sf', join(folder, 'configure'), '-cf', config, ...files, DEVICE);
    const lines = readFileSync(join(folder, `lease-${name}`), 'utf8').split('\n');
    const given = lines.filter((line) => line.startsWith('new_')).map((line) => line.split('=', 2) as [string, string]);
    return Object.fromEntries(given);
  }

  test('dhclient gets each card its address, and everything that goes with it', async () => {
    expect(await lease(web)).toMatchObject({
      new_ip_address: WEB.address,
      new_subnet_mask: '255.255.255.0',
      new_routers: GATEWAY,
      new_domain_name_servers: GATEWAY,
      new_domain_name: 'inn',
      new_domain_search: 'inn.',
      new_host_name: 'web',
      new_interface_mtu: '1500',
      new_broadcast_address: '10.86.7.255',
      new_dhcp_server_identifier: GATEWAY,
      new_dhcp_lease_time: '86400',
    });
    expect((await lease(db)).new_ip_address).toBe(DB.address);
  });

  test('the kernel makes itself an IPv6 address of the network', async () => {
    await expect
      .poll(async () => (await web.must('ip', '-6', 'address', 'show', 'dev', DEVICE)).includes(`${WEB6}/64`), {
        timeout: 20_000,
      })
      .toBe(true);
    // It answers to that address, so knows it: while the kernel still tries it out, it would use its link-local one.
    const ping = ['ping', '-n', '-c', '1', '-W', '1', '-I', WEB6, GATEWAY6] as const;
    await expect.poll(async () => (await web.run(...ping)).code, { timeout: 20_000 }).toBe(0);
  });

  test('ping is answered, also at full size and in fragments, and by the names of guests', async () => {
    for (const size of ['56', '1472', '20000'])
      await web.must('ping', '-n', '-c', '2', '-i', '0.2', '-W', '2', '-s', size, GATEWAY);
    await web.must('ping', '-c', '1', '-W', '2', 'gateway.inn');
    await web.must('ping', '-4', '-c', '1', '-W', '2', 'db');
    await db.must('ping', '-4', '-c', '1', '-W', '2', 'WEB.inn');
  });

  async function dig(...args: string[]): Promise<string> {
    return web.must('dig', '+time=2', '+tries=1', `@${GATEWAY}`, ...args);
  }

  test('dig gets names, addresses, and that there are none, by UDP and TCP', async () => {
    expect(await dig('+short', 'db.inn')).toBe(`${DB.address}\n`);
    expect(await dig('+short', '+tcp', 'db.inn')).toBe(`${DB.address}\n`);
    expect(await dig('+short', 'web.inn', 'AAAA')).toBe(`${WEB6}\n`);
    expect(await dig('+short', '-x', DB.address)).toBe('db.inn.\n');
    expect(await dig('+short', '-x', WEB6)).toBe('web.inn.\n');
    expect(await dig('+short', '-x', GATEWAY6)).toBe('gateway.inn.\n');
    expect(await dig('+short', `@${GATEWAY6}`, 'gateway.inn', 'AAAA')).toBe(`${GATEWAY6}\n`);
    const nobody = await dig('nobody.inn');
    expect(nobody).toMatch(/status: NXDOMAIN/);
    expect(nobody).toMatch(/flags: qr aa rd ra; QUERY: 1, ANSWER: 0, AUTHORITY: 1/);
    expect(nobody).toMatch(/^inn\.\s+10\s+IN\s+SOA\s+gateway\.inn\. nobody\.invalid\. 1 3600 1200 604800 10$/m);
    expect(await dig('host.inn')).toMatch(/status: NXDOMAIN/);
    expect(await dig('inn', 'AXFR', '+tcp')).toMatch(/Transfer failed|REFUSED/);
    expect(await dig('+noedns', '-t', 'TXT', 'db.inn')).toMatch(/status: NOERROR[^]*ANSWER: 0, AUTHORITY: 1/);
    expect(await dig('+short', '-c', 'CH', '-t', 'TXT', 'version.bind')).toBe('');
    // Nothing of it may be malformed: dig says so.
    expect(nobody).not.toMatch(/WARNING|malformed/i);
  });

  test('the host is out of reach until a person allows it, and then curl gets its file whole', async () => {
    const { port } = server.address() as AddressInfo;
    const url = `http://${GATEWAY}:${port}/`;
    expect((await web.run('curl', '-sS', '-m', '5', url)).code).not.toBe(0);
    here.network.change({ reachesHost: true });
    const path = join(folder, 'fetched');
    await web.must('curl', '-sS', '-m', '60', '-o', path, `http://host.inn:${port}/`);
    expect(readFileSync(path).equals(content)).toBe(true);
    const sent = await web.must('curl', '-sS', '-m', '60', '--data-binary', `@${path}`, url);
    expect(sent).toBe(createHash('sha256').update(content).digest('hex'));
  });

  test('iperf3 runs both ways, by TCP and UDP', async () => {
    const iperf = spawn('iperf3', ['-s', '-B', '127.0.0.1', '-p', IPERF_PORT], { stdio: 'ignore' });
    try {
      const rates: Record<string, number> = {};
      for (const [name, ...extra] of [['out'], ['in', '-R'], ['datagrams', '-u', '-b', '50M', '-l', '1200']] as const) {
        const said = await web.must('iperf3', '-c', 'host.inn', '-4', '-p', IPERF_PORT, '-t', '1', '-J', ...extra);
        const { end } = JSON.parse(said) as { end: Record<string, { bits_per_second: number; lost_percent?: number }> };
        rates[name] = Math.round((end.sum_received ?? end.sum)!.bits_per_second / 1e6);
        expect(rates[name]).toBeGreaterThan(1);
      }
      console.log('Mbit/s by iperf3, through QEMU and a TAP device:', rates);
    } finally {
      iperf.kill();
    }
  });

  test('tshark finds nothing malformed and no wrong checksum in what was captured', async () => {
    const path = join(folder, 'all.pcap');
    const counts = capture.stop();
    writeFileSync(path, Buffer.concat(captured));
    const checks = ['ip.check_checksum', 'tcp.check_checksum', 'udp.check_checksum'].flatMap((check) => [
      '-o',
      `${check}:TRUE`,
    ]);
    // It would take random bytes for what usually is at their port, and can stay at that for minutes.
    const { port } = server.address() as AddressInfo;
    const ports = [`tcp.port==${port}`, `tcp.port==${IPERF_PORT}`, `udp.port==${IPERF_PORT}`];
    const plain = ports.flatMap((each) => ['-d', `${each},data`]);
    const count = async (filter: string): Promise<string[]> => {
      const lines = await web.must('tshark', '-r', path, ...checks, ...plain, '-Y', filter);
      return lines.split('\n').filter((line) => line !== '');
    };
    const wrong = ['ip', 'tcp', 'udp', 'icmp', 'icmpv6'].map((protocol) => `${protocol}.checksum.status == "Bad"`);
    // Linux writes the other zero where a sum that it does not leave to the card comes to nothing, also for TCP, and
    // tshark calls that bad.
    const otherZeroOfLinux = `tcp.checksum == 0xffff && eth.src in {${WEB.mac}, ${DB.mac}}`;
    expect(await count(`(${wrong.join(' || ')}) && !(${otherZeroOfLinux})`)).toEqual([]);
    const known = ['arp', 'icmp', 'icmpv6', 'dns', 'dhcp', 'tcp.len == 0'].join(' || ');
    expect(await count(`(_ws.malformed || _ws.expert.severity == error) && (${known})`)).toEqual([]);
    expect((await count('dns')).length).toBeGreaterThan(20);
    expect((await count('dhcp')).length).toBeGreaterThanOrEqual(8);
    expect(counts.packets).toBeGreaterThan(1000);
  });
});
