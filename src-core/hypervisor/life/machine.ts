import type {
  MachineDiskView,
  MachineState,
  MachineStats,
  MachineView,
  TerminalSize,
} from '../../contract/machines.ts';
import { ConnectionsOfMachine } from '../connections/connections-of-machine.ts';
import type { MachineConsole } from '../console/console.ts';
import { promisedMemory } from '../store/definition.ts';
import type { MachineDefinition } from '../store/definition.ts';
import { HardwareDisks } from '../hardware/hardware-disks.ts';
import { Hardware } from '../hardware/hardware.ts';
import type { LayerUser } from '../layers/folding.ts';
import { layersOf } from '../layers/layer-owners.ts';
import { afterRequest } from './life-cycle.ts';
import type { LiveRun } from './live-run.ts';
import { MachineBody } from './machine-body.ts';
import { locateDisks, measureDisks } from '../machine-disks/machine-disks.ts';
import { Power } from './power.ts';
import type { RunRecord } from '../store/run-record.ts';
import { SharesOfMachine } from '../shares/shares-of-machine.ts';
import type { LaunchPlan } from './launch-plan.ts';
import type { Request } from './life-cycle.ts';
import type { MachineRun } from '../runner.ts';
import { MachineSnapshots } from '../snapshots/machine-snapshots.ts';
import { atOneMoment } from '../snapshots/moment.ts';
import { Restoration } from '../snapshots/restoration.ts';
import type { MachineSurroundings } from '../surroundings.ts';
import { Suspension } from './suspension.ts';

/** After a shorter pause a guest's clock is not worth setting. */
const LONG_PAUSE_MS = 1000;

/** One machine: its definition, its state, and its run while it has one. */
export class Machine {
  readonly shares: SharesOfMachine;
  readonly connections: ConnectionsOfMachine;
  readonly snapshots: MachineSnapshots;
  readonly #body: MachineBody;
  readonly #power: Power;
  readonly #suspension: Suspension;
  readonly #restoration: Restoration;
  readonly #hardware: Hardware;
  readonly #hardwareDisks: HardwareDisks;
  #disks: readonly MachineDiskView[];
  #pausedAt = 0;

  constructor(
    definition: MachineDefinition,
    record: RunRecord,
    around: MachineSurroundings,
    tell: { readonly changed: () => void; readonly snapshotsChanged: () => void },
  ) {
    this.#body = new MachineBody(definition, record, around, () => tell.changed());
    this.shares = new SharesOfMachine(this.#body);
    this.connections = new ConnectionsOfMachine(this.#body);
    this.#power = new Power(this.#body, () => void this.measureDisks());
    this.#suspension = new Suspension(this.#body, this.#power);
    this.#restoration = new Restoration(this.#body, this.#power);
    this.snapshots = new MachineSnapshots(this.#body, () => {
      void this.measureDisks();
      tell.snapshotsChanged();
    });
    this.#hardware = new Hardware(this.#body);
    this.#hardwareDisks = new HardwareDisks(this.#body);
    this.#disks = locateDisks(definition, around).map((disk) => ({ ...disk, sizeBytes: null, usedBytes: null }));
  }

  /** Reads what else is on disk about it. Once, before it is asked for anything. */
  async open(): Promise<void> {
    await this.snapshots.open();
    await this.#suspension.open();
    await this.measureDisks();
  }

  get id(): string {
    return this.#body.id;
  }

  get name(): string {
    return this.#body.name;
  }

  /** It belongs to the container engine: people see it among nodes. */
  get isNode(): boolean {
    return this.definition.purpose === 'node';
  }

  get state(): MachineState {
    return this.#body.state;
  }

  get definition(): MachineDefinition {
    return this.#body.definition;
  }

  get console(): MachineConsole {
    return this.#body.console;
  }

  /** Its run, while the guest can be spoken to. */
  get live(): LiveRun | null {
    return this.#body.live;
  }

  view(): MachineView {
    const { id, name, source, processors, cpuLimit, bootOrder, createdAt } = this.definition;
    const { runningSince, lastEnd } = this.#body.documents.record;
    return {
      ...{ id, name, source, processors, cpuLimit, createdAt, lastEnd },
      memoryBytes: promisedMemory(this.definition),
      memoryAtStartBytes: this.#body.run ? this.definition.memoryBytes : null,
      bootOrder: [...bootOrder],
      currentSnapshot: this.definition.currentSnapshot,
      disks: [...this.#disks],
      shares: this.shares.views(),
      ...this.connections.views(),
      state: this.state,
      startedAt: runningSince,
      agent: this.#body.run?.agent.state ?? 'absent',
      configuration: this.#body.configuration.view,
      stopOverdue: this.#body.stopOverdue,
      task: this.#power.waiting.task,
      stats: this.#body.stats,
      failure: this.#body.failure,
      ...(this.isNode ? { purpose: 'node' as const } : {}),
    };
  }

  /** Resolves when it runs, or when its image is being prepared. @throws AppError */
  async start(): Promise<void> {
    if (this.state === 'preparing') this.#power.waiting.startWhenPrepared();
    else await this.#power.start('start');
  }

  /** Prepares its image when that is not here yet. */
  async prepare(): Promise<void> {
    await this.#power.waiting.look();
  }

  /** Asks the guest to power off. @throws AppError */
  stop(graceMs: number): void {
    if (this.state === 'preparing') {
      this.#power.waiting.abandon('stop');
      return;
    }
    this.#body.stopOverdue = false;
    this.#body.request('stop');
    this.#body.restartWhenOff = false;
    this.#power.askToPowerOff(graceMs);
  }

  /** Asks the guest to power off and starts it again. @throws AppError */
  restart(graceMs: number): void {
    this.#body.stopOverdue = false;
    this.#body.request('restart');
    this.#body.restartWhenOff = true;
    this.#power.askToPowerOff(graceMs);
  }

  /** Takes the power away. Resolves when nothing of it runs. @throws AppError */
  async kill(): Promise<void> {
    if (this.state === 'preparing') this.#power.waiting.abandon('kill');
    else if (this.state === 'suspended') await this.#suspension.discard('kill');
    else await this.#power.kill();
  }

  /** @throws AppError */
  async pause(): Promise<void> {
    await this.#body.turns.take(async () => {
      const live = this.#body.alive('pause');
      await live.run.pause();
      if (this.live !== live || this.state !== 'running') return;
      this.#pausedAt = this.#body.around.clock.now();
      this.#body.request('pause');
    });
  }

  /** Lets it go on: where it was paused, or where it was suspended. @throws AppError */
  async resume(): Promise<void> {
    if (this.state === 'suspended') return this.#power.start('resume');
    await this.#body.turns.take(async () => {
      const live = this.#body.alive('resume');
      await live.run.resume();
      if (this.live !== live || this.state !== 'paused') return;
      this.#body.request('resume');
      if (this.#body.around.clock.now() - this.#pausedAt >= LONG_PAUSE_MS) live.wakeUp();
    });
  }

  /** Saves it to disk and takes its power. Resolves when it is safely there. @throws AppError; then it goes on */
  async suspend(): Promise<void> {
    await this.#suspension.suspend();
  }

  /** Throws its saved state away. @throws AppError */
  async discard(): Promise<void> {
    await this.#suspension.discard('discard');
  }

  /** @throws AppError when the definition cannot be written; the name is then the old one */
  async rename(name: string): Promise<void> {
    afterRequest(this.state, 'rename', this.name);
    await this.#body.documents.change((now) => ({ ...now, name }));
    this.#body.connections.rename(name);
    this.#body.tell();
  }

  /** Whose layers are open while it is on. */
  get layerUser(): LayerUser {
    const { turns } = this.#body;
    const body = this.#body;
    const { snapshots } = this;
    return {
      turns,
      get isOff() {
        return body.run === null;
      },
      named: () => {
        const { definition } = body;
        const all = [
          layersOf(definition, definition.resume?.memory ?? null),
          ...snapshots.all.map(({ hardware, memory }) => layersOf(hardware, memory)),
        ];
        return { disks: all.flatMap(({ disks }) => disks), memory: all.flatMap(({ memory }) => memory) };
      },
    };
  }

  /** Puts it back to a snapshot, whole or not at all. @throws AppError */
  async restore(reference: string): Promise<void> {
    const { snapshots } = this;
    const find = (doing: string): ReturnType<typeof snapshots.get> => snapshots.get(reference, doing);
    await this.#restoration.restore(find, reference, (snapshot) => snapshots.console(snapshot));
    await this.measureDisks();
  }

  /** Carries `work` out when nothing else is done to it. @throws AppError 'wrong-state' that says what would help */
  inItsTurn<T>(request: Request, work: () => Promise<T>): Promise<T> {
    return this.#body.turns.take(async () => {
      afterRequest(this.state, request, this.name);
      const result = await work();
      void this.measureDisks();
      return result;
    });
  }

  /** Nothing starts, saves or rebuilds it, or folds its layers, while this goes on. */
  undisturbed<T>(work: () => Promise<T>): Promise<T> {
    return this.#body.turns.take(work);
  }

  /** Takes it at one moment; to be called in its turn. See `atOneMoment`. */
  atOneMoment<T>(options: Parameters<typeof atOneMoment>[1], during: Parameters<typeof atOneMoment<T>>[2]): Promise<T> {
    return atOneMoment(this.#body, options, during);
  }

  /** What it is about to go on from, or has just been copied from, showed this. */
  showAgain(scrollback: Uint8Array): void {
    this.console.show(scrollback);
  }

  /** A run that stands still goes on as this machine, which was off. @throws AppError */
  async takeOver(run: MachineRun, plan: LaunchPlan, doing: string): Promise<void> {
    await this.#power.takeOver(run, plan, doing);
  }

  /** All of it, or nothing. @throws AppError */
  async changeHardware(wanted: Parameters<Hardware['change']>[0]): Promise<void> {
    await this.#hardware.change(wanted);
  }

  /** @throws AppError; nothing was changed then */
  async attachDisk(disk: Parameters<HardwareDisks['attach']>[0]): Promise<void> {
    await this.#hardwareDisks.attach(disk);
    await this.measureDisks();
  }

  /** @param force also when its guest uses it, or cannot be asked @throws AppError */
  async detachDisk(slot: number, force: boolean): Promise<void> {
    await this.#hardwareDisks.detach(slot, force);
    await this.measureDisks();
  }

  /** @throws AppError 'invalid-input' for a smaller size, … */
  async growDisk(slot: number, sizeBytes: number): Promise<void> {
    await this.#hardwareDisks.grow(slot, sizeBytes);
    await this.measureDisks();
  }

  /** Its console's terminal has this size, in this run and those to come. */
  resize(size: TerminalSize): void {
    this.#body.terminal = size;
    this.live?.run.resize(size);
  }

  /** Measures it, if it runs. */
  sample(): MachineStats | null {
    if (!this.live || this.state === 'starting') return null;
    const traffic = this.#body.connections.traffic();
    const network = traffic && { networkSentBytes: traffic.sentBytes, networkReceivedBytes: traffic.receivedBytes };
    this.#body.stats = { ...this.live.sample(), ...network };
    return this.#body.stats;
  }

  /** To be called every few seconds. */
  watch(): void {
    if (this.#body.run) void this.measureDisks();
    if (this.state === 'paused' || this.state === 'suspending' || this.live?.stuck() !== true) return;
    this.#power.giveUp();
  }

  /** Looks how large its disks are and what they take. */
  async measureDisks(): Promise<void> {
    if (this.definition.disks.length === 0 && this.#disks.length === 0) return;
    const measured = await measureDisks(this.definition, this.#body.around);
    const changed =
      measured.length !== this.#disks.length ||
      measured.some(({ path, sizeBytes, usedBytes }, index) => {
        const before = this.#disks[index];
        return path !== before?.path || sizeBytes !== before.sizeBytes || usedBytes !== before.usedBytes;
      });
    this.#disks = measured;
    if (changed) this.#body.tell();
  }

  /** What was written about it so far is on the disk when this resolves. */
  async settled(): Promise<void> {
    await this.#body.documents.settled();
  }
}
