import type { Disposable } from '../../../base/disposable.ts';
import { Emitter } from '../../../base/emitter.ts';
import { AppError } from '../../../base/errors.ts';
import type { ContainerLimits } from '../../../contract/containers.ts';
import type { Failure } from '../../../contract/failures.ts';
import type { TerminalSize } from '../../../contract/machines.ts';
import type {
  ContainerProcess,
  ExecInContainer,
  NodeContents,
  NodeMeasurement,
  NodeRuntime,
  PreparedContainer,
} from '../../node/node-runtime.ts';
import type { NodeMachine, NodeMachines } from '../nodes/node-machine.ts';
import { FakeSession } from './fake-session.ts';

const MIB = 1024 * 1024;
const KILL = 9;
const TERM = 15;

interface FakeContainer {
  readonly prepared: PreparedContainer;
  session: FakeSession | null;
  isPaused: boolean;
  outOfMemory: boolean;
}

/** A node that runs nothing: its containers do what the test says. What was written outlives its machine's power. */
export class FakeNode implements NodeMachine, NodeRuntime {
  readonly id: string;
  readonly name: string;
  readonly processors = 1;
  readonly memoryBytes: number;
  readonly diskBytes = 1024 * MIB;
  state: NodeMachine['state'] = 'off';
  failure: Failure | null = null;
  readonly calls: string[] = [];
  /** Containers that were prepared since it was switched on. */
  readonly running = new Map<string, FakeContainer>();
  /** On its disk. */
  readonly disk = new Map<string, string>();
  /** What a container wrote, as `written` gives it. */
  readonly archives = new Map<string, Uint8Array>();
  readonly volumesOnDisk = new Set<string>();
  readonly cards: string[] = [];
  readonly shares: string[] = [];
  freeDiskBytes = 512 * MIB;
  /** Refuses the next thing of a name. */
  readonly fails = new Map<string, AppError>();
  /** How a process takes a signal; by default it ends at TERM and KILL. */
  onSignal = (session: FakeSession, signal: number): void => {
    if (signal === TERM || signal === KILL) session.end(128 + signal);
  };
  onExec = (session: FakeSession, _request: ExecInContainer): void => session.end(0);
  readonly #owner: FakeNodes;

  constructor(owner: FakeNodes, id: string, name: string, memoryBytes: number) {
    this.#owner = owner;
    this.id = id;
    this.name = name;
    this.memoryBytes = memoryBytes;
  }

  /** The process of a container. */
  session(id: string): FakeSession {
    const session = this.running.get(id)?.session;
    if (!session) throw new Error(`nothing runs of ${id}`);
    return session;
  }

  /** The power goes, or its kernel panics. */
  die(cause: string): void {
    this.state = 'failed';
    // Who talks to it hears that before it is known why.
    for (const { session } of this.running.values()) session?.lose('the machine has ended');
    this.running.clear();
    this.#owner.lost.fire({ id: this.id, cause });
    this.#owner.changed.fire(this.id);
  }

  /** Its process ends as one that the kernel killed for memory. */
  runOutOfMemory(id: string): void {
    const container = this.running.get(id);
    if (container) container.outOfMemory = true;
    this.session(id).end(137);
  }

  async wake(): Promise<NodeRuntime> {
    this.calls.push('wake');
    await this.#do('wake');
    this.state = 'on';
    this.#owner.changed.fire(this.id);
    return this;
  }

  async sleep(): Promise<void> {
    this.calls.push('sleep');
    await this.#do('sleep');
    this.state = 'asleep';
    this.#owner.changed.fire(this.id);
  }

  kill(): Promise<void> {
    if (this.state === 'on') this.die('it was killed');
    this.state = 'off';
    return Promise.resolve();
  }

  async card(network: string): Promise<string> {
    await this.#do('card');
    if (!this.cards.includes(network)) {
      this.cards.push(network);
      await this.#owner.plug(network, this.id);
    }
    return '0000:00:1c.0';
  }

  dropCard(network: string): Promise<void> {
    this.cards.splice(0, this.cards.length, ...this.cards.filter((each) => each !== network));
    return Promise.resolve();
  }

  async share(directory: string, readOnly: boolean): Promise<string> {
    await this.#do('share');
    this.shares.push(`${directory}${readOnly ? ' read-only' : ''}`);
    return `tag${this.shares.length - 1}`;
  }

  async open(): Promise<NodeContents> {
    await this.#do('open');
    return { containers: [...this.disk.keys()], volumes: [...this.volumesOnDisk] };
  }

  async prepare(prepared: PreparedContainer): Promise<{ readonly config: string }> {
    this.calls.push(`prepare ${prepared.id}`);
    await this.#do('prepare');
    if (!this.disk.has(prepared.id)) this.disk.set(prepared.id, 'fresh');
    this.running.set(prepared.id, { prepared, session: null, isPaused: false, outOfMemory: false });
    return { config: JSON.stringify({ hostname: prepared.hostName }) };
  }

  async run(id: string, terminal: TerminalSize | null): Promise<FakeSession> {
    this.calls.push(`run ${id}`);
    await this.#do('run');
    const session = new FakeSession();
    if (terminal) session.resize(terminal);
    const container = this.running.get(id);
    if (!container) throw new Error(`${id} was not prepared`);
    container.session = session;
    this.#owner.onRun(session, container.prepared, this);
    return session;
  }

  async release(id: string): Promise<{ readonly outOfMemory: boolean }> {
    this.calls.push(`release ${id}`);
    await this.#do('release');
    const outOfMemory = this.running.get(id)?.outOfMemory ?? false;
    this.running.delete(id);
    return { outOfMemory };
  }

  async remove(id: string): Promise<void> {
    this.calls.push(`remove ${id}`);
    await this.#do('remove');
    this.disk.delete(id);
  }

  async exec(_id: string, request: ExecInContainer): Promise<FakeSession> {
    this.calls.push(`exec ${request.command.join(' ')}`);
    await this.#do('exec');
    const session = new FakeSession();
    this.onExec(session, request);
    return session;
  }

  signal(id: string, signal: number, all: boolean): Promise<void> {
    this.calls.push(`signal ${signal}${all ? ' to all' : ''}`);
    const session = this.running.get(id)?.session;
    if (session) this.onSignal(session, signal);
    return Promise.resolve();
  }

  pause(id: string): Promise<void> {
    this.calls.push(`pause ${id}`);
    return Promise.resolve();
  }

  resume(id: string): Promise<void> {
    this.calls.push(`resume ${id}`);
    return Promise.resolve();
  }

  limit(_id: string, { memoryBytes }: ContainerLimits): Promise<void> {
    this.calls.push(`limit ${memoryBytes}`);
    return Promise.resolve();
  }

  async measure(): Promise<NodeMeasurement> {
    await this.#do('measure');
    const counters = { memoryBytes: MIB, pids: 1, diskReadBytes: 0, diskWrittenBytes: 0 };
    const network = { networkSentBytes: 0, networkReceivedBytes: 0 };
    const containers = [...this.running.keys()].map((id) => ({
      ...{ id, ...counters, ...network },
      processorNs: this.#owner.processorNs,
    }));
    const { memoryBytes, diskBytes, freeDiskBytes } = this;
    return { memoryBytes, availableMemoryBytes: memoryBytes / 2, diskBytes, freeDiskBytes, containers };
  }

  processes(): Promise<readonly ContainerProcess[]> {
    return Promise.resolve([{ pid: 1, user: 'root', time: '00:00:00', command: 'sh' }]);
  }

  written(id: string): Promise<FakeSession> {
    const session = new FakeSession();
    session.printBytes(this.archives.get(id) ?? new Uint8Array(1024));
    session.end(0);
    return Promise.resolve(session);
  }

  readFiles(): never {
    throw new Error('not in this test');
  }

  writeFiles(): never {
    throw new Error('not in this test');
  }

  async makeVolume(name: string): Promise<void> {
    await this.#do('makeVolume');
    this.volumesOnDisk.add(name);
  }

  removeVolume(name: string): Promise<void> {
    this.volumesOnDisk.delete(name);
    return Promise.resolve();
  }

  volumes(): Promise<readonly { readonly name: string; readonly usedBytes: number }[]> {
    return Promise.resolve([...this.volumesOnDisk].map((name) => ({ name, usedBytes: 4096 })));
  }

  sync(): Promise<void> {
    return Promise.resolve();
  }

  async #do(what: string): Promise<void> {
    await Promise.resolve();
    const error = this.fails.get(what);
    this.fails.delete(what);
    if (error) throw error;
  }
}

/** Machines that are no machines. They stay, with what is on their disks, when the service begins anew. */
export class FakeNodes implements NodeMachines {
  readonly nodes: FakeNode[] = [];
  readonly changed = new Emitter<string>();
  readonly lost = new Emitter<{ id: string; cause: string }>();
  processorNs = 0;
  plug: (network: string, node: string) => Promise<unknown> = () => Promise.resolve();
  onRun: (session: FakeSession, prepared: PreparedContainer, node: FakeNode) => void = () => undefined;
  #made = 0;

  all(): readonly FakeNode[] {
    return this.nodes;
  }

  async add({ memoryBytes }: { readonly memoryBytes: number }): Promise<FakeNode> {
    await Promise.resolve();
    this.#made++;
    const node = new FakeNode(this, `${this.#made}`.padStart(16, 'd'), `node-${this.#made}`, memoryBytes);
    this.nodes.push(node);
    return node;
  }

  remove(id: string): Promise<void> {
    this.nodes.splice(0, this.nodes.length, ...this.nodes.filter((node) => node.id !== id));
    return Promise.resolve();
  }

  onChanged(listener: (id: string) => void): Disposable {
    return this.changed.on(listener);
  }

  onLost(listener: (id: string, cause: string) => void): Disposable {
    return this.lost.on(({ id, cause }) => listener(id, cause));
  }
}
