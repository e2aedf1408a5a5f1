import type { InnkeeperHandlers } from '../../../src-core/contract/contract.ts';
import type { ContainerEngine } from '../../../src-core/containers/engine/container-engine.ts';
import type { ContainerBuilds } from '../containers/container-builds.ts';
import type { BuildHandlers } from './container-handlers.ts';

/** Images that are made here. */
export function buildHandlers(
  builds: ContainerBuilds,
  engine: ContainerEngine,
): BuildHandlers & { build: InnkeeperHandlers['containerImages']['build'] } {
  return {
    build: ({ directory, file = null, target = null, ...request }) =>
      builds.build({ directory, file, target, ...request }),
    commit: ({ container, image, message, author }) => {
      const found = engine.get(container, 'make an image of');
      return Promise.resolve(builds.commit(found, image, message, author));
    },
    buildLog: ({ task }, stream) => {
      const { log, image } = builds.log(task);
      const closed = new AbortController();
      stream.onClose(() => closed.abort());
      const follow = async (): Promise<void> => {
        for await (const bytes of log.read()) {
          if (closed.signal.aborted) return;
          await stream.write(bytes, 0);
        }
        stream.end({ image: image()?.id ?? null });
      };
      void follow().catch((error: unknown) => {
        if (!closed.signal.aborted) stream.fail(error);
      });
      return Promise.resolve({});
    },
  };
}
