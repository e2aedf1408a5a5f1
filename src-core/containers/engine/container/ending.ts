import { AppError } from '../../../base/errors.ts';
import type { ContainerEnd } from '../../../contract/containers.ts';
import type { Clock } from '../../../host/clock.ts';
import type { ContainerDefinition } from './definition.ts';
import type { ContainerRun, ProcessEnd } from './run.ts';

export const SIGKILL = 9;
const SIGCONT = 18;
/** A process that was killed so often, and has not ended by then, is stuck in its node. */
const KILL_WAITS_MS = [200, 300, 500, 1000, 1000, 2000, 5000, 10_000];

/** Who is to end. */
export interface Ending {
  readonly run: ContainerRun;
  readonly definition: Pick<ContainerDefinition, 'id' | 'name' | 'stopSignal'>;
  readonly clock: Clock;
}

/** Asks a process to end by its own signal. @returns whether it did within the time; 0 ms: it is not even asked */
export async function endsWhenAsked({ run, definition, clock }: Ending, timeoutMs: number): Promise<boolean> {
  if (timeoutMs <= 0) return false;
  const { id, stopSignal } = definition;
  await run.runtime.signal(id, stopSignal, false).catch(() => undefined);
  return stopSignal === SIGCONT || endsWithin(run, timeoutMs, clock);
}

/** Kills all its processes. It has ended when this resolves. @throws AppError 'timeout' */
export async function kill({ run, definition, clock }: Ending): Promise<void> {
  for (const waitMs of KILL_WAITS_MS) {
    // What is only just being started hears of it the next time.
    await run.runtime.signal(definition.id, SIGKILL, true).catch(() => undefined);
    if (await endsWithin(run, waitMs, clock)) return;
  }
  const because = 'its node does not end it';
  const hint = `Remove the node ${run.use.node.name}, or restart Innkeeper.`;
  throw new AppError({ code: 'timeout', doing: `stop container ${definition.name}`, because, hint });
}

function endsWithin(run: ContainerRun, milliseconds: number, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.after(milliseconds, () => resolve(false));
    void run.ended.then(() => {
      timer.dispose();
      resolve(true);
    });
  });
}

/** What is known of an end besides what the process left. */
interface Circumstances {
  readonly at: number;
  readonly isClosing: boolean;
  /** Why it was made to end, if it was. */
  readonly killed: string | null;
  readonly nodeName: string;
  readonly memoryBytes: number | null;
}

/** How a person is told of an end. */
export function endOf(end: ProcessEnd, { at, isClosing, killed, nodeName, memoryBytes }: Circumstances): ContainerEnd {
  const { exitStatus } = end;
  if (isClosing) return { kind: 'interrupted', at, exitStatus, cause: 'Innkeeper ended' };
  if (exitStatus === null)
    return { kind: 'node-lost', at, exitStatus, cause: `its node ${nodeName} was lost: ${end.lost}` };
  if (end.outOfMemory && exitStatus !== 0) {
    return { kind: 'out-of-memory', at, exitStatus, cause: outOfMemory(memoryBytes) };
  }
  if (killed !== null) return { kind: 'killed', at, exitStatus, cause: killed };
  return { kind: 'exited', at, exitStatus, cause: null };
}

function outOfMemory(memoryBytes: number | null): string {
  return memoryBytes === null
    ? 'its node had no more memory for its containers'
    : `it used more than its ${Math.round(memoryBytes / (1024 * 1024))} MiB of memory`;
}
