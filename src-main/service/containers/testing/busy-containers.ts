import type { ContainerView } from '../../../../src-core/contract/containers.ts';
import { act, say } from '../../testing/announced-acts.ts';
import { pick, seeded } from '../../testing/seeded.ts';
import { createService } from '../../service.ts';
import { taskEnd } from '../../testing/task-end.ts';
import { request } from './container-client.ts';

/**
 * A process of its own that opens a data directory and makes, runs, changes and removes containers, and pulls, builds and
 * removes images, until it is killed. It says what it is about to do and what was done: `try VERB NAME [NEW]`,
 * `did VERB NAME [NEW]`; images are `pulled` and `built-…`.
 * Arguments: data directory, seed, where the image `pulled` is ("127.0.0.1:5000"), a directory to build from.
 */
const [directory = '', seed = '0', registry = '', context = ''] = process.argv.slice(2);
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

async function changeImages(): Promise<void> {
  const all = (await containerImages.list({})).flatMap(({ names }) => names);
  const pulled = `${registry}/pulled:latest`;
  const built = all.filter((name) => name.startsWith('built-'));
  const dice = random();
  if (dice < 0.4 && !all.includes(pulled)) {
    return act('create pulled', () => done(containerImages.pull({ image: pulled, renew: true })));
  }
  if (dice < 0.8 && built.length < MOST) return build();
  const victim = pick([...built, ...all.filter((name) => name === pulled)], random);
  if (victim === undefined) return build();
  const said = victim === pulled ? 'pulled' : victim.replace(/:latest$/, '');
  return act(`remove ${said}`, () => containerImages.remove({ image: victim, force: false }));
}

function build(): Promise<void> {
  const name = `built-${seed}-${++made}`;
  const wish = { directory: context, tags: [name], arguments: { WORD: name }, noCache: false, renew: false };
  return act(`create ${name}`, () => done(containerImages.build(wish)));
}

async function done(task: Parameters<typeof taskEnd>[1]): Promise<void> {
  const { state, failure } = await taskEnd(service, task);
  if (state !== 'done') throw new Error(failure?.because ?? state);
}

async function change(): Promise<void> {
  const container = pick((await containers.list({})) as ContainerView[], random);
  if (!container) return create();
  const { id, name, state } = container;
  const dice = random();
  if (dice < 0.4) return act(`remove ${name}`, () => containers.remove({ container: id, force: true }));
  if (dice < 0.6) {
    const renamed = `r${seed}-${++made}`;
    return act(`rename ${name} ${renamed}`, () => containers.rename({ container: id, name: renamed }));
  }
  if (state === 'running') await act(`stop ${name}`, () => containers.stop({ container: id, timeoutMs: 100 }));
  else await act(`start ${name}`, () => containers.start({ container: id }));
}

say('open');
for (;;) {
  if (random() < 0.4) {
    await changeImages();
    continue;
  }
  const { length } = await containers.list({});
  await (length < 2 || (length < MOST && random() < 0.5) ? create() : change());
}
