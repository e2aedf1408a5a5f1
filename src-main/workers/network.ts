import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../../src-core/base/errors.ts';
import { toFailure } from '../../src-core/contract/failures.ts';
import { Doorbell } from '../../src-core/hypervisor/pipes/doorbell.ts';
import type { NetworkSituation } from '../../src-core/network/virtual-network.ts';
import { VirtualNetwork } from '../../src-core/network/virtual-network.ts';
import { serveForever } from './network-loop.ts';
import type { NetworkReport, NetworkThreadData, NumberedCommand } from './network-protocol.ts';
import { NetworkRoom } from './network-room.ts';
import { nodeHostNetwork } from './network/host-network.ts';

/**
 * The thread of all virtual networks. Frames come and go by shared memory and doorbells; messages only command. What is
 * not caught here ends the thread: the service begins another.
 */
assert(parentPort, 'this is the program of a worker thread');
const port = parentPort;
const bell = new Doorbell((workerData as NetworkThreadData).bell);
const report = (message: NetworkReport): void => port.postMessage(message);
const around: Omit<NetworkSituation, 'subnets'> = {
  host: nodeHostNetwork((because) => report({ kind: 'notice', because })),
  wake: () => bell.ring(),
  time: Date.now,
};
const room = new NetworkRoom((spec, subnets) => new VirtualNetwork(spec, { ...around, subnets }), report);

// It listens for as long as it lives: that keeps the thread alive while nothing else goes on.
port.on('message', ({ id, command }: NumberedCommand) => {
  room.carryOut(command).then(
    (answer) => {
      report({ kind: 'done', id, answer });
      bell.ring();
    },
    (error: unknown) => report({ kind: 'refused', id, failure: toFailure(error, `${command.kind} at a network`) }),
  );
});
await serveForever(bell, () => room.service());
