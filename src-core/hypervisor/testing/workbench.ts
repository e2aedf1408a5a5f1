import { HostModel } from '../../host/host-model.ts';
import { FakeClock } from '../../host/testing/fake-clock.ts';
import { FakeMeter } from '../../host/testing/fake-meter.ts';
import { MemoryFiles } from '../../host/testing/memory-files.ts';
import { FakeNetworkRunner } from '../../network/testing/fake-network-runner.ts';
import { Networks } from '../../network/networks.ts';
import { crc32 } from '../../machine/state/crc32.ts';
import { encodeHeader } from '../../machine/state/layer-header.ts';
import { BootedStore } from '../booted/booted-store.ts';
import { DiskLeases } from '../machine-disks/disk-leases.ts';
import { Hypervisor } from '../hypervisor.ts';
import { LayerPool } from '../layers/layer-pool.ts';
import { MachineStore } from '../store/machine-store.ts';
import { SnapshotStore } from '../snapshots/snapshot-store.ts';
import { FakeDiskWork } from './fake-disk-work.ts';
import { FakeImages } from './fake-images.ts';
import { FakeRunner } from './fake-runner.ts';

/** The head of a memory layer that stands alone, or is a delta. @param base a file in the same folder */
export function memoryLayer(base: string | null = null): Uint8Array {
  const identity = { documentChecksum: 1, tableChecksum: 2 };
  const header = { documentBytes: 0, identity, runs: 0, memoryBytes: 1024 * 1024 };
  return encodeHeader(header, base === null ? null : { name: base, identity, depth: 0 }, crc32);
}

/** A hypervisor over a computer that exists in memory only, and can be switched off and on. */
export class Workbench {
  readonly clock = new FakeClock();
  readonly files = new MemoryFiles();
  readonly meter = new FakeMeter();
  readonly images = new FakeImages();
  readonly runner = new FakeRunner();
  readonly log: string[] = [];
  quickStart = false;
  readonly work = new FakeDiskWork(this.files);
  /** Of its networks: the others are counted by tests. */
  readonly networkFiles = new MemoryFiles();
  networkRunner = new FakeNetworkRunner();
  /** Ports that other programs have. */
  readonly takenPorts = new Set<number>();
  networks!: Networks;
  layers!: LayerPool;
  hypervisor!: Hypervisor;
  #random = 0;

  static async open(): Promise<Workbench> {
    const bench = new Workbench();
    await bench.restart();
    return bench;
  }

  /** Innkeeper begins anew over the same disk, whatever went on before. */
  async restart({ keepPower = false } = {}): Promise<void> {
    if (!keepPower) this.files.powerOn();
    this.runner.save = (path) => this.files.writeAtomically(path, memoryLayer());
    this.networkRunner = new FakeNetworkRunner();
    const random = (into: Uint8Array): void => void into.fill(++this.#random);
    this.layers = new LayerPool(
      { files: this.files, clock: this.clock, random },
      { disks: '/data/disks', memory: '/data/memory' },
      (error) => this.log.push(`layers: ${String(error)}`),
    );
    this.networks = new Networks({
      ...{ files: this.networkFiles, clock: this.clock, random, runner: this.networkRunner },
      directory: '/data/networks',
      hostNetworks: () => ['127.0.0.1/8', '10.86.0.5/24'],
      log: { info: (message) => void this.log.push(message), warn: (message) => void this.log.push(message) },
    });
    await this.networks.load();
    this.hypervisor = new Hypervisor({
      clock: this.clock,
      random,
      files: this.files,
      host: new HostModel(this.meter),
      images: this.images,
      runner: this.runner,
      store: new MachineStore(this.files, '/data/machines', this.layers),
      snapshots: new SnapshotStore(this.files),
      layers: this.layers,
      work: this.work,
      networks: this.networks,
      probePort: ({ port }) => Promise.resolve(this.takenPorts.has(port) ? 'taken' : 'free'),
      booted: new BootedStore(this.files, '/data/images'),
      containerLayers: '/data/containers/layers',
      isQuickStartOn: () => this.quickStart,
      screens: { read: (output, size) => Promise.resolve({ ...size, lines: [new TextDecoder().decode(output)] }) },
      tasks: {
        run: (_title, _machine, work) => work({ progress: () => undefined, signal: new AbortController().signal }),
      },
      disks: new DiskLeases(),
      log: {
        info: (machine, message) => void this.log.push(`${machine}: ${message}`),
        forget: (machine) => void this.log.push(`${machine}: forgotten`),
        warn: (machine, message) => void this.log.push(`${machine}: ${message}`),
      },
    });
    await this.hypervisor.open();
  }

  create(name: string, more: Partial<Parameters<Hypervisor['create']>[0]> = {}): ReturnType<Hypervisor['create']> {
    return this.hypervisor.create({
      ...{ name, source: { kind: 'image', image: 'tiny' }, disks: [], networks: [], start: false },
      ...more,
    });
  }

  /** Lets everything happen that waits for nothing but its turn. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 200; turn++) await Promise.resolve();
  }

  state(name: string): string {
    return this.hypervisor.inspect(name).state;
  }
}
