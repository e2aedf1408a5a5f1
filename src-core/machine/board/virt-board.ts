import { AppError, assert } from '../../base/errors.ts';
import type { BoardCounters, BoardExit, BoardSpec } from '../board-interface.ts';
import { MIE, RunExit, TIMEBASE_HZ, type CoreExports, type CoreImports } from '../core-interface.ts';
import { GuestRam } from '../devices/guest-ram.ts';
import type { BalloonDevice } from '../devices/virtio/balloon.ts';
import type { VirtioDevice } from '../devices/virtio/device.ts';
import { bootRom, FW_DYNAMIC_ADDRESS } from './boot-rom.ts';
import { planBoot } from './boot-plan.ts';
import type { ExitCount } from './bus.ts';
import { GuestClock } from './clock.ts';
import { ConsoleHub } from './console-hub.ts';
import { Devices } from './devices.ts';
import { HartCall, HartRoom, type CallOfHart } from '../harts/hart-room.ts';
import { OtherHarts } from '../harts/other-harts.ts';
import type { DiskDrives } from './disk-drives.ts';
import type { NetworkCards } from './network-cards.ts';
import { growMemory } from './core-memory.ts';
import { describeFatal } from './fatal.ts';
import type { Board, BoardHost, CoreHandle } from './interface.ts';
import { load } from './loader.ts';
import { PanicWatch } from './panic-watch.ts';
import { WaitingInput } from './waiting-input.ts';
import { readCore, writeCore } from '../state/core-state.ts';
import type { MachineState, SavedMachine } from '../state/machine-state.ts';
import { PAGE_BYTES } from '../state/memory-runs.ts';

/** Instructions after which another hart gets its turn: they wait for each other's locks and messages. */
const TURN = 50_000;

/** How often a slice goes on after it was left for another hart. */
const MOST_CALLS = 16;

/** SBI, "System Reset Extension": reset type of a power-off. */
const SRST_SHUTDOWN = 0;
const SRST_SYSTEM_FAILURE = 1;

const HALTED = 'the guest has halted: its processors wait, with all interrupts switched off';

const RUNNING: BoardExit = { kind: 'running' };

/** The board of QEMU's `virt` machine. Its first hart and all devices live in the thread that calls. */
export class VirtBoard implements Board {
  readonly ram: GuestRam;
  readonly written: Uint8Array;
  readonly core: CoreExports;
  readonly others: OtherHarts | null;
  readonly #spec: BoardSpec;
  readonly #memory: CoreHandle['memory'];
  readonly #clock: GuestClock;
  readonly #panic = new PanicWatch();
  readonly #devices: Devices;
  readonly #hub: ConsoleHub;
  readonly #input: WaitingInput;
  /** For harts of other threads. */
  #host: CoreImports['host'] | null = null;
  /** How it ended, until it is reset. */
  #end: BoardExit | null = null;

  /** @param saved what it goes on from; without it, it is switched on */
  constructor(spec: BoardSpec, host: BoardHost, saved?: SavedMachine) {
    // Before anything else: what cannot be booted should cost nothing.
    if (!saved) planBoot(spec);
    this.#spec = spec;
    this.#clock = new GuestClock(() => host.monotonicNs());
    const { exports, memory } = host.instantiate(this.#imports());
    this.core = exports;
    this.#memory = memory;
    growMemory(exports, memory, spec.memoryBytes);
    const written = new Uint8Array(memory.buffer, exports.writtenPages(), Math.ceil(spec.memoryBytes / PAGE_BYTES));
    this.written = written;
    this.ram = new GuestRam(memory.buffer, exports.ramAddress(), spec.memoryBytes, {
      written: (offset, bytes) => exports.ramWritten(offset, bytes),
      isUntouched: (offset) => written[Math.floor(offset / PAGE_BYTES)] === 0,
    });
    this.#input = new WaitingInput(spec.console);
    const hub = new ConsoleHub(this.#input, (bytes) => this.#panic.output(bytes, this.#clock.now()));
    this.#hub = hub;
    this.#devices = new Devices(spec, {
      ram: this.ram,
      hub,
      line: (source) => (level) => exports.setInterruptLine(source, level ? 1 : 0),
      finish: (how) => {
        if (how.kind === 'failed') this.#stop({ kind: 'failed', cause: `the guest gave up with code ${how.code}` });
        else this.#stop(how);
      },
    });
    this.others = this.#startOthers(host);
    if (saved) this.#restore(saved);
    else this.reset();
  }

  #startOthers({ threads }: BoardHost): OtherHarts | null {
    const { harts } = this.#spec;
    if (!threads || harts === 1) return null;
    const room = new HartRoom(threads.bell);
    const others = new OtherHarts(room, this.core, harts, (call) => this.#carryOut(call));
    threads.start(room, this.#memory, harts);
    return others;
  }

  end(): void {
    this.others?.end();
  }

  reset(): void {
    const { core } = this;
    const spec = this.#spec;
    const plan = planBoot(spec);
    this.others?.stop();
    this.#end = null;
    this.#clock.reset();
    this.#panic.reset();
    core.initialize(spec.memoryBytes, spec.harts, plan.firmware ? 0 : 1);
    this.#devices.reset();
    load(plan, spec, this.ram);
    this.#devices.rom.contents = bootRom(plan.entry, plan.deviceTree, plan.kernel?.at ?? 0);
    // Firmware wants all harts, and lets one of them win. Without it the kernel starts the others by SBI.
    const starting = plan.firmware ? spec.harts : 1;
    for (let hart = 0; hart < starting; hart++)
      core.startHart(hart, BigInt(plan.entry), BigInt(hart), BigInt(plan.deviceTree), BigInt(FW_DYNAMIC_ADDRESS));
  }

  save(): MachineState {
    assert(this.#end === null, 'a machine that has ended is not saved');
    this.others?.stop();
    this.#devices.disks.flush();
    this.#input.takeAll();
    return {
      memoryBytes: this.#spec.memoryBytes,
      ticks: this.#clock.now(),
      core: readCore(this.#memory.buffer, this.#spec.harts, this.#spec.boot.firmware === undefined),
      devices: this.#devices.save(),
      console: { order: this.#hub.order, input: this.#input.save() },
      panic: this.#panic.save(),
    };
  }

  run(budget: number): BoardExit {
    if (!this.#ended) this.others?.resume(this.#clock.beginning);
    const exit = this.#end ?? this.#slice(budget);
    if (this.#ended) this.others?.stop();
    return exit ?? RUNNING;
  }

  forgetWritten(): void {
    this.others?.stop();
    this.core.forgetWritten();
  }

  renewGeneration(): void {
    this.#devices.renewGeneration();
  }

  service(): void {
    if (!this.#end) this.#devices.service();
  }

  setPaused(paused: boolean): void {
    if (paused) this.others?.stop();
    this.#clock.setRunning(!paused);
  }

  resizeConsole(columns: number, rows: number): void {
    this.#devices.console.resize(columns, rows);
  }

  get disks(): DiskDrives {
    return this.#devices.disks;
  }

  get cards(): NetworkCards {
    return this.#devices.cards;
  }

  get balloon(): BalloonDevice {
    return this.#devices.balloon;
  }

  plug(slot: number, device: VirtioDevice): void {
    this.#devices.plug(slot, device);
  }

  unplug(slot: number): void {
    this.#devices.unplug(slot);
  }

  counters(): BoardCounters {
    let instructions = 0;
    for (let hart = 0; hart < this.#spec.harts; hart++) instructions += Number(this.core.retired(hart));
    const { readBytes: diskReadBytes, writtenBytes: diskWrittenBytes } = this.#devices.disks.traffic;
    return { instructions, diskReadBytes, diskWrittenBytes };
  }

  exits(): readonly ExitCount[] {
    const notified = this.#devices.functions.map(({ name, notifications }): ExitCount => ({
      device: name,
      kind: 'notify',
      count: notifications,
    }));
    return [...this.#devices.bus.exits(), ...notified];
  }

  now(): number {
    return this.#clock.now();
  }

  #restore({ state, loadMemory }: SavedMachine): void {
    const { core } = this;
    const spec = this.#spec;
    if (state.memoryBytes !== spec.memoryBytes) throw doesNotFit('it has another amount of memory');
    if (state.core.harts.length !== spec.harts) throw doesNotFit('it has another number of processors');
    if (state.core.sbi !== (spec.boot.firmware === undefined)) throw doesNotFit('it boots in another way');
    core.initialize(spec.memoryBytes, spec.harts, state.core.sbi ? 1 : 0);
    loadMemory(this.ram.bytes, this.written);
    writeCore(this.#memory.buffer, state.core);
    this.#clock.restore(state.ticks);
    core.stateRestored();
    this.#hub.restore(state.console.order);
    this.#input.restore(state.console.input);
    this.#panic.restore(state.panic);
    const wrong = this.#devices.restore(state.devices);
    if (wrong !== null) throw doesNotFit(wrong);
  }

  /** What the core asks of us. Numbers arrive as the core's signed ones. */
  #imports(): CoreImports['host'] {
    return {
      mmioRead: (address, size) => this.#devices.bus.read(unsigned(address), size),
      mmioWrite: (address, size, value) => this.#devices.bus.write(unsigned(address), size, unsigned(value)),
      time: () => this.#clock.now(),
      debugConsoleWrite: (address, length) => this.#devices.debugConsole.write(this.#bytes(address, length)),
      debugConsoleRead: (address, length) => this.#devices.debugConsole.read(this.#bytes(address, length)),
      systemReset: (type, reason) => this.#systemReset(type, reason),
      // Those that live in this thread get their turn anyway.
      wakeHart: (hart) => this.others?.wake(hart),
    };
  }

  /** Does for the hart of another thread what the core asks of us. */
  #carryOut({ call, values: [a, b, c] }: CallOfHart): number {
    const host = (this.#host ??= this.#imports());
    switch (call) {
      case HartCall.mmioRead:
        return host.mmioRead(a, b);
      case HartCall.debugConsoleWrite:
        return host.debugConsoleWrite(a, b);
      case HartCall.debugConsoleRead:
        return host.debugConsoleRead(a, b);
      case HartCall.mmioWrite:
        host.mmioWrite(a, b, c);
        return 0;
      default:
        host.systemReset(a, b);
        return 0;
    }
  }

  #bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, unsigned(address), unsigned(length));
  }

  #systemReset(type: number, reason: number): void {
    if (reason === SRST_SYSTEM_FAILURE)
      this.#stop({ kind: 'failed', cause: this.#panic.state.cause ?? 'the guest reported a system failure' });
    else this.#stop({ kind: type === SRST_SHUTDOWN ? 'powered-off' : 'reset' });
  }

  /** The guest ends its run. A reset that follows a panic is how a kernel with `panic=-1` dies. */
  #stop(end: BoardExit): void {
    const cause = this.#panic.state.cause;
    this.#end ??= end.kind === 'reset' && cause !== null ? { kind: 'failed', cause } : end;
  }

  /** @returns how the slice ended, null when the guest is to go on at once */
  #slice(budget: number): BoardExit | null {
    if (this.others) this.#attend(this.others);
    const more = this.#devices.service();
    const idle = this.#runHarts(budget);
    if (this.#panic.suspicious) this.#watch(idle);
    if (this.#ended || !idle || more) return this.#end;
    this.#devices.guestWaits();
    return this.#idle();
  }

  /** @returns whether all harts that run in this thread wait for an interrupt */
  #runHarts(budget: number): boolean {
    if (this.others) return this.#amongOthers(this.others, budget);
    return this.#spec.harts === 1 ? this.#turn(0, budget) : this.#turns(budget);
  }

  /** The first hart comes back soon when another one wants a device. */
  #amongOthers(others: OtherHarts, budget: number): boolean {
    for (let calls = 0; calls < MOST_CALLS && !this.#ended; calls++) {
      const idle = this.#turn(0, budget);
      if (!others.wantsSomething) return idle;
      this.#attend(others);
    }
    return false;
  }

  #attend(others: OtherHarts): void {
    const trouble = others.attend();
    if (trouble?.kind === 'fatal') this.#failFatally(trouble.hart);
    else if (trouble) this.#end ??= { kind: 'failed', cause: `a defect of Innkeeper: ${trouble.because}` };
  }

  #failFatally(hart: number): void {
    this.#end ??= { kind: 'failed', cause: describeFatal(this.core, this.ram, hart) };
  }

  /** The guest may end its run during any call of the core. */
  get #ended(): boolean {
    return this.#end !== null;
  }

  /** @returns whether the hart waits for an interrupt */
  #turn(hart: number, budget: number): boolean {
    const exit = this.core.run(hart, budget);
    if (exit === RunExit.fatal) this.#failFatally(hart);
    return exit === RunExit.idle;
  }

  /** Harts take turns. @returns whether all of them wait for an interrupt */
  #turns(budget: number): boolean {
    for (let left = budget; left > 0 && !this.#ended; left -= TURN) if (this.#round()) return true;
    return false;
  }

  #round(): boolean {
    let idle = true;
    for (let hart = 0; hart < this.#spec.harts; hart++) idle = this.#turn(hart, TURN) && idle;
    return idle;
  }

  #watch(idle: boolean): void {
    let user = false;
    for (let hart = 0; hart < this.#spec.harts; hart++) user ||= this.core.privilege(hart) === 0;
    const asleep = idle && (this.others === null || this.others.asleep);
    if (asleep || user) this.#panic.alive();
    const cause = this.#panic.verdict(this.#clock.now());
    if (cause !== null) this.#end ??= { kind: 'failed', cause };
  }

  /** Whether no hart has an interrupt enabled that could end its waiting. */
  #halted(): boolean {
    if (this.others) return this.core.readCsr(0, MIE) === 0n && this.others.halted;
    for (let hart = 0; hart < this.#spec.harts; hart++) if (this.core.readCsr(hart, MIE) !== 0n) return false;
    return true;
  }

  /** Harts in this thread. */
  get #here(): number {
    return this.others ? 1 : this.#spec.harts;
  }

  #idle(): BoardExit {
    // A panic of another hart is believed when nothing follows: somebody has to look.
    let deadlineTicks = this.others && this.#panic.suspicious ? this.#clock.now() + TIMEBASE_HZ / 10 : Infinity;
    for (let hart = 0; hart < this.#here; hart++) {
      if (this.core.interruptPending(hart) !== 0) return RUNNING;
      deadlineTicks = Math.min(deadlineTicks, this.core.deadline(hart));
    }
    if (deadlineTicks === Infinity && this.#halted()) return (this.#end ??= { kind: 'failed', cause: HALTED });
    const { dueInNs } = this.#devices.rtc;
    if (dueInNs !== Infinity) deadlineTicks = Math.min(deadlineTicks, this.#clock.now() + GuestClock.ticksOf(dueInNs));
    return { kind: 'idle', deadlineTicks };
  }
}

function doesNotFit(why: string): AppError {
  return new AppError({
    code: 'corrupt',
    doing: 'resume the machine',
    because: `its saved state does not fit the machine (${why})`,
    hint: 'Discard the saved state to start the machine anew.',
  });
}

function unsigned(value: number): number {
  return value < 0 ? value + 0x1_0000_0000 : value;
}
