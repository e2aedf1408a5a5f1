/**
 * What a guest gets of the network, beside QEMU's user-mode network with the same guest: throughput both ways (iperf3),
 * round trips and connections a second through a forwarded port.
 *
 *     npm run -s bench:network        needs the image debian-13, qemu-system-riscv64, qemu-img and iperf3
 *
 * The guest gets iperf3 from its own packages, through the network that is measured.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runScript } from '../src-main/service/testing/exec-lines.ts';
import {
  awaitEcho,
  connections,
  ECHO_PORT,
  GUEST_PROGRAM,
  GUEST_UNIT,
  iperfServer,
  roundTrips,
} from './network/measure.ts';
import type { NetworkFigures } from './network/measure.ts';
import { measureQemu } from './network/qemu-user.ts';
import { BenchService } from './service/bench-service.ts';

const IMAGE = 'debian-13';
const NAME = 'bench';
const MEMORY_BYTES = 512 * 2 ** 20;
const PORT = { ours: 17_777, qemu: 17_778 };
const PROGRAM = '/root/bench-network';

const bench = await BenchService.open(IMAGE);
const { machines, networks, connections: cards } = bench.service.handlers;

async function inGuest(script: string): Promise<void> {
  const lines: string[] = [];
  const status = await runScript(machines.exec, NAME, `${script} 2>&1`, (line) => lines.push(line));
  if (status !== 0) throw new Error(`in the guest, status ${status}: ${script}\n${lines.slice(-10).join('\n')}`);
}

async function put(path: string, text: string): Promise<void> {
  await inGuest(`echo ${Buffer.from(text).toString('base64')} | base64 -d >${path}`);
}

/** A stopped machine with iperf3 and the guest's program on its disk. @returns the disk */
async function prepare(): Promise<string> {
  await bench.running(NAME, MEMORY_BYTES);
  await inGuest('until getent hosts gateway.inn >/dev/null; do sleep 0.5; done');
  await inGuest('apt-get update; DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends iperf3');
  await put(PROGRAM, GUEST_PROGRAM);
  await put('/etc/systemd/system/bench-network.service', GUEST_UNIT);
  await inGuest(`chmod +x ${PROGRAM} && systemctl enable bench-network && sync`);
  const disk = join(bench.folder, 'guest.qcow2');
  await machines.stop({ machine: NAME, graceMs: 120_000 });
  while ((await machines.inspect({ machine: NAME })).state !== 'stopped')
    await new Promise((go) => setTimeout(go, 100));
  const top = (await machines.inspect({ machine: NAME })).disks[0]?.path ?? '';
  spawnSync('qemu-img', ['convert', '-O', 'qcow2', top, disk], { stdio: 'inherit' });
  return disk;
}

async function measureOurs(): Promise<NetworkFigures> {
  const { gateway } = await networks.change({ network: 'default', reachesHost: true });
  await cards.addForward({
    machine: NAME,
    protocol: 'tcp',
    address: '127.0.0.1',
    port: PORT.ours,
    guestPort: ECHO_PORT,
  });
  await machines.start({ machine: NAME });
  await bench.agentAnswers(NAME);
  const iperf = iperfServer();
  void runScript(machines.exec, NAME, `${PROGRAM} ${gateway} 10`);
  await awaitEcho(PORT.ours, 60_000);
  const { fromGuest, toGuest } = await iperf;
  const roundTripMs = await roundTrips(PORT.ours);
  const connectionsPerSecond = await connections(PORT.ours);
  await machines.kill({ machine: NAME });
  return { fromGuest, toGuest, roundTripMs, connectionsPerSecond };
}

function line(what: string, unit: string, ours: number, theirs: number, ratio: number): void {
  const cell = (value: number): string => value.toFixed(2).padStart(9);
  console.log(`  ${what.padEnd(28)}${cell(ours)}${cell(theirs)} ${unit.padEnd(6)} ${ratio.toFixed(2)} times as good`);
}

try {
  const disk = await prepare();
  const ours = await measureOurs();
  console.log('Innkeeper', ours);
  const image = join(bench.folder, 'images', IMAGE);
  const { boot } = JSON.parse(readFileSync(join(image, 'image.json'), 'utf8')) as { boot: { commandLine?: string } };
  const guest = { kernel: join(image, 'kernel'), initrd: join(image, 'initrd'), commandLine: boot.commandLine ?? '' };
  const theirs = await measureQemu({ ...guest, disk, memoryBytes: MEMORY_BYTES, port: PORT.qemu });
  console.log(`${''.padEnd(30)}Innkeeper     QEMU, user-mode network, the same guest`);
  line('guest to this computer', 'Gbit/s', ours.fromGuest, theirs.fromGuest, ours.fromGuest / theirs.fromGuest);
  line('this computer to guest', 'Gbit/s', ours.toGuest, theirs.toGuest, ours.toGuest / theirs.toGuest);
  line('round trip', 'ms', ours.roundTripMs, theirs.roundTripMs, theirs.roundTripMs / ours.roundTripMs);
  const [a, b] = [ours.connectionsPerSecond, theirs.connectionsPerSecond];
  line('connections one by one', '1/s', a, b, a / b);
} finally {
  await bench.close();
}
