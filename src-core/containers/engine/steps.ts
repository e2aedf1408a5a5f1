import type { Disposable } from '../../base/disposable.ts';
import { AppError } from '../../base/errors.ts';
import { CHANNEL } from '../../guest/protocol.ts';
import type { ExecSession } from '../../guest/exec-session.ts';
import type { AbortSignalLike } from '../../images/image.ts';
import type { NodeRuntime, PreparedContainer } from '../node/node-runtime.ts';
import { connectContainer, NOT_CONNECTED } from './container/connection.ts';
import type { Addresses, Connection } from './container/connection.ts';
import type { Nodes } from './nodes/nodes.ts';
import type { Step, StepRunner } from './step-runner.ts';
import type { EngineSurroundings } from './surroundings.ts';

const KILL = 9;

/** Runs the steps of builds, each in a container that nobody sees. */
export class Steps implements StepRunner {
  readonly #nodes: Nodes;
  readonly #around: EngineSurroundings & Addresses;
  readonly #ids = new Set<string>();

  constructor(nodes: Nodes, around: EngineSurroundings & Addresses) {
    this.#nodes = nodes;
    this.#around = around;
  }

  /** Of the containers that there are now. */
  get ids(): readonly string[] {
    return [...this.#ids];
  }

  async run(
    step: Step,
    signal: AbortSignalLike,
  ): Promise<{ readonly exitStatus: number; readonly outOfMemory: boolean }> {
    const doing = `run ${step.command.join(' ')}`;
    const held: Disposable[] = [];
    const id = this.#newId();
    const mac = this.#around.networks.leases.newMac();
    const network = step.network === null ? null : this.#around.networks.get(step.network, doing).id;
    this.#ids.add(id);
    held.push(this.#around.images.pin(step.layers));
    try {
      const use = await this.#nodes.take({ doing, limits: step.limits, on: null });
      held.push(use);
      const runtime = await use.ready();
      const who = { id, name: `step-${id}`, network: network === null ? null : { id: network, mac } };
      const connection = network === null ? NOT_CONNECTED : await connectContainer(who, use.node, this.#around, doing);
      held.push(connection);
      try {
        return await this.#carryOut(step, id, runtime, connection, signal);
      } finally {
        await runtime
          .remove(id)
          .catch((error: unknown) => this.#around.log.warn('a step could not be deleted yet', { error }));
      }
    } finally {
      for (const each of held.reverse()) each.dispose();
      if (network !== null) this.#around.networks.leases.release(network, mac);
      this.#ids.delete(id);
    }
  }

  async #carryOut(
    step: Step,
    id: string,
    runtime: NodeRuntime,
    { node: network }: Connection,
    signal: AbortSignalLike,
  ): Promise<{ exitStatus: number; outOfMemory: boolean }> {
    const doing = `run ${step.command.join(' ')}`;
    if (signal.aborted) throw cancelled(doing);
    await runtime.prepare(preparedStep(step, id, network));
    const outcome = await runStep(step, id, runtime, signal, doing);
    if (outcome.exitStatus === 0) await step.changes(this.#layer(await runtime.written(id), doing));
    return outcome;
  }

  #layer(written: ExecSession, doing: string): AsyncIterable<Uint8Array> {
    const { layerOf } = this.#around;
    if (layerOf) return layerOf(written);
    written.close();
    throw new AppError({ code: 'not-supported', doing, because: 'layers cannot be made of it yet' });
  }

  #newId(): string {
    const bytes = new Uint8Array(8);
    this.#around.random(bytes);
    return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  }
}

async function runStep(
  step: Step,
  id: string,
  runtime: NodeRuntime,
  signal: AbortSignalLike,
  doing: string,
): Promise<{ exitStatus: number; outOfMemory: boolean }> {
  const state = { isReleased: false };
  const release = async (): Promise<{ outOfMemory: boolean }> => {
    state.isReleased = true;
    return runtime.release(id);
  };
  const end = (): void => void runtime.signal(id, KILL, true).catch(() => undefined);
  try {
    const session = await runtime.run(id, null);
    session.finish();
    session.onData((bytes, channel, done) => {
      step.output(bytes, channel === CHANNEL.stderr ? 'stderr' : 'stdout');
      done();
    });
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    const { exitStatus } = await session.result;
    const { outOfMemory } = await release();
    if (signal.aborted) throw cancelled(doing);
    return { exitStatus, outOfMemory };
  } finally {
    signal.removeEventListener('abort', end);
    if (!state.isReleased) await runtime.release(id).catch(() => undefined);
  }
}

function preparedStep(step: Step, id: string, network: PreparedContainer['network']): PreparedContainer {
  const { layers, command, environment, workingDirectory, user, addCapabilities, limits } = step;
  return {
    ...{ id, layers, addCapabilities, limits, network },
    hostName: 'build',
    readOnlyRoot: false,
    process: { arguments: command, environment, workingDirectory, user, terminal: false },
    dropCapabilities: [],
    init: false,
    mounts: [],
    annotations: {},
  };
}

function cancelled(doing: string): AppError {
  return new AppError({ code: 'cancelled', doing, because: 'it was cancelled' });
}
