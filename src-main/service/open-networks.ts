import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { Files } from '../../src-core/host/files.ts';
import { Networks } from '../../src-core/network/networks.ts';
import type { Logs } from './logs.ts';
import { NetworkThread } from './network-thread.ts';
import { nodeClock, nodeRandom } from './os/node-clock.ts';

/** The virtual networks of a data directory, over this computer. */
export function openNetworks({
  dataDirectory,
  files,
  logs,
}: {
  readonly dataDirectory: string;
  readonly files: Files;
  readonly logs: Logs;
}): Networks {
  const runner = new NetworkThread();
  runner.onDefect((because) => logs.service.warn(because));
  return new Networks({
    files,
    clock: nodeClock,
    random: nodeRandom,
    directory: join(dataDirectory, 'networks'),
    runner,
    hostNetworks: () =>
      Object.values(networkInterfaces()).flatMap((own) =>
        (own ?? []).flatMap(({ cidr }) => (cidr === null ? [] : [cidr])),
      ),
    log: {
      info: (message, data = {}) => logs.service.info(data, message),
      warn: (message, data = {}) => logs.service.warn(data, message),
    },
  });
}
