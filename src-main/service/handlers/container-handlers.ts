import type { InnkeeperHandlers } from '../../../src-core/contract/contract.ts';
import type { ContainerView } from '../../../src-core/contract/containers.ts';
import type { Container } from '../../../src-core/containers/engine/container/container.ts';
import { signalOf } from '../../../src-core/containers/engine/container/creation.ts';
import type { ContainerEngine } from '../../../src-core/containers/engine/container-engine.ts';
import { containerFileStreams } from './container-file-streams.ts';
import { containerStreams, startNew } from './container-streams.ts';

type Topics = Pick<InnkeeperHandlers, 'containers' | 'volumes' | 'nodes'>;
/** What is done with builds: see `buildHandlers`. */
export type BuildHandlers = Pick<InnkeeperHandlers['containers'], 'commit' | 'buildLog'>;

export function containerHandlers(engine: ContainerEngine, builds: BuildHandlers): Topics {
  return {
    containers: {
      ...containerCalls(engine),
      ...containerStreams(engine),
      ...containerFileStreams(engine),
      ...builds,
    },
    volumes: {
      list: () => engine.volumes.list(),
      create: ({ name }) => engine.volumes.create(name),
      inspect: ({ volume }) => engine.volumes.view(volume, `look at volume ${volume}`),
      remove: async ({ volume }) => {
        await engine.volumes.remove(volume);
        return {};
      },
      prune: async () => ({ removed: await engine.volumes.prune() }),
    },
    nodes: {
      list: () => Promise.resolve(engine.nodes.list()),
      add: (size) => engine.nodes.add(size),
      remove: async ({ node, force }) => {
        await engine.nodes.remove(node, force);
        return {};
      },
      settings: () => Promise.resolve(engine.nodes.settings),
      change: (part) => engine.nodes.change(part),
    },
  };
}

type Streams = keyof ReturnType<typeof containerStreams> | keyof ReturnType<typeof containerFileStreams>;

function containerCalls(engine: ContainerEngine): Omit<InnkeeperHandlers['containers'], Streams | keyof BuildHandlers> {
  const act =
    (verb: string, action: (container: Container) => void | Promise<void>) =>
    async ({ container: reference }: { container: string }): Promise<ContainerView> => {
      const container = engine.get(reference, verb);
      await action(container);
      return container.view();
    };
  return {
    list: () => Promise.resolve(engine.list()),
    inspect: act('look at', () => undefined),
    runtimeConfig: async ({ container }) => ({
      json: await engine.runtimeConfig(engine.get(container, 'read the runtime configuration of')),
    }),
    create: async (request) => {
      const container = await engine.create(request);
      if (request.start) await startNew(engine, container, null);
      else await engine.created(container);
      return container.view();
    },
    start: act('start', (container) => container.start()),
    stop: ({ container, timeoutMs }) => act('stop', (found) => found.stop(timeoutMs))({ container }),
    kill: ({ container, signal }) =>
      act('kill', (found) => found.kill(signalOf(signal, `kill container ${found.name}`)))({ container }),
    restart: act('restart', (container) => container.restart()),
    pause: act('pause', (container) => container.pause()),
    resume: act('resume', (container) => container.resume()),
    rename: async ({ container, name }) => (await engine.rename(container, name)).view(),
    update: async ({ container, ...wanted }) => (await engine.update(container, wanted)).view(),
    remove: async ({ container, force }) => {
      await engine.get(container, 'delete').remove(force);
      return {};
    },
    prune: async () => ({ removed: await engine.prune() }),
    top: async ({ container }) => {
      const found = engine.get(container, 'list the processes of');
      const { runtime } = found.alive('list the processes of');
      return { processes: [...(await runtime.processes(found.id))] };
    },
    diff: ({ container }) => engine.diff(engine.get(container, 'list what was changed in')),
  };
}
