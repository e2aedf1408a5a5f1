import { join } from 'node:path';
import { Deferred } from '../../src-core/base/deferred.ts';
import type { InnkeeperHandlers } from '../../src-core/contract/contract.ts';
import type { ServiceEvent } from '../../src-core/contract/events.ts';
import { HostModel } from '../../src-core/host/host-model.ts';
import { BootedStore } from '../../src-core/hypervisor/booted/booted-store.ts';
import { DiskLeases } from '../../src-core/hypervisor/machine-disks/disk-leases.ts';
import { Hypervisor } from '../../src-core/hypervisor/hypervisor.ts';
import type { Networks } from '../../src-core/network/networks.ts';
import { LayerPool } from '../../src-core/hypervisor/layers/layer-pool.ts';
import { MachineStore } from '../../src-core/hypervisor/store/machine-store.ts';
import type { Surroundings } from '../../src-core/hypervisor/surroundings.ts';
import { SnapshotStore } from '../../src-core/hypervisor/snapshots/snapshot-store.ts';
import { ArchiveWorkers } from './archive-workers.ts';
import { ownAgent } from '../../src-core/guest/agent-renewal.ts';
import { agentSource } from './built-files.ts';
import { DiskWorkers } from './disk-workers.ts';
import { EventFeed } from './event-feed.ts';
import { buildHandlers } from './handlers/build-handlers.ts';
import { ConsoleStreams } from './handlers/console-stream.ts';
import { imageHandlers, viewOfImage } from './handlers/image-handlers.ts';
import { containerHandlers } from './handlers/container-handlers.ts';
import { containerImageHandlers } from './handlers/container-image-handlers.ts';
import { compareHandlers } from './compare/comparisons.ts';
import { composeContainers, type ComposedContainers } from './containers/compose-containers.ts';
import { connectContainerEvents, containerSnapshot } from './containers/container-events.ts';
import type { ContainerParts } from './containers/container-events.ts';
import { machineHandlers } from './handlers/machine-handlers.ts';
import { hostFolders } from './handlers/share-folders.ts';
import { networkHandlers } from './handlers/network-handlers.ts';
import { shareHandlers } from './handlers/share-handlers.ts';
import { snapshotHandlers } from './handlers/snapshot-handlers.ts';
import { serviceHandlers } from './handlers/service-handlers.ts';
import { HeadlessScreens } from './headless-screen.ts';
import { ImageBuilds } from './image-builds.ts';
import { HeldImages } from './images/held-images.ts';
import { ImageTransfers } from './images/image-transfers.ts';
import { openImageRoom, openImageStore } from './images/open-image-room.ts';
import type { TransferTools } from './images/transfer-tools.ts';
import { MachineTransfers } from './machine-transfers.ts';
import { listedWork } from './listed-work.ts';
import { Logs } from './logs.ts';
import { nodeClock, nodeRandom } from './os/node-clock.ts';
import { NodeFiles } from './os/node-files.ts';
import { NodeMeter } from './os/node-meter.ts';
import { probePort } from './os/port-probe.ts';
import type { Service, ServiceOptions } from './service-interface.ts';
import { openNetworks } from './open-networks.ts';
import { SettingsFile } from './settings.ts';
import { Tasks } from './tasks.ts';
import { WorkerRunner } from './worker-runner.ts';

type ContainerTopics = Pick<InnkeeperHandlers, 'containers' | 'containerImages' | 'volumes' | 'nodes'>;

/** The parts that know of each other only here. */
interface Parts {
  readonly options: ServiceOptions;
  readonly logs: Logs;
  readonly settings: SettingsFile;
  readonly tasks: Tasks;
  readonly host: HostModel;
  readonly images: ReturnType<typeof openImageRoom>;
  readonly builds: ImageBuilds;
  readonly tools: TransferTools;
  readonly transfers: ImageTransfers;
  readonly machineTransfers: MachineTransfers;
  readonly hypervisor: Hypervisor;
  readonly feed: EventFeed;
  readonly networks: Networks;
  readonly containers: ComposedContainers;
}

/** Puts the service together over this computer. @param release gives the data directory back, last */
export async function composeService(options: ServiceOptions, release: () => Promise<void>): Promise<Service> {
  const parts = await makeParts(options);
  const { hypervisor, feed, host, logs } = parts;
  const consoles = new ConsoleStreams(hypervisor);
  connectEvents(parts, consoles);
  const stop = new Deferred<undefined>();
  let disposal: Promise<void> | undefined;
  return {
    handlers: makeHandlers(parts, consoles, () => stop.resolve(undefined)),
    onEvent: (listener) => feed.on(listener),
    snapshotEvents: () => snapshot(parts),
    stopRequested: stop.promise,
    ports: host.ports,
    logDefect: (error, what) => logs.service.error({ error }, what),
    dispose: () => (disposal ??= disposeParts(parts, consoles, release)),
  };
}

async function makeParts(options: ServiceOptions): Promise<Parts> {
  const { dataDirectory } = options;
  const files = new NodeFiles();
  const logs = new Logs(dataDirectory);
  const settings = new SettingsFile(files, join(dataDirectory, 'settings.json'));
  await settings.open((error) => logs.service.warn({ error }, 'the settings cannot be read, the preset ones count'));
  const tasks = new Tasks(nodeClock);
  const host = new HostModel(new NodeMeter(dataDirectory));
  const images = openImageRoom({ dataDirectory, debianMirror: () => settings.settings.debianMirror, agentSource });
  await images.sweep();
  const onDefect = (error: unknown): void => logs.service.error({ error }, 'a defect of Innkeeper');
  const feed = new EventFeed(nodeClock, () => measure(hypervisor, host, containers), onDefect);
  const builds = new ImageBuilds(images, tasks, (name) => onMade(name));
  const folders = { disks: join(dataDirectory, 'disks'), memory: join(dataDirectory, 'memory') };
  const layers = new LayerPool({ files, random: nodeRandom, clock: nodeClock }, folders, (error) =>
    logs.service.warn({ error }, 'layers that nobody needs could not be deleted'),
  );
  const networks = openNetworks({ dataDirectory, files, logs });
  const around: Surroundings = {
    clock: nodeClock,
    random: nodeRandom,
    files,
    host,
    images: builds,
    runner: await WorkerRunner.open(),
    store: new MachineStore(files, join(dataDirectory, 'machines'), layers),
    snapshots: new SnapshotStore(files),
    layers,
    work: new DiskWorkers(),
    containerLayers: join(dataDirectory, 'containers/layers'),
    booted: new BootedStore(files, join(dataDirectory, 'images')),
    isQuickStartOn: () => settings.settings.quickStart,
    networks,
    probePort,
    screens: new HeadlessScreens(),
    tasks: listedWork(tasks),
    disks: new DiskLeases(),
    ownAgent: ownAgent(await agentSource().catch(() => '')),
    log: logs,
  };
  const hypervisor = new Hypervisor(around);
  const machineImages = images;
  const containers = composeContainers({
    ...{ dataDirectory, files, host, hypervisor, networks, tasks, logs, machineImages },
  });
  hypervisor.networks.containers = (network) => containers.engine.onNetwork(network);
  const tellImage = async (name: string): Promise<void> => {
    feed.fire({ type: 'image', image: await viewOfImage(await images.get(name), hypervisor) });
  };
  const onMade = (name: string): void => void tellImage(name).catch(onDefect);
  const store = openImageStore(dataDirectory);
  const archive = new ArchiveWorkers();
  const tools: TransferTools = { images, store, tasks, archive, around, held: new HeldImages(), onMade };
  const transfers = new ImageTransfers(tools);
  const machineTransfers = new MachineTransfers(tools, hypervisor, options.version);
  hypervisor.onQuickStart(onMade);
  await networks.load();
  await hypervisor.open();
  await containers.images.open();
  await containers.engine.open();
  logs.service.info({ version: options.version, host: options.host, node: process.version }, 'the service has started');
  return {
    ...{ options, logs, settings, tasks, host, images, builds, tools, transfers, machineTransfers, hypervisor, feed },
    networks,
    containers,
  };
}

function makeHandlers(parts: Parts, consoles: ConsoleStreams, stop: () => void): InnkeeperHandlers {
  const { options, hypervisor, settings, tasks, host, images, builds, tools, transfers, machineTransfers, feed } =
    parts;
  const handlers = {
    machines: machineHandlers(hypervisor, consoles, machineTransfers),
    ...networkHandlers(parts.networks, hypervisor, parts.containers.engine),
    ...containerTopics(parts.containers),
  };
  const { dataDirectory } = options;
  const compared = { dataDirectory, hypervisor, machineImages: images, containers: parts.containers, handlers };
  return {
    ...handlers,
    compare: compareHandlers(compared, tasks),
    service: serviceHandlers(options, hypervisor, settings, stop),
    host: { view: async () => host.account(await hypervisor.shares()) },
    images: imageHandlers(images, builds, transfers, tools.held, hypervisor, (name) =>
      feed.fire({ type: 'image-removed', name }),
    ),
    snapshots: snapshotHandlers(hypervisor),
    shares: shareHandlers(hypervisor, hostFolders(options.dataDirectory)),
    tasks: {
      list: () => Promise.resolve(tasks.list()),
      cancel: async ({ task }) => {
        tasks.cancel(task);
        return Promise.resolve({});
      },
      dismiss: async ({ task }) => {
        tasks.dismiss(task);
        return Promise.resolve({});
      },
    },
    events: { subscribe: () => Promise.resolve({}) },
  };
}

function containerTopics({ engine, images, base, work, builds }: ComposedContainers): ContainerTopics {
  const { build, ...others } = buildHandlers(builds, engine);
  return {
    ...containerHandlers(engine, others),
    containerImages: containerImageHandlers(images, base, work, engine, build),
  };
}

function connectEvents({ hypervisor, tasks, feed, containers }: Parts, consoles: ConsoleStreams): void {
  connectContainerEvents(containers, hypervisor, (event) => feed.fire(event));
  hypervisor.onChanged((machine) => feed.fire({ type: 'machine', machine }));
  hypervisor.onRemoved((id) => {
    feed.fire({ type: 'machine-removed', id });
    consoles.machineRemoved(id);
  });
  hypervisor.onSnapshots((machine, snapshots) => feed.fire({ type: 'snapshots', machine, snapshots }));
  hypervisor.networks.onChanged((network) => feed.fire({ type: 'network', network }));
  hypervisor.networks.onRemoved((id) => feed.fire({ type: 'network-removed', id }));
  tasks.onChanged((task) => feed.fire({ type: 'task', task }));
  tasks.onRemoved((id) => feed.fire({ type: 'task-removed', id }));
}

async function snapshot({ hypervisor, images, tasks, host, containers }: Parts): Promise<readonly ServiceEvent[]> {
  // Whatever has to be waited for comes first, so that what follows is of one moment.
  const imageViews = await Promise.all((await images.list()).map((record) => viewOfImage(record, hypervisor)));
  const view = await host.account(await hypervisor.shares());
  const snapshots = await hypervisor.snapshots();
  const networks = await hypervisor.networks.list();
  const containerEvents = await containerSnapshot(containers);
  return [
    ...hypervisor.list().map((machine): ServiceEvent => ({ type: 'machine', machine })),
    ...snapshots.map(({ machine, snapshots }): ServiceEvent => ({ type: 'snapshots', machine, snapshots })),
    ...networks.map((network): ServiceEvent => ({ type: 'network', network })),
    ...containerEvents,
    ...imageViews.map((image): ServiceEvent => ({ type: 'image', image })),
    ...tasks.list().map((task): ServiceEvent => ({ type: 'task', task })),
    { type: 'host', host: view },
  ];
}

async function measure(
  hypervisor: Hypervisor,
  host: HostModel,
  { engine }: ContainerParts,
): Promise<readonly ServiceEvent[]> {
  // Addresses come to be known, and traffic goes on, without anybody having been told.
  hypervisor.networks.lookSoon();
  const stats = hypervisor.sample().map(({ id, stats }): ServiceEvent => ({ type: 'machine-stats', id, stats }));
  const containers = (await engine.sample()).map(({ id, stats }): ServiceEvent => ({
    type: 'container-stats',
    id,
    stats,
  }));
  return [...stats, ...containers, { type: 'host', host: await host.account(await hypervisor.shares()) }];
}

async function disposeParts(parts: Parts, consoles: ConsoleStreams, release: () => Promise<void>): Promise<void> {
  const { hypervisor, tasks, images, feed, logs, networks, containers } = parts;
  try {
    await containers.engine.close();
    await hypervisor.close();
    await networks.dispose();
    tasks.close();
    consoles.close();
    feed.close();
    await containers.close();
    await images.close();
    logs.service.info('the service has ended');
  } finally {
    logs.close();
    await release();
  }
}
