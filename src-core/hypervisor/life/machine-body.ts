import type { Disposable } from '../../base/disposable.ts';
import { AppError } from '../../base/errors.ts';
import { Turns } from '../../base/turns.ts';
import type { Failure } from '../../contract/failures.ts';
import type { MachineState, MachineStats, TerminalSize } from '../../contract/machines.ts';
import { ConnectionsInRun } from '../connections/connections-in-run.ts';
import { MachineConfiguration } from '../configuration/configuration.ts';
import { MachineConsole } from '../console/console.ts';
import type { MachineDefinition } from '../store/definition.ts';
import { afterHappening, afterRequest } from './life-cycle.ts';
import type { Happening, Request } from './life-cycle.ts';
import type { LiveRun } from './live-run.ts';
import { MachineDocuments } from '../store/machine-documents.ts';
import type { RunRecord } from '../store/run-record.ts';
import { SharesInGuest } from '../shares/shares-in-guest.ts';
import type { MachineSurroundings } from '../surroundings.ts';

/** What the parts of one machine share: its documents, its state, its run. */
export class MachineBody {
  readonly around: MachineSurroundings;
  readonly documents: MachineDocuments;
  readonly console: MachineConsole;
  /** What starts, saves or rebuilds it takes turns; what ends it does not wait. */
  readonly turns = new Turns();
  readonly #changed: () => void;
  /** Its run, also while that is being ended. */
  run: LiveRun | null = null;
  /** Holds its disks while it is suspended. */
  kept: readonly Disposable[] = [];
  /** Its power is being taken. */
  killing: Promise<void> | null = null;
  failure: Failure | null = null;
  stats: MachineStats | null = null;
  stopOverdue = false;
  restartWhenOff = false;
  terminal: TerminalSize | null = null;
  /** Its shared folders, as its guest has them. */
  readonly sharesInGuest = new SharesInGuest(
    () => this.definition.shares,
    () => this.tell(),
    () => this.definition.purpose === 'node',
  );
  /** Its user-data, carried out in its guest. */
  readonly configuration = new MachineConfiguration(this);
  /** Its cables, and the ports that lead to it. */
  readonly connections = new ConnectionsInRun(this);
  #state: MachineState = 'stopped';
  #attempt = 0;

  constructor(definition: MachineDefinition, record: RunRecord, around: MachineSurroundings, changed: () => void) {
    this.around = around;
    this.documents = new MachineDocuments(definition, record, around);
    this.console = new MachineConsole(around.clock);
    this.#changed = changed;
    // How it ended last is what it is until it is started again.
    if (record.lastEnd?.kind === 'failed') this.#state = 'failed';
    if (definition.resume) this.#state = 'suspended';
    void this.configuration.open();
  }

  get id(): string {
    return this.definition.id;
  }

  get name(): string {
    return this.definition.name;
  }

  get definition(): MachineDefinition {
    return this.documents.definition;
  }

  get state(): MachineState {
    return this.#state;
  }

  /** Its run, while the guest can be spoken to. */
  get live(): LiveRun | null {
    return this.killing ? null : this.run;
  }

  /** It is about to be started, or is not suspended any more. */
  letGoOfKept(): void {
    for (const lease of this.kept) lease.dispose();
    this.kept = [];
  }

  /** Counts beginnings and forced ends: what was begun before is told apart from what goes on now. */
  get attempt(): number {
    return this.#attempt;
  }

  /** @returns the new attempt: all that was begun before is over */
  begin(): number {
    return ++this.#attempt;
  }

  /** @throws AppError 'cancelled' when it was killed meanwhile */
  check(attempt: number, doing: string): void {
    if (attempt === this.#attempt) return;
    throw new AppError({ code: 'cancelled', doing, because: 'it was killed meanwhile' });
  }

  /** @throws AppError 'wrong-state' that says what would help */
  request(request: Request): void {
    this.#become(afterRequest(this.#state, request, this.name));
  }

  happen(happening: Happening): void {
    this.#become(afterHappening(this.#state, happening));
  }

  /** Its run, for a request that needs one. @throws AppError 'wrong-state' */
  alive(request: Request): LiveRun {
    afterRequest(this.#state, request, this.name);
    if (this.live) return this.live;
    const because = 'it is just being powered off';
    throw new AppError({ code: 'wrong-state', doing: `${request} machine ${this.name}`, because });
  }

  tell(): void {
    this.#changed();
  }

  random(): number {
    const bytes = new Uint8Array(4);
    this.around.random(bytes);
    return new DataView(bytes.buffer).getUint32(0) / 2 ** 32;
  }

  #become(state: MachineState): void {
    if (state !== this.#state) this.around.log.info(this.id, `${this.#state} → ${state}`);
    this.#state = state;
    if (state !== 'stopping') this.stopOverdue = false;
    if (state === 'starting') this.failure = null;
    this.tell();
  }
}
