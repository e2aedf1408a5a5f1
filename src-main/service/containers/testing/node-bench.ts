import { randomBytes } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { busybox } from '../../../../src-core/containers/base-images/busybox.ts';
import { openNodeRuntime } from '../../../../src-core/containers/node/open-node-runtime.ts';
import type { NodeNetwork, NodeRuntime, PreparedContainer } from '../../../../src-core/containers/node/node-runtime.ts';
import { AgentClient } from '../../../../src-core/guest/agent-client.ts';
import type { ExecSession } from '../../../../src-core/guest/exec-session.ts';
import { pciAddressOf } from '../../../../src-core/hypervisor/connections/cards.ts';
import { bootFromImage } from '../../../../src-core/hypervisor/life/boot-files.ts';
import { GuestDuplex } from '../../../../src-core/hypervisor/pipes/guest-duplex.ts';
import type { MachineRun } from '../../../../src-core/hypervisor/runner.ts';
import { layersShare } from '../../../../src-core/hypervisor/shares/shares.ts';
import { tarEnd, tarHeader, tarPadding, type TarItem } from '../../../../src-core/images/formats/tar-writer.ts';
import type { ImageRecord } from '../../../../src-core/images/image.ts';
import { PERFECT_LINK } from '../../../../src-core/network/network-runner.ts';
import { buildAgent } from '../../../setup/build-agent.ts';
import { openImageRoom } from '../../images/open-image-room.ts';
import { NetworkThread } from '../../network-thread.ts';
import { nodeClock } from '../../os/node-clock.ts';
import { WorkerRunner } from '../../worker-runner.ts';
import { openContainerImages } from '../open-container-images.ts';

const MIB = 1024 * 1024;
const NETWORK = 'lab';
const GATEWAY = '10.86.9.1';
const CARD_SLOT = 0;
const work = { signal: new AbortController().signal, progress: () => undefined };

/** What came of a container or of a program in one. */
export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a container of a test differs from the plainest. */
export type Wanted = Partial<Omit<PreparedContainer, 'process'>> & {
  readonly process?: Partial<PreparedContainer['process']>;
};

/** A node that runs without a service around it, with the BusyBox of Debian as an image of one layer. */
export class NodeBench {
  readonly runtime: NodeRuntime;
  readonly agent: AgentClient;
  readonly run: MachineRun;
  /** Diff ids of BusyBox's image. */
  readonly layers: readonly string[];
  readonly #images: ReturnType<typeof openContainerImages>;
  readonly #close: () => Promise<void>;
  #addresses = 9;

  private constructor(
    parts: Pick<NodeBench, 'runtime' | 'agent' | 'run' | 'layers'>,
    images: ReturnType<typeof openContainerImages>,
    close: () => Promise<void>,
  ) {
    this.runtime = parts.runtime;
    this.agent = parts.agent;
    this.run = parts.run;
    this.layers = parts.layers;
    this.#images = images;
    this.#close = close;
  }

  static async open(memoryBytes = 384 * MIB): Promise<NodeBench> {
    const folder = await mkdtemp(join(tmpdir(), 'innkeeper-node-'));
    const room = openImageRoom({ dataDirectory: folder, debianMirror: () => null, agentSource: buildAgent });
    const images = openContainerImages({ dataDirectory: folder });
    const record = await room.build('container-node', work);
    const archive = await room.openArchive(work);
    const steps = { run: () => Promise.reject(new Error('BusyBox is made without a step')) };
    const kitchen = { images, steps, openArchive: () => Promise.resolve(archive), md5: noHasher };
    const { layers } = await busybox.make(archive, kitchen, work);
    await room.close();
    const node = await NodeBench.#start(folder, record, memoryBytes);
    const runtime = openNodeRuntime(node.agent);
    await runtime.open();
    return new NodeBench({ ...node, runtime, layers: layers.map(({ layer }) => layer.diffId) }, images, async () => {
      await node.end();
      await images.close();
      await rm(folder, { recursive: true });
    });
  }

  static async #start(folder: string, image: ImageRecord, memoryBytes: number) {
    const disk = join(folder, 'node.qcow2');
    copyFileSync(image.diskPath ?? '', disk);
    const networks = new NetworkThread();
    const own = { internal: false, reachesHost: false, conditions: PERFECT_LINK };
    const subnet6 = { address: 'fd86:9:9:9::', length: 64 };
    await networks.open({ id: NETWORK, name: NETWORK, subnet: { address: '10.86.9.0', length: 24 }, subnet6, ...own });
    const mac = '52:54:00:86:09:02';
    const run = (await WorkerRunner.open()).launch({
      ...{ id: 'node', name: 'node', harts: 1, memoryBytes, cpuLimit: null, start: { kind: 'power-on' } },
      boot: bootFromImage(image, { name: 'node', disks: [], bootOrder: [] }),
      disks: [{ slot: 0, path: disk, readOnly: false, format: 'qcow2', own: false }],
      shares: [layersShare(join(folder, 'containers/layers'))],
      cards: [{ slot: CARD_SLOT, mac, cable: null }],
    });
    const card = { key: 'node/0', name: 'node', mac, address: '10.86.9.2' };
    const attached = await networks.attach(NETWORK, card, run.bell);
    const duplex = new GuestDuplex(run.agent, nodeClock);
    const agent = new AgentClient({ duplex, timers: nodeClock, random: Math.random });
    agent.start();
    await run.started;
    await run.change({ kind: 'connect-card', slot: CARD_SLOT, cable: attached.cable });
    await agent.whenReady(120_000, 'reach the node');
    const end = async (): Promise<void> => {
      agent.dispose();
      duplex.dispose();
      await run.terminate();
      await networks.dispose();
    };
    return { run, agent, end };
  }

  close(): Promise<void> {
    return this.#close();
  }

  /** A layer of some files. @returns its diff id */
  async addLayer(
    items: readonly (Partial<TarItem> & Pick<TarItem, 'path' | 'type'> & { content?: string | Uint8Array })[],
  ) {
    const bytes = new TextEncoder();
    // An archive is read as it comes; this one is there.

    async function* archive(): AsyncGenerator<Uint8Array, void, void> {
      for (const { content = '', ...item } of items) {
        const own = typeof content === 'string' ? bytes.encode(content) : content;
        yield tarHeader({ mode: 0o755, owner: 0, group: 0, modifiedAt: 0, target: '', sizeBytes: own.length, ...item });
        yield own;
        yield tarPadding(own.length);
      }
      yield tarEnd();
    }
    return (await this.#images.addLayer(archive(), work)).diffId;
  }

  /** A network of its own for a container, at the next free address. */
  network(): NodeNetwork & { kind: 'own' } {
    const last = ++this.#addresses;
    return {
      kind: 'own',
      card: pciAddressOf({ slot: CARD_SLOT }),
      mac: `52:54:00:86:0a:${last.toString(16).padStart(2, '0')}`,
      address: `10.86.9.${last}`,
      prefix: 24,
      gateway: GATEWAY,
      domain: 'inn',
    };
  }

  /** A container that is not prepared yet, running a command of BusyBox. */
  container(command: readonly string[] | string, wanted: Wanted = {}): PreparedContainer {
    const plain = {
      ...{ id: randomBytes(8).toString('hex'), hostName: 'box', layers: this.layers, readOnlyRoot: false },
      ...{ addCapabilities: [], dropCapabilities: [], init: false, mounts: [], annotations: {} },
      limits: { memoryBytes: null, cpus: null, pids: 512, diskBytes: null },
      network: { kind: 'none' as const },
    };
    const process = {
      arguments: typeof command === 'string' ? ['sh', '-c', command] : command,
      environment: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      ...{ workingDirectory: '/', user: '', terminal: false },
    };
    return { ...plain, ...wanted, process: { ...process, ...wanted.process } };
  }

  /** Starts a container. */
  async start(command: readonly string[] | string, wanted: Wanted = {}): Promise<{ id: string; session: ExecSession }> {
    const container = this.container(command, wanted);
    await this.runtime.prepare(container);
    const terminal = container.process.terminal ? { columns: 80, rows: 24 } : null;
    return { id: container.id, session: await this.runtime.run(container.id, terminal) };
  }

  /** Runs a container to its end, and removes it. */
  async once(command: readonly string[] | string, wanted: Wanted = {}): Promise<Ended & { outOfMemory: boolean }> {
    const { id, session } = await this.start(command, wanted);
    const ended = await endOf(session);
    const { outOfMemory } = await this.runtime.release(id);
    await this.runtime.remove(id);
    return { ...ended, outOfMemory };
  }

  /** Runs a program in a container. */
  async exec(id: string, command: readonly string[] | string, user: string | null = null): Promise<Ended> {
    const arguments_ = typeof command === 'string' ? ['sh', '-c', command] : command;
    const request = { command: arguments_, environment: [], workingDirectory: null, user, terminal: null };
    return endOf(await this.runtime.exec(id, request));
  }

  /** Ends a container at once. */
  async stop({ id, session }: { id: string; session: ExecSession }): Promise<void> {
    const ended = session.result.catch(() => undefined);
    await this.runtime.signal(id, 9, true);
    await ended;
    await this.runtime.release(id);
    await this.runtime.remove(id);
  }

  /** Runs a script on the node itself. */
  async onNode(script: string): Promise<Ended> {
    return endOf(await this.agent.exec({ command: ['sh', '-c', script] }));
  }
}

/** What a program printed until it ended; its input is finished. */
export async function endOf(session: ExecSession, input?: Uint8Array): Promise<Ended> {
  const texts = ['', '', ''];
  const decoders = texts.map(() => new TextDecoder());
  session.onData((bytes, channel, done) => {
    texts[channel] = (texts[channel] ?? '') + (decoders[channel]?.decode(bytes, { stream: true }) ?? '');
    done();
  });
  if (input) await session.write(input);
  session.finish();
  const { exitStatus } = await session.result;
  return { status: exitStatus, stdout: texts[1] ?? '', stderr: texts[2] ?? '' };
}

/** Resolves when a container has printed something. */
export async function untilUp(session: ExecSession): Promise<void> {
  await new Promise<void>((resolve) =>
    session.onData((_, __, done) => {
      done();
      resolve();
    }),
  );
}

function noHasher(): never {
  throw new Error('BusyBox is made without MD5 sums');
}
