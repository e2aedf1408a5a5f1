import { cardIdentityOf } from '../connections/cards.ts';
import type { Identity } from '../../guest/protocol.ts';
import type { Random } from '../../host/clock.ts';
import type { MachineDefinition } from '../store/definition.ts';
import { withoutState } from '../store/definition.ts';
import type { LiveRun } from './live-run.ts';
import type { MachineBody } from './machine-body.ts';

interface Awakening {
  readonly attempt: number;
  readonly doing: string;
  readonly live: LiveRun;
  /** It was another machine's up to now. */
  readonly renewed: boolean;
  /** Called once its guest knows who it is. */
  readonly then?: () => void;
}

/**
 * A run that stands still goes on as this machine, which is no longer suspended then. That is on the disk before the
 * guest does anything: one that wrote to its disks must not be put back to a moment before it did.
 * @throws AppError; 'cancelled' when it was killed meanwhile
 */
export async function goOn(body: MachineBody, { attempt, doing, live, renewed, then }: Awakening): Promise<void> {
  await body.documents.change(withoutState);
  body.check(attempt, doing);
  if (body.terminal) live.run.resize(body.terminal);
  await live.run.resume();
  body.check(attempt, doing);
  wakeUp(body, live, renewed, then);
  // Its guest has another machine's network addresses in its memory.
  if (renewed) body.connections.putInOnceRenewed(live);
  else void body.connections.putIn();
}

/** @param renewed its guest takes itself for another machine's; @param then called once it knows who it is */
export function wakeUp(body: MachineBody, live: LiveRun, renewed: boolean, then: () => void = () => undefined): void {
  const asks = renewed || body.definition.newIdentity;
  live.wakeUp(asks ? newIdentity(body.definition, body.around.random) : null);
  if (!asks) return;
  const done = (now: MachineDefinition): MachineDefinition => (now.newIdentity ? { ...now, newIdentity: false } : now);
  live.onRenewed(() => {
    void body.documents.change(done).catch(() => undefined);
    then();
  });
}

function newIdentity({ name, cards }: MachineDefinition, random: Random): Identity {
  const identity = { hostName: name, machineId: randomHex(random, 16), seed: randomHex(random, 64) };
  return cards.length === 0 ? identity : { ...identity, cards: cards.map(cardIdentityOf) };
}

function randomHex(random: Random, byteCount: number): string {
  const bytes = new Uint8Array(byteCount);
  random(bytes);
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
