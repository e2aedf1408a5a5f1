import type { Disposable } from '../../base/disposable.ts';
import type { MachineStats } from '../../contract/machines.ts';
import { AgentClient } from '../../guest/agent-client.ts';
import type { AgentState } from '../../guest/agent-client.ts';
import type { OwnAgent } from '../../guest/agent-renewal.ts';
import type { Identity } from '../../guest/protocol.ts';
import type { Clock } from '../../host/clock.ts';
import type { MachineConsole } from '../console/console.ts';
import type { DiskLease } from './launch-plan.ts';
import { GuestDuplex } from '../pipes/guest-duplex.ts';
import type { MachineRun } from '../runner.ts';

/** Looks of the watchdog at a thread that neither works on nor sleeps, before it is given up. */
const MOST_STALLED_LOOKS = 15;
/** Over less, the processor time of a thread is too coarse to say anything. */
const SHORTEST_SAMPLE_MS = 500;
const NS_PER_MS = 1_000_000n;

interface LiveOptions {
  /** Given back when the run is over. */
  readonly leases: readonly (Disposable | DiskLease)[];
  /** As Math.random. */
  readonly random: () => number;
  readonly ownAgent?: OwnAgent | undefined;
  readonly onAgent: (state: AgentState) => void;
  /** The guest could not be given an identity of its own. */
  readonly onProblem: (error: unknown) => void;
}

/** A run with what hangs on it: the console, the agent, the measurements, the asking to power off. */
export class LiveRun {
  readonly run: MachineRun;
  readonly agent: AgentClient;
  readonly #console: MachineConsole;
  readonly #clock: Clock;
  readonly #duplex: GuestDuplex;
  #leases: readonly (Disposable | DiskLease)[];
  readonly #onAgent: Disposable;
  readonly #onProblem: (error: unknown) => void;
  #asking: Disposable | undefined;
  #grace: Disposable | undefined;
  #telling: Disposable | undefined;
  #onRenewed: () => void = () => undefined;
  #before: { at: number; processorMs: number } | undefined;
  #sampled: MachineStats | undefined;
  #turns = -1;
  #stalledLooks = 0;
  #detached = false;

  constructor(
    run: MachineRun,
    console: MachineConsole,
    clock: Clock,
    { leases, random, ownAgent, onAgent, onProblem }: LiveOptions,
  ) {
    this.run = run;
    this.#console = console;
    this.#clock = clock;
    this.#leases = leases;
    this.#onProblem = onProblem;
    this.#duplex = new GuestDuplex(run.agent, clock);
    this.agent = new AgentClient({ duplex: this.#duplex, timers: clock, random, ownAgent });
    this.#onAgent = this.agent.onStateChange(onAgent);
    console.connect(run.console);
    this.agent.start();
  }

  /**
   * Asks the guest to power off: now, or as soon as its agent answers.
   * @param overdue called when the grace is over, and at once when there is nobody who could be asked
   */
  askToPowerOff(graceMs: number, overdue: () => void): void {
    this.#grace?.dispose();
    this.#asking?.dispose();
    this.#grace = this.#clock.after(graceMs, overdue);
    const ask = (): void => void this.agent.powerOff().catch(overdue);
    if (this.agent.state === 'ready') {
      ask();
      return;
    }
    if (this.agent.state === 'absent') {
      overdue();
      return;
    }
    this.#asking = this.agent.onStateChange((state) => {
      this.#asking?.dispose();
      if (state === 'ready') ask();
      else overdue();
    });
  }

  /**
   * It stood still: its clock is set, as soon as its agent answers, if it has one.
   * @param identity who it is from now on, when it is a copy of another; told first
   */
  wakeUp(identity: Identity | null = null): void {
    const tell = (): void => {
      this.#telling?.dispose();
      if (identity) void this.#renew(identity);
      const ns = BigInt(Math.round(this.#clock.now())) * NS_PER_MS;
      this.agent.setTime(ns).catch(() => undefined);
    };
    this.#telling?.dispose();
    this.#telling = this.agent.onStateChange((state) => {
      if (state === 'ready') tell();
    });
    if (this.agent.state === 'ready') tell();
  }

  /** Called once the guest is who it was to be by `wakeUp`. */
  onRenewed(listener: () => void): void {
    this.#onRenewed = listener;
  }

  async #renew(identity: Identity): Promise<void> {
    try {
      await this.agent.identify(identity);
      this.#onRenewed();
    } catch (error) {
      this.#onProblem(error);
    }
  }

  /** It has another disk from now on. @param lease given back when it has it no more */
  keepDisk(lease: DiskLease): void {
    this.#leases = [...this.#leases, lease];
  }

  releaseDisk(slot: number): void {
    const isOfDisk = (lease: Disposable | DiskLease): boolean => 'slot' in lease && lease.slot === slot;
    for (const lease of this.#leases) if (isOfDisk(lease)) lease.dispose();
    this.#leases = this.#leases.filter((lease) => !isOfDisk(lease));
  }

  /** Measures it; the processor that it uses is the average since the sample before. */
  sample(): MachineStats {
    const at = this.#clock.now();
    const before = this.#before;
    if (before && this.#sampled && at - before.at < SHORTEST_SAMPLE_MS) return this.#sampled;
    const { processorMs, ...measured } = this.run.measure();
    this.#before = { at, processorMs };
    const used = before && at > before.at ? (processorMs - before.processorMs) / (at - before.at) : 0;
    const { memoryUsedBytes, instructions, diskReadBytes, diskWrittenBytes, balloonBytes } = measured;
    const processorUsed = Math.max(0, Math.round(used * 1000) / 1000);
    const returned = balloonBytes > 0 ? { memoryReturnedBytes: balloonBytes } : {};
    const figures = { memoryUsedBytes, instructions, diskReadBytes, diskWrittenBytes, ...returned };
    this.#sampled = { takenAt: at, processorUsed, ...figures };
    return this.#sampled;
  }

  /** To be asked every few seconds while it runs. @returns true when its thread is stuck, a defect of ours */
  stuck(): boolean {
    const { turns, asleep } = this.run.measure();
    this.#stalledLooks = asleep || turns !== this.#turns ? 0 : this.#stalledLooks + 1;
    this.#turns = turns;
    return this.#stalledLooks >= MOST_STALLED_LOOKS;
  }

  /** What it held of its disks, which is the caller's from now on. */
  handOver(): readonly Disposable[] {
    const leases = this.#leases;
    this.#leases = [];
    return leases;
  }

  /** Lets go of the guest: nothing of it is heard from now on. Resolves when nothing of it runs. */
  async end(): Promise<void> {
    this.#detach();
    await this.run.terminate();
    for (const lease of this.#leases) lease.dispose();
  }

  #detach(): void {
    if (this.#detached) return;
    this.#detached = true;
    this.#grace?.dispose();
    this.#asking?.dispose();
    this.#telling?.dispose();
    this.#onAgent.dispose();
    this.agent.dispose();
    this.#duplex.dispose();
    this.#console.disconnect();
  }
}
