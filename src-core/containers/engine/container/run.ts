import type { Disposable } from '../../../base/disposable.ts';
import { AppError } from '../../../base/errors.ts';
import type { TerminalSize } from '../../../contract/machines.ts';
import type { ExecSession } from '../../../guest/exec-session.ts';
import type { AbortSignalLike } from '../../../images/image.ts';
import type { NodeRuntime, PreparedContainer } from '../../node/node-runtime.ts';
import type { NodeUse, Nodes } from '../nodes/nodes.ts';
import type { EngineSurroundings } from '../surroundings.ts';
import { connectContainer } from './connection.ts';
import type { Addresses, Connection } from './connection.ts';
import type { ContainerDefinition } from './definition.ts';
import { mountAll } from './mounts.ts';
import type { PublishedPorts } from './published-ports.ts';

const PRESET_SIZE: TerminalSize = { columns: 80, rows: 24 };

/** How a process ended, as far as its node told. */
export type ProcessEnd =
  { readonly exitStatus: number; readonly outOfMemory: boolean } | { readonly exitStatus: null; readonly lost: string };

/** One run of a container's process, on a node. */
export interface ContainerRun {
  readonly use: NodeUse;
  readonly runtime: NodeRuntime;
  readonly session: ExecSession;
  readonly connection: Connection;
  /** When it has ended, and nothing of it is left but what it wrote. Does not reject. */
  readonly ended: Promise<ProcessEnd>;
}

export interface Launch {
  readonly definition: ContainerDefinition;
  /** Node that has what it wrote, or the volumes that it mounts. */
  readonly on: string | null;
  readonly size: TerminalSize | null;
  readonly doing: string;
  readonly signal: AbortSignalLike;
  /** Called once it is known where it runs: what it writes lies there. */
  readonly placed: (node: string) => Promise<void>;
  /** The OCI runtime's configuration; its process runs once this resolves. */
  readonly prepared: (config: string) => Promise<void>;
  /** Its process is about to print. */
  readonly begins: (session: ExecSession) => void;
}

/** Runs a container: everything or nothing. @throws AppError */
export async function launchContainer(
  launch: Launch,
  ports: PublishedPorts,
  nodes: Nodes,
  around: EngineSurroundings & Addresses,
): Promise<ContainerRun> {
  const { definition, doing, on } = launch;
  // Who has a port is told before anything is started.
  await ports.hold(definition.ports, doing);
  const held: Disposable[] = [{ dispose: () => ports.close() }];
  const letGo = (): void => {
    for (const each of held.splice(0).reverse()) each.dispose();
  };
  try {
    const use = await nodes.take({ doing, limits: definition.limits, on });
    held.push(use);
    const placed = launch.placed(use.node.id);
    const runtime = await unlessCancelled(use.ready(), launch);
    const [connection, mounted] = await bothOrNone(
      connectContainer(definition, use.node, around, doing),
      mountAll(definition.mounts, use.node, runtime, around, doing),
    );
    held.push(connection, mounted);
    await placed;
    const session = await startProcess(launch, runtime, {
      ...prepared(definition),
      mounts: mounted.mounts,
      network: connection.node,
    });
    await ports.open(connection.target);
    return { use, runtime, session, connection, ended: finish({ session, runtime, use }, definition.id, letGo) };
  } catch (error) {
    letGo();
    throw error;
  }
}

async function startProcess(launch: Launch, runtime: NodeRuntime, container: PreparedContainer): Promise<ExecSession> {
  const { id } = container;
  const { config } = await runtime.prepare(container);
  try {
    await launch.prepared(config);
    checkCancelled(launch);
    const session = await runtime.run(id, container.process.terminal ? (launch.size ?? PRESET_SIZE) : null);
    launch.begins(session);
    return session;
  } catch (error) {
    await runtime.release(id).catch(() => undefined);
    throw error;
  }
}

async function finish(
  { session, runtime, use }: Pick<ContainerRun, 'session' | 'runtime' | 'use'>,
  id: string,
  letGo: () => void,
): Promise<ProcessEnd> {
  try {
    const { exitStatus } = await session.result;
    const { outOfMemory } = await runtime.release(id);
    return { exitStatus, outOfMemory };
  } catch (error) {
    const said = error instanceof AppError ? error.because : String(error);
    return { exitStatus: null, lost: (await use.node.whyLost()) ?? said };
  } finally {
    letGo();
  }
}

function prepared(definition: ContainerDefinition): Omit<PreparedContainer, 'mounts' | 'network'> {
  const { id, name, hostName, layers, readOnlyRoot, process, terminal } = definition;
  const { addCapabilities, dropCapabilities, init, limits, labels } = definition;
  const environment = terminal ? [...process.environment, 'TERM=xterm-256color'] : process.environment;
  return {
    ...{ id, hostName, layers, readOnlyRoot, addCapabilities, dropCapabilities, init, limits },
    process: { ...process, environment: withHostName(environment, hostName), terminal },
    annotations: { ...labels, 'innkeeper.name': name },
  };
}

function withHostName(environment: readonly string[], hostName: string): readonly string[] {
  return environment.some((entry) => entry.startsWith('HOSTNAME='))
    ? environment
    : [...environment, `HOSTNAME=${hostName}`];
}

/** Whoever waits for a node to come up may change their mind; the node comes up all the same. */
function unlessCancelled<T>(work: Promise<T>, launch: Launch): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = (): void => reject(cancelled(launch));
    launch.signal.addEventListener('abort', cancel);
    if (launch.signal.aborted) cancel();
    const over = (): void => launch.signal.removeEventListener('abort', cancel);
    work.then(resolve, reject).finally(over);
  });
}

function checkCancelled(launch: Launch): void {
  if (launch.signal.aborted) throw cancelled(launch);
}

function cancelled({ doing }: Launch): AppError {
  return new AppError({ code: 'cancelled', doing, because: 'it was stopped meanwhile' });
}

/** What one of two has taken is given back when the other fails. */
async function bothOrNone<A extends Disposable, B extends Disposable>(
  one: Promise<A>,
  other: Promise<B>,
): Promise<[A, B]> {
  const [first, second] = await Promise.allSettled([one, other]);
  if (first.status === 'fulfilled' && second.status === 'fulfilled') return [first.value, second.value];
  if (first.status === 'fulfilled') first.value.dispose();
  if (second.status === 'fulfilled') second.value.dispose();
  throw first.status === 'rejected' ? first.reason : (second as PromiseRejectedResult).reason;
}
