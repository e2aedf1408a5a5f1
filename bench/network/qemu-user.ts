import { spawn } from 'node:child_process';
import { awaitEcho, connections, ECHO_PORT, iperfServer, roundTrips } from './measure.ts';
import type { NetworkFigures } from './measure.ts';

const MOST_BOOT_MS = 300_000;

interface Guest {
  readonly kernel: string;
  readonly initrd: string;
  readonly commandLine: string;
  readonly disk: string;
  readonly memoryBytes: number;
  readonly port: number;
}

/** The same guest under QEMU with its user-mode network: this computer is 10.0.2.2 there. */
export async function measureQemu(guest: Guest): Promise<NetworkFigures> {
  const { kernel, initrd, commandLine, disk, memoryBytes, port } = guest;
  const qemu = spawn(
    'qemu-system-riscv64',
    [
      ...['-machine', 'virt', '-m', String(memoryBytes / 2 ** 20), '-display', 'none', '-monitor', 'none'],
      ...['-serial', 'null', '-kernel', kernel, '-initrd', initrd],
      ...['-append', `${commandLine} bench.host=10.0.2.2`],
      ...['-drive', `file=${disk},if=none,id=d,snapshot=on`, '-device', 'virtio-blk-pci,drive=d'],
      ...[
        '-netdev',
        `user,id=n,hostfwd=tcp:127.0.0.1:${port}-:${ECHO_PORT}`,
        '-device',
        'virtio-net-pci,netdev=n,romfile=',
      ],
      ...['-device', 'virtio-serial-pci', '-chardev', 'null,id=c', '-device', 'virtconsole,chardev=c'],
      ...['-device', 'virtio-rng-pci'],
    ],
    { stdio: 'ignore' },
  );
  try {
    const iperf = iperfServer();
    await awaitEcho(port, MOST_BOOT_MS);
    const { fromGuest, toGuest } = await iperf;
    return {
      fromGuest,
      toGuest,
      roundTripMs: await roundTrips(port),
      connectionsPerSecond: await connections(port),
    };
  } finally {
    qemu.kill('SIGKILL');
  }
}
