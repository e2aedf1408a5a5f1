import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { contract } from '../../../src-core/contract/contract.ts';
import { serve } from '../../../src-core/contract/server.ts';
import { ownDirectory } from '../../service/ownership.ts';
import { listenLocally } from '../../transports/local-socket.ts';
import { socketPathFor } from '../../transports/socket-path.ts';
import { OWNED_BY_ANOTHER } from '../service-link.ts';
import { FakeService } from './fake-service.ts';

/** A background process as `inn serve` is one, without machines: for the tests of who starts it. */
const dataDirectory = resolve(process.env['INNKEEPER_HOME'] ?? '');

if (process.env['INNKEEPER_TEST_FAILURE'] !== undefined) {
  console.error('inn: failed to start Innkeeper: a part of it is missing\nBuild it.');
  process.exit(1);
}

const ownership = await ownDirectory(dataDirectory, 'background').catch(() => {
  console.error('inn: failed to open it: it is in use');
  process.exit(OWNED_BY_ANOTHER);
});
// Slow enough that the other starters find an owner that does not listen yet.
await sleep(300);

const service = new FakeService({
  service: {
    status: () =>
      Promise.resolve({
        version: '1',
        dataDirectory,
        uptimeMs: 0,
        pid: process.pid,
        host: 'background',
        machines: { total: 0, running: 0 },
      }),
    stop: () => {
      setTimeout(() => void end(), 20);
      return Promise.resolve({ suspended: [] });
    },
  },
});
const events = { onEvent: service.events.on.bind(service.events), snapshotEvents: () => [] };
const local = await listenLocally(socketPathFor(dataDirectory), (channel) => {
  serve(contract, service.handlers, channel, events);
});

async function end(): Promise<void> {
  local.stopListening();
  await ownership.release();
  await local.close();
  process.exit(0);
}
