import { AppError } from '../../base/errors.ts';
import type { ConfigurationView } from '../../contract/machines.ts';
import type { AgentClient } from '../../guest/agent-client.ts';
import { planConfiguration } from '../../guest/cloud-config/plan.ts';
import type { Plan, Step } from '../../guest/cloud-config/steps.ts';
import { parseUserData } from '../../guest/cloud-config/user-data.ts';
import { readConfigurationRecord, writeConfigurationRecord, type ConfigurationRecord } from './configuration-record.ts';
import { ASK, DO, LOG, markOf, readMark } from './configuration-scripts.ts';
import type { MachineDefinition } from '../store/definition.ts';
import { runInGuest } from '../life/run-in-guest.ts';
import type { Surroundings } from '../surroundings.ts';

/** What the configuration needs of its machine. */
interface Owner {
  readonly definition: MachineDefinition;
  readonly around: Pick<Surroundings, 'files' | 'store' | 'log'>;
  readonly console: { note(text: string): void };
  tell(): void;
}

interface Parsed {
  readonly plan: Plan;
  readonly warnings: readonly string[];
}

const NOTHING: Parsed = { plan: { everyStart: [], once: [] }, warnings: [] };

/**
 * Configures a guest by its user-data, through its agent: on its first start, or, where its files are forgotten at each
 * end, on each. How far it has come is marked in the guest itself, so that a guest that is put back to a snapshot, or
 * goes on after it was suspended in the middle, goes on with what it has not done yet.
 */
export class MachineConfiguration {
  readonly #owner: Owner;
  #agent: AgentClient | null = null;
  #running = false;
  #step: string | null = null;
  #record: ConfigurationRecord | null = null;
  #parsed: Parsed | null = null;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  get view(): ConfigurationView {
    if (!this.#owner.definition.configuration) return { state: 'none', step: null, failure: null, warnings: [] };
    const warnings = [...this.#plan().warnings];
    if (this.#running) return { state: 'running', step: this.#step, failure: null, warnings };
    if (!this.#record) return { state: 'waiting', step: null, failure: null, warnings };
    return { ...this.#record, warnings };
  }

  /** Looks how it went before. */
  async open(): Promise<void> {
    if (!this.#owner.definition.configuration) return;
    this.#record ??= await readConfigurationRecord(this.#owner.definition.id, this.#owner.around);
    this.#owner.tell();
  }

  /** The agent of a new run. */
  follow(agent: AgentClient): void {
    this.#agent = agent;
    this.#running = false;
    const ready = (): void => {
      if (agent === this.#agent && !this.#running) void this.#carryOut(agent);
    };
    agent.onStateChange((state) => {
      if (state === 'ready') ready();
      else if (state === 'absent' && !agent.disposed && agent === this.#agent) void this.#nobodyAnswers();
    });
    if (agent.state === 'ready') ready();
  }

  /** A guest without our agent has a disk with its user-data, which it may look at or not. */
  async #nobodyAnswers(): Promise<void> {
    if (this.#owner.definition.configuration && !this.#record) await this.#ended('left-to-guest', null, null);
  }

  async #carryOut(agent: AgentClient): Promise<void> {
    const { configuration } = this.#owner.definition;
    if (!configuration) return;
    try {
      // Who a copy is comes first: what is configured may be another host name.
      await agent.identified();
      await this.#configure(agent, configuration.instance);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // The guest went away in the middle: it goes on when it is reached again.
      this.#owner.around.log.warn(this.#owner.definition.id, 'its configuration was interrupted', { error });
    } finally {
      if (agent === this.#agent && this.#running) {
        this.#running = false;
        this.#step = null;
        this.#owner.tell();
      }
    }
  }

  async #configure(agent: AgentClient, instance: string): Promise<void> {
    const [mark = '', start, by] = (await runInGuest(agent, [ASK])).output.split('\n');
    const { plan } = this.#plan();
    const before = readMark(mark);
    const isOurs = before?.instance === instance;
    // One that was installed after we had begun has nothing to go by.
    if (by === 'cloud-init' && !isOurs) {
      if (this.#record?.state !== 'left-to-guest') await this.#ended('left-to-guest', null, null);
      return;
    }
    const tried = isOurs ? before.tried : 0;
    const everyStart = start === 'new' ? plan.everyStart : [];
    const once = plan.once.slice(tried);
    if (everyStart.length + once.length === 0) {
      if (this.#record?.state === undefined) await this.#ended('done', null, null);
      return;
    }
    const isFirst = once.length > 0;
    if (isFirst) this.#owner.console.note('The machine is being configured');
    const failed = [
      ...(await this.#doAll(agent, everyStart, () => '')),
      ...(await this.#doAll(agent, once, (done) => markOf({ instance, tried: tried + done }))),
    ];
    await this.#report(failed, isFirst);
  }

  /** @returns what failed, in its order: what can still be done is done, as with cloud-init */
  async #doAll(agent: AgentClient, steps: readonly Step[], mark: (done: number) => string): Promise<Failed[]> {
    const failed: Failed[] = [];
    for (const [index, step] of steps.entries()) {
      this.#running = true;
      this.#step = step.title;
      this.#owner.tell();
      const command = [DO, step.title, mark(index + 1), step.script, ...step.arguments];
      const { status, output } = await runInGuest(agent, command, step.input);
      this.#owner.around.log.info(this.#owner.definition.id, `configuration: ${step.title}: ${status}`);
      if (status !== 0) failed.push({ step: step.title, output: output.trim() || `it ended with status ${status}` });
    }
    return failed;
  }

  async #report([first, ...others]: readonly Failed[], isFirst: boolean): Promise<void> {
    this.#running = false;
    this.#step = null;
    if (first) {
      const more = others.length === 0 ? '' : `\nFailed too: ${others.map(({ step }) => step).join('; ')}`;
      this.#owner.console.note(`The configuration failed (${first.step}); ${LOG} in the guest has the whole story`);
      await this.#ended('failed', first.step, first.output + more);
    } else if (isFirst || !this.#record) {
      if (isFirst) this.#owner.console.note('The machine is configured');
      await this.#ended('done', null, null);
    } else {
      // What is done at each start went well: what went wrong the first time still did.
      this.#owner.tell();
    }
  }

  async #ended(state: ConfigurationRecord['state'], step: string | null, failure: string | null): Promise<void> {
    const { around, definition } = this.#owner;
    this.#record = { state, step, failure };
    this.#owner.tell();
    try {
      await writeConfigurationRecord(definition.id, this.#record, around);
    } catch (error) {
      around.log.warn(definition.id, 'how its configuration went could not be written down', { error });
    }
  }

  #plan(): Parsed {
    const { configuration } = this.#owner.definition;
    if (!configuration) return NOTHING;
    this.#parsed ??= parse(configuration.userData);
    return this.#parsed;
  }
}

interface Failed {
  readonly step: string;
  readonly output: string;
}

/** It was read when the machine was made; that it cannot be any more is an older or newer Innkeeper's doing. */
function parse(userData: string): Parsed {
  try {
    const parsed = parseUserData(userData, 'configure the machine');
    return { plan: planConfiguration(parsed), warnings: parsed.warnings };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ...NOTHING, warnings: [error.because] };
  }
}

/**
 * Checks the user-data of a new machine.
 * @param instance the machine's id; clones keep it, because they are configured already
 * @throws AppError 'invalid-input' that names the line
 */
export function planUserData(
  userData: string | undefined,
  instance: string,
  doing: string,
): MachineDefinition['configuration'] {
  if (userData === undefined || userData.trim() === '') return null;
  parseUserData(userData, doing);
  return { instance, userData };
}
