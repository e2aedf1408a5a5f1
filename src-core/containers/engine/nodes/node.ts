import type { Disposable } from '../../../base/disposable.ts';
import { Emitter } from '../../../base/emitter.ts';
import type { ErrorCode } from '../../../base/errors.ts';
import { Turns } from '../../../base/turns.ts';
import type { NodeView } from '../../../contract/containers.ts';
import type { NodeMeasurement, NodeRuntime } from '../../node/node-runtime.ts';
import type { Clock } from '../../../host/clock.ts';
import type { EngineLog } from '../surroundings.ts';
import type { NodeMachine } from './node-machine.ts';
import type { NodeRoom } from './placement.ts';

/** Who talks to one hears that it is gone before its machine tells why; by then it has told. */
const WHY_WITHIN_MS = 1000;
const BREAKING: ReadonlySet<ErrorCode> = new Set(['corrupt', 'not-found', 'guest-failed', 'internal']);

/** What the engine knows of what lies on a node. */
export interface NodeOwners {
  /** Ids of the containers whose writings lie on it. */
  containersOn(node: string): readonly string[];
  volumesOn(node: string): readonly string[];
  runningOn(node: string): number;
}

interface NodeSurroundings {
  readonly clock: Clock;
  readonly log: EngineLog;
  readonly idleMs: () => number;
  readonly owners: NodeOwners;
  readonly changed: () => void;
}

/** One machine that runs containers: up while somebody uses it, asleep a while after. */
export class EngineNode implements NodeRoom {
  readonly machine: NodeMachine;
  readonly #around: NodeSurroundings;
  readonly #turns = new Turns();
  #runtime: NodeRuntime | null = null;
  #users = 0;
  #idle: Disposable | undefined;
  #promised = 0;
  /** Tags of host folders and networks, with how many containers use each. */
  readonly #used = new Map<string, number>();
  /** Volumes that are there. */
  readonly #volumes = new Set<string>();
  #measured: NodeMeasurement | null = null;
  #isWaking = false;
  /** Why it was lost since it last came up. */
  #loss: string | null = null;
  readonly #losses = new Emitter<string>();

  constructor(machine: NodeMachine, around: NodeSurroundings) {
    this.machine = machine;
    this.#around = around;
  }

  get id(): string {
    return this.machine.id;
  }

  get name(): string {
    return this.machine.name;
  }

  get state(): NodeView['state'] {
    const { state } = this.machine;
    if (state === 'on') return this.#runtime ? 'ready' : 'starting';
    if (this.#isWaking || state === 'starting') return 'starting';
    return state === 'off' ? 'stopped' : state;
  }

  /** It cannot come up, as far as is known: too little memory now is another thing. */
  get isBroken(): boolean {
    const { failure } = this.machine;
    return failure !== null && BREAKING.has(failure.code);
  }

  get memoryBytes(): number {
    return this.machine.memoryBytes;
  }

  get promisedMemoryBytes(): number {
    return this.#promised;
  }

  get freeDiskBytes(): number | null {
    return this.#measured?.freeDiskBytes ?? null;
  }

  /** What it can be asked now; null while it is not up. */
  get runtime(): NodeRuntime | null {
    return this.machine.state === 'on' ? this.#runtime : null;
  }

  get users(): number {
    return this.#users;
  }

  /** It stays up until all who use it have disposed of that. @param memoryBytes promised to who uses it */
  use(memoryBytes = 0): Disposable & { promise(memoryBytes: number): void } {
    this.#idle?.dispose();
    this.#users++;
    this.#promised += memoryBytes;
    let promised = memoryBytes;
    let isOver = false;
    return {
      promise: (bytes) => {
        if (isOver) return;
        this.#promised += bytes - promised;
        promised = bytes;
      },
      dispose: () => {
        if (isOver) return;
        isOver = true;
        this.#promised -= promised;
        if (--this.#users === 0) this.#sleepLater();
        this.#around.changed();
      },
    };
  }

  /** To be called by one who uses it. @throws AppError */
  ready(doing: string): Promise<NodeRuntime> {
    if (this.runtime) return Promise.resolve(this.runtime);
    return this.#turns.take(async () => {
      if (this.runtime) return this.runtime;
      this.#isWaking = true;
      this.#around.changed();
      try {
        return await this.#wake(doing);
      } finally {
        this.#isWaking = false;
        this.#around.changed();
      }
    });
  }

  /** Its machine is off, or on its way there: nothing that it was asked for is good any more. */
  lost(cause: string): void {
    this.#runtime = null;
    this.#measured = null;
    this.#used.clear();
    this.#loss = cause;
    this.#losses.fire(cause);
  }

  /** Why it was lost, for one who notices that it does not answer any more; null where that is not told. */
  whyLost(): Promise<string | null> {
    if (this.#loss !== null) return Promise.resolve(this.#loss);
    return new Promise((resolve) => {
      const told = (cause: string | null): void => {
        subscription.dispose();
        timer.dispose();
        resolve(cause);
      };
      const subscription = this.#losses.on(told);
      const timer = this.#around.clock.after(WHY_WITHIN_MS, () => told(null));
    });
  }

  /** Somebody uses something of it: a card, a shared folder. @returns what gives it back */
  hold(what: string): Disposable {
    this.#used.set(what, (this.#used.get(what) ?? 0) + 1);
    let isOver = false;
    return {
      dispose: () => {
        const count = this.#used.get(what) ?? 0;
        if (!isOver && count > 0) this.#used.set(what, count - 1);
        isOver = true;
      },
    };
  }

  isHeld(what: string): boolean {
    return (this.#used.get(what) ?? 0) > 0;
  }

  /** Makes a volume on it where it is not there yet. */
  async needVolume(runtime: NodeRuntime, name: string): Promise<void> {
    if (this.#volumes.has(name)) return;
    await runtime.makeVolume(name);
    this.#volumes.add(name);
  }

  forgetVolume(name: string): void {
    this.#volumes.delete(name);
  }

  /** Puts it to sleep now, if nobody uses it. */
  sleep(): Promise<void> {
    this.#idle?.dispose();
    return this.#turns.take(async () => {
      if (this.#users > 0 || this.machine.state !== 'on') return;
      const runtime = this.#runtime;
      try {
        await runtime?.sync();
        if (this.#isWanted()) return;
        this.#runtime = null;
        await this.machine.sleep();
      } catch (error) {
        this.#around.log.warn(`node ${this.name} could not be put to sleep`, { error });
        // Off it answers nobody: see `runtime`.
        this.#runtime = runtime;
        if (this.#users === 0) this.#sleepLater();
      }
      this.#around.changed();
    });
  }

  /** How it is now; null while it is not up. */
  async measure(): Promise<NodeMeasurement | null> {
    const { runtime } = this;
    if (!runtime) return null;
    const measured = await runtime.measure().catch(() => null);
    if (this.runtime === runtime && measured) this.#measured = measured;
    return measured;
  }

  view(): NodeView {
    const { machine, id, name, state } = this;
    const { owners } = this.#around;
    return {
      ...{ id, name, state },
      processors: machine.processors,
      memoryBytes: machine.memoryBytes,
      promisedMemoryBytes: this.#promised,
      freeMemoryBytes: this.runtime ? (this.#measured?.availableMemoryBytes ?? null) : null,
      diskBytes: this.#measured?.diskBytes ?? machine.diskBytes,
      freeDiskBytes: this.runtime ? (this.#measured?.freeDiskBytes ?? null) : null,
      running: owners.runningOn(id),
      containers: owners.containersOn(id).length,
      failure: machine.failure,
    };
  }

  dispose(): void {
    this.#idle?.dispose();
  }

  #isWanted(): boolean {
    return this.#users > 0;
  }

  async #wake(doing: string): Promise<NodeRuntime> {
    const runtime = await this.machine.wake(doing);
    const { containers, volumes } = await runtime.open();
    this.#volumes.clear();
    for (const name of volumes) this.#volumes.add(name);
    this.#runtime = runtime;
    this.#loss = null;
    this.#sweep(runtime, containers).catch((error: unknown) => {
      this.#around.log.warn(`what nobody needs on node ${this.name} could not be deleted`, { error });
    });
    return runtime;
  }

  /** What no document knows is of containers that are gone, or were never acknowledged. */
  async #sweep(runtime: NodeRuntime, found: readonly string[]): Promise<void> {
    for (const id of found) {
      // One that is made meanwhile is known before it is on the node.
      if (!this.#around.owners.containersOn(this.id).includes(id)) await runtime.remove(id);
    }
  }

  #sleepLater(): void {
    this.#idle?.dispose();
    this.#idle = this.#around.clock.after(this.#around.idleMs(), () => void this.sleep());
  }
}
