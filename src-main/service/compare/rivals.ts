import { join } from 'node:path';
import type { Rival, Serving } from '../../../src-core/containers/compare/compare.ts';
import { LAYER_ARCHIVE } from '../../../src-core/containers/layer-tree/file-names.ts';
import { createContainerSchema } from '../../../src-core/contract/containers.ts';
import { createMachineSchema } from '../../../src-core/contract/machines.ts';
import { AppError } from '../../../src-core/base/errors.ts';
import type { Hypervisor } from '../../../src-core/hypervisor/hypervisor.ts';
import type { ImageRoom } from '../../../src-core/images/image-room.ts';
import type { InnkeeperHandlers } from '../../../src-core/contract/contract.ts';
import type { ContainerParts } from '../containers/container-events.ts';
import { firstAnswer, freePort } from './first-answer.ts';
import { packedSize } from './packed-size.ts';

export const SERVICE = 'BusyBox httpd with one page';

const MACHINE_IMAGE = 'debian-13-tiny';
const CONTAINER_IMAGE = 'busybox';
const PAGE = 'the same page';
const SERVE = `mkdir -p /www && echo '${PAGE}' > /www/index.html && exec httpd -f -p 80 -h /www`;
const PORT = 80;
/** Until the service has measured again what a machine uses. */
const SAMPLE_MS = 2500;
const BOOT_MS = 60_000;

export interface RivalNeeds {
  readonly dataDirectory: string;
  readonly hypervisor: Hypervisor;
  readonly machineImages: ImageRoom;
  readonly containers: ContainerParts;
  readonly handlers: Pick<InnkeeperHandlers, 'machines' | 'connections' | 'containers'>;
}

/** The service in a machine of its own. */
export function machineRival(needs: RivalNeeds): Rival {
  const { machineImages } = needs;
  return {
    prepare: async (signal) => {
      await machineImages.build(MACHINE_IMAGE, { signal, progress: () => undefined });
      const record = await machineImages.get(MACHINE_IMAGE);
      const files = [record.kernelPath, record.initrdPath, record.diskPath].filter((path) => path !== null);
      return { image: MACHINE_IMAGE, imageBytes: record.sizeBytes, movedBytes: await packedSize(files) };
    },
    start: () => startMachine(needs),
  };
}

async function startMachine({ hypervisor, handlers }: RivalNeeds): Promise<Serving> {
  const doing = 'compare a machine with a container';
  const source = { kind: 'image', image: MACHINE_IMAGE } as const;
  const name = `compare-${Date.now().toString(36)}`;
  const { id: machine } = await handlers.machines.create(createMachineSchema.parse({ name, source, start: true }));
  const end = async (): Promise<void> => {
    await handlers.machines.kill({ machine }).catch(() => undefined);
    await handlers.machines.remove({ machine, purge: true });
  };
  try {
    const agent = await agentOf(hypervisor, machine, doing);
    const port = await freePort();
    const forward = { machine, protocol: 'tcp', address: '127.0.0.1', port, guestPort: PORT } as const;
    await handlers.connections.addForward(forward);
    const session = await agent.exec({ command: ['sh', '-c', SERVE] });
    session.result.catch(() => undefined);
    await firstAnswer(port, PAGE, doing);
    return { memoryBytes: () => memoryOfMachine(hypervisor, machine, doing), end };
  } catch (error) {
    await end().catch(() => undefined);
    throw error;
  }
}

async function agentOf(hypervisor: Hypervisor, machine: string, doing: string) {
  const until = performance.now() + BOOT_MS;
  while (performance.now() < until) {
    const live = hypervisor.get(machine, 'compare').live;
    if (live) {
      await live.agent.whenReady(BOOT_MS, doing);
      await live.agent.identified();
      return live.agent;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new AppError({ code: 'timeout', doing, because: 'the machine did not start' });
}

async function memoryOfMachine(hypervisor: Hypervisor, machine: string, doing: string): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
  hypervisor.sample();
  const { stats } = hypervisor.inspect(machine);
  if (stats) return stats.memoryUsedBytes;
  throw new AppError({ code: 'unavailable', doing, because: 'the machine could not be measured' });
}

/** The same service in a container. */
export function containerRival(needs: RivalNeeds): Rival {
  const { containers, dataDirectory } = needs;
  return {
    prepare: async (signal) => {
      const image = await containers.work.have(CONTAINER_IMAGE, false, { signal, progress: () => undefined });
      const archives = image.layers.map(({ diffId }) =>
        join(dataDirectory, 'containers/layers', diffId.replace(/^sha256:/, ''), LAYER_ARCHIVE),
      );
      const imageBytes = image.layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      return { image: CONTAINER_IMAGE, imageBytes, movedBytes: await packedSize(archives) };
    },
    start: () => startContainer(needs),
  };
}

async function startContainer({ containers: { engine }, handlers }: RivalNeeds): Promise<Serving> {
  const doing = 'compare a container with a machine';
  const port = await freePort();
  const wanted = { image: CONTAINER_IMAGE, command: ['sh', '-c', SERVE], ports: [{ port, containerPort: PORT }] };
  const { id: container } = await handlers.containers.create(createContainerSchema.parse(wanted));
  const end = async (): Promise<void> => {
    await handlers.containers.remove({ container, force: true });
  };
  try {
    await firstAnswer(port, PAGE, doing);
    return { memoryBytes: () => memoryOfContainer(engine, container, doing), end };
  } catch (error) {
    await end().catch(() => undefined);
    throw error;
  }
}

async function memoryOfContainer(engine: ContainerParts['engine'], id: string, doing: string): Promise<number> {
  const stats = (await engine.sample()).find((each) => each.id === id);
  if (stats) return stats.stats.memoryBytes;
  throw new AppError({ code: 'unavailable', doing, because: 'the container could not be measured' });
}
