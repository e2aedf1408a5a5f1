import type { Disposable } from '../../../base/disposable.ts';
import type { HealthCheck } from '../../../contract/container-images.ts';
import type { ContainerView } from '../../../contract/containers.ts';
import type { Clock } from '../../../host/clock.ts';
import type { NodeRuntime } from '../../node/node-runtime.ts';

/** Of what a check prints, for whoever wonders. */
const MOST_OUTPUT_CHARACTERS = 4096;
const KILL = 9;

export interface Health {
  readonly state: ContainerView['health'];
  readonly output: string | null;
}

/** Asks one running container again and again whether it is well. */
export class HealthMonitor {
  readonly #check: HealthCheck;
  readonly #runtime: NodeRuntime;
  readonly #id: string;
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #startedAt: number;
  #health: Health = { state: 'starting', output: null };
  #failures = 0;
  #timer: Disposable | undefined;
  #isOver = false;
  isPaused = false;

  constructor(check: HealthCheck, runtime: NodeRuntime, id: string, clock: Clock, changed: () => void) {
    this.#check = check;
    this.#runtime = runtime;
    this.#id = id;
    this.#clock = clock;
    this.#changed = changed;
    this.#startedAt = clock.now();
    this.#next();
  }

  get health(): Health {
    return this.#health;
  }

  dispose(): void {
    this.#isOver = true;
    this.#timer?.dispose();
  }

  #next(): void {
    if (this.#isOver) return;
    // Until it is well for the first time nobody likes to wait for long.
    const { intervalMs, startPeriodMs } = this.#check;
    const isStarting = this.#health.state === 'starting' && this.#clock.now() - this.#startedAt < startPeriodMs;
    this.#timer = this.#clock.after(isStarting ? Math.min(intervalMs, 5000) : intervalMs, () => void this.#ask());
  }

  async #ask(): Promise<void> {
    if (!this.isPaused) {
      const { healthy, output } = await this.#tryIt();
      if (this.#isOver) return;
      this.#judge(healthy, output);
    }
    this.#next();
  }

  #judge(healthy: boolean, output: string): void {
    const { retries, startPeriodMs } = this.#check;
    const counts = this.#health.state !== 'starting' || this.#clock.now() - this.#startedAt >= startPeriodMs;
    if (healthy) this.#failures = 0;
    else if (counts) this.#failures++;
    const before = this.#health;
    const state = healthy ? 'healthy' : this.#failures >= retries ? 'unhealthy' : before.state;
    this.#health = { state, output };
    if (state !== before.state || output !== before.output) this.#changed();
  }

  async #tryIt(): Promise<{ healthy: boolean; output: string }> {
    const { command, timeoutMs } = this.#check;
    let output = '';
    try {
      const request = { command, environment: [], workingDirectory: null, user: null, terminal: null };
      const session = await this.#runtime.exec(this.#id, request);
      session.finish();
      const decoder = new TextDecoder();
      session.onData((bytes, _channel, done) => {
        if (output.length < MOST_OUTPUT_CHARACTERS) output += decoder.decode(bytes, { stream: true });
        done();
      });
      const patience = { isOver: false };
      const limit = this.#clock.after(timeoutMs, () => {
        patience.isOver = true;
        session.signal(KILL);
        session.close();
      });
      const exitStatus = await session.result.then(
        (result) => result.exitStatus,
        () => -1,
      );
      limit.dispose();
      if (patience.isOver) return { healthy: false, output: `It did not answer within ${timeoutMs / 1000} s.` };
      return { healthy: exitStatus === 0, output: output.slice(0, MOST_OUTPUT_CHARACTERS) };
    } catch (error) {
      return { healthy: false, output: error instanceof Error ? error.message : String(error) };
    }
  }
}

/** What a check runs: "CMD" and arguments, or "CMD-SHELL" and a line, as images have it. */
export function commandOfCheck(command: readonly string[]): string[] {
  const [first, ...rest] = command;
  if (first === 'CMD') return rest;
  if (first === 'CMD-SHELL' || command.length === 1) return ['/bin/sh', '-c', rest[0] ?? first ?? ''];
  return [...command];
}
