import type { HostView } from '../../src-core/contract/host.ts';
import { GIB, MIB } from './byte-units.ts';
import { tell } from './made-up-events.ts';
import { tellNetworks } from './made-up-networks.ts';
import { machines } from './made-up-machine-list.ts';

export function host(): HostView {
  const shares = machines
    .filter(({ startedAt }) => startedAt !== null)
    .map((machine) => ({
      guest: machine.id,
      guestName: machine.name,
      promised: machine.memoryBytes,
      used: machine.stats?.memoryUsedBytes ?? 90 * MIB,
    }));
  const wave = (Math.sin(Date.now() / 9000) + 1) / 2;
  return {
    takenAt: Date.now(),
    name: 'workbench',
    system: 'Debian GNU/Linux 12, Linux 6.1.0',
    processorModel: 'AMD Ryzen 7 5800U',
    processor: {
      total: 8,
      promised: 4,
      used: 0.4 + wave,
      usedByAll: 1.2 + 2 * wave,
      shares: shares.map((share) => ({ ...share, promised: 1, used: 0.3 })),
    },
    memory: { total: 16 * GIB, promised: 1.8 * GIB, used: 640 * MIB, usedByAll: 6.4 * GIB, shares },
    disk: {
      total: 512 * GIB,
      promised: 12 * GIB,
      used: 3.2 * GIB,
      usedByAll: 307 * GIB,
      shares: [],
      path: '/home/ada/.local/share/innkeeper',
    },
    network: {
      ports: [{ address: '127.0.0.1', port: 7777, protocol: 'tcp', owner: 'Innkeeper for browsers' }, ...forwarded()],
    },
    limits: { processors: 8, memoryBytes: 16 * GIB },
  };
}

function forwarded() {
  return machines.flatMap(({ name, forwards }) =>
    forwards
      .filter(({ state }) => state === 'active')
      .map(({ address, port, protocol }) => ({ address, port, protocol, owner: `machine ${name}` })),
  );
}

/** What a second of running looks like. */
export function measure(): void {
  for (const machine of machines.filter(({ state }) => state === 'running' || state === 'stopping')) {
    const seconds = (Date.now() - (machine.startedAt ?? 0)) / 1000;
    tell({
      type: 'machine-stats',
      id: machine.id,
      stats: {
        takenAt: Date.now(),
        processorUsed: 0.2 + 0.5 * Math.abs(Math.sin(Date.now() / 7000)) * machine.processors,
        memoryUsedBytes: 212 * MIB,
        instructions: Math.round(seconds * 240e6),
        diskReadBytes: 0,
        diskWrittenBytes: 0,
        networkSentBytes: Math.round(seconds * 9000),
        networkReceivedBytes: Math.round(seconds * 52_000 * (1 + 0.1 * Math.sin(Date.now() / 5000))),
      },
    });
  }
  tellNetworks();
  tell({ type: 'host', host: host() });
}
