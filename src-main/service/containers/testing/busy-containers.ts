import type { ContainerView } from '../../../../src-core/contract/containers.ts';
import { act, say } from '../../testing/announced-acts.ts';
import { pick, seeded } from '../../testing/seeded.ts';
import { createService } from '../../service.ts';
import { request } from './container-client.ts';

/**
 * A process of its own that opens a data directory and makes, runs, changes and removes containers and their images until
 * it is killed. It says what it is about to do and what was done: `try VERB NAME [NEW]`, `did VERB NAME [NEW]`.
 * Arguments: data directory, seed.
 */
const [directory = '', seed = '0'] = process.argv.slice(2);
const random = seeded(Number(seed));
const service = await createService({ dataDirectory: directory, host: 'background', version: 'test' });
const { containers, containerImages } = service.handlers;
const MOST = 5;
let made = 0;

async function create(): Promise<void> {
  const name = `c${seed}-${++made}`;
  const command = pick([['true'], ['sleep', '1000'], ['sh', '-c', 'echo x > /written']], random) ?? ['true'];
  const mounts = [{ kind: 'volume', volume: `v${made % 3}`, destination: '/data' } as const];
  const start = random() < 0.7;
  await act(`create ${name}`, () => containers.create(request({ name, command, mounts, start })));
}

async function change(): Promise<void> {
  const container = pick((await containers.list({})) as ContainerView[], random);
  if (!container) return create();
  const { id, name, state } = container;
  const dice = random();
  if (dice < 0.2) {
    await containerImages.pull({ image: 'busybox', renew: true });
    return;
  }
  if (dice < 0.5) return act(`remove ${name}`, () => containers.remove({ container: id, force: true }));
  if (dice < 0.7) {
    const renamed = `r${seed}-${++made}`;
    return act(`rename ${name} ${renamed}`, () => containers.rename({ container: id, name: renamed }));
  }
  if (state === 'running') await act(`stop ${name}`, () => containers.stop({ container: id, timeoutMs: 100 }));
  else await act(`start ${name}`, () => containers.start({ container: id }));
}

say('open');
for (;;) {
  const { length } = await containers.list({});
  await (length < 2 || (length < MOST && random() < 0.5) ? create() : change());
}
