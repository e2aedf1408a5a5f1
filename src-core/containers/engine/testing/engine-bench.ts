import type { ImageSettings } from '../../../contract/container-images.ts';
import { createContainerSchema } from '../../../contract/containers.ts';
import type { ContainerView, CreateContainer } from '../../../contract/containers.ts';
import { PortLeases } from '../../../host/port-leases.ts';
import { FakeClock } from '../../../host/testing/fake-clock.ts';
import { MemoryFiles } from '../../../host/testing/memory-files.ts';
import { Networks } from '../../../network/networks.ts';
import { FakeNetworkRunner } from '../../../network/testing/fake-network-runner.ts';
import { AppError } from '../../../base/errors.ts';
import type { ContainerImages, LocalImage } from '../../oci/container-images.ts';
import type { Container } from '../container/container.ts';
import { ContainerEngine } from '../container-engine.ts';
import { sessionBytes } from '../session-bytes.ts';
import type { LogFiles } from '../log/log-files.ts';
import { FakeNodes } from './fake-nodes.ts';
import type { FakeNode } from './fake-nodes.ts';
import type { FakeSession } from './fake-session.ts';

const MIB = 1024 * 1024;

/** Files in memory that grow at their end. */
export class GrowingFiles extends MemoryFiles implements LogFiles {
  append(path: string, bytes: Uint8Array): Promise<void> {
    const before = this.entries.get(path)?.bytes ?? new Uint8Array(0);
    const all = new Uint8Array(before.length + bytes.length);
    all.set(before);
    all.set(bytes, before.length);
    this.put(path, all);
    return Promise.resolve();
  }
}

/** A container engine over a computer that exists in memory only, and can be switched off and on. */
export class EngineBench {
  readonly clock = new FakeClock();
  readonly files = new GrowingFiles();
  readonly nodes = new FakeNodes();
  /** Of its networks: the others' changes are counted by tests. */
  readonly networkFiles = new MemoryFiles();
  readonly networkRunner = new FakeNetworkRunner();
  readonly ports = new PortLeases();
  readonly takenPorts = new Set<number>();
  readonly log: string[] = [];
  readonly views: ContainerView[] = [];
  readonly removed: string[] = [];
  settings: Partial<ImageSettings> = {};
  pulls: string[] = [];
  networks!: Networks;
  engine!: ContainerEngine;
  #random = 0;

  static async open(): Promise<EngineBench> {
    const bench = new EngineBench();
    await bench.restart();
    return bench;
  }

  /** Innkeeper begins anew over the same disk, whatever went on before: its nodes have lost their power. */
  async restart(): Promise<void> {
    this.files.powerOn();
    for (const node of this.nodes.nodes) {
      if (node.state === 'on') node.state = 'off';
      node.running.clear();
    }
    const random = (into: Uint8Array): void => {
      for (let at = 0; at < into.length; at++) into[at] = this.#random++ & 0xff;
    };
    this.networks = new Networks({
      ...{ files: this.networkFiles, clock: this.clock, random, runner: this.networkRunner },
      directory: '/data/networks',
      hostNetworks: () => [],
      log: { info: () => undefined, warn: (message) => void this.log.push(message) },
    });
    await this.networks.load();
    this.nodes.plug = (network, node) =>
      this.networks.open.attach(
        network,
        { key: `${node}:0`, name: node, mac: this.networks.leases.newMac(), address: '10.0.0.1' },
        new SharedArrayBuffer(4),
      );
    this.engine = new ContainerEngine({
      files: this.files,
      logFiles: this.files,
      clock: this.clock,
      random,
      directory: '/data/containers',
      host: { ports: this.ports, memoryBytes: 2048 * MIB },
      probePort: ({ port }) => Promise.resolve(this.takenPorts.has(port) ? 'taken' : 'free'),
      networks: this.networks,
      folders: { resolve: (path) => Promise.resolve(path), refused: () => Promise.resolve(null) },
      machines: this.nodes,
      images: this.#images(),
      pull: (reference) => {
        this.pulls.push(reference);
        return Promise.resolve(this.image());
      },
      layerOf: (written) => sessionBytes(written, 'read what was written'),
      log: {
        info: (message) => void this.log.push(message),
        warn: (message) => void this.log.push(message),
      },
    });
    await this.engine.open();
    this.engine.onChanged((view) => void this.views.push(view));
    this.engine.onRemoved((id) => void this.removed.push(id));
    await this.settle();
  }

  /** Made and safely on disk; started too unless told otherwise. */
  async create(more: Partial<CreateContainer> = {}): Promise<Container> {
    const request = createContainerSchema.parse({ image: 'busybox', name: 'web', network: null, ...more });
    const container = await this.engine.create(request);
    await this.engine.created(container);
    if (request.start) await container.start();
    return container;
  }

  get node(): FakeNode {
    const [node] = this.nodes.nodes;
    if (!node) throw new Error('there is no node');
    return node;
  }

  session(container: Container): FakeSession {
    const node = this.nodes.nodes.find(({ id }) => id === container.record.node);
    if (!node) throw new Error('it is on no node');
    return node.session(container.id);
  }

  /** Lets everything happen that waits for nothing but its turn. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 300; turn++) await Promise.resolve();
  }

  /** Lets time pass after all that was due, and all that follows from it happen. */
  async pass(milliseconds: number): Promise<void> {
    await this.settle();
    this.clock.pass(milliseconds);
    await this.settle();
  }

  image(): LocalImage {
    const settings = {
      ...{ entrypoint: [], command: ['sh'], environment: ['PATH=/bin', 'A=1'], workingDirectory: '', user: '' },
      ...{ ports: [], volumes: [], labels: {}, stopSignal: null, healthCheck: null },
      ...this.settings,
    };
    const digest = `sha256:${'a'.repeat(64)}`;
    const layers = [{ diffId: `sha256:${'b'.repeat(64)}`, sizeBytes: 1, packed: null }];
    return {
      ...{ id: digest, digest, names: ['docker.io/library/busybox:latest'], settings, layers },
      ...{ history: [], createdAt: null, arrivedAt: 1 },
    };
  }

  #images(): ContainerImages {
    const images: Partial<ContainerImages> = {
      find: (reference) => (reference === 'busybox' ? this.image() : undefined),
      get: (reference, doing) => {
        throw new AppError({ code: 'not-found', doing, because: `there is no image ${reference}` });
      },
      pin: () => ({ dispose: () => undefined }),
      files: () =>
        Promise.resolve({
          files: [
            { path: 'etc', kind: 'directory', sizeBytes: 0, mode: 0o755, target: null },
            { path: 'etc/passwd', kind: 'file', sizeBytes: 1, mode: 0o644, target: null },
          ],
          total: 2,
        }),
    };
    return images as ContainerImages;
  }
}
