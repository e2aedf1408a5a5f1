import { ticksAt } from '../board/clock.ts';
import { RunExit, TIMEBASE_HZ, type CoreExports, type CoreImports } from '../core-interface.ts';
import { HartCall, HartPhase, World, type HartRoom } from './hart-room.ts';

/** Guest instructions between two looks around; somebody who is in a hurry summons the hart. */
const SLICE = 250_000;
const TICKS_PER_MS = TIMEBASE_HZ / 1000;

/** What the loop of a hart needs of its thread. */
export interface HartThread {
  readonly room: HartRoom;
  /** 1 and above: the first one lives in the machine's thread. */
  readonly hart: number;
  /** Nanoseconds of a clock that never goes back, the same for all threads of the machine. */
  monotonicNs(): number;
  /** To be asked before each piece of work. @returns for how long the thread must rest first, in milliseconds */
  restMs(): number;
  /** @returns how many instructions the next piece of work may have */
  slice(most: number): number;
  /** After each piece of work. */
  worked(): void;
}

/** What a core asks of its host, for a hart that has no devices: it asks the machine's thread for them. */
export function hartImports(
  { room, hart, monotonicNs }: Pick<HartThread, 'room' | 'hart' | 'monotonicNs'>,
  core: () => CoreExports,
): CoreImports['host'] {
  const ask = (call: HartCall, a: number, b: number, c = 0): number => {
    const { leaveGuest, enterGuest, summon } = core();
    leaveGuest(hart);
    const result = room.call(hart, call, a, b, c, () => summon(0));
    enterGuest(hart);
    return result;
  };
  return {
    mmioRead: (address, size) => ask(HartCall.mmioRead, address, size),
    mmioWrite: (address, size, value) => void ask(HartCall.mmioWrite, address, size, value),
    time: () => ticksAt(room.clock, monotonicNs()),
    debugConsoleWrite: (address, length) => ask(HartCall.debugConsoleWrite, address, length),
    debugConsoleRead: (address, length) => ask(HartCall.debugConsoleRead, address, length),
    systemReset: (type, reason) => void ask(HartCall.systemReset, type, reason),
    wakeHart: (other) => (other === 0 ? room.ringMain() : room.ring(other)),
  };
}

/** The life of a hart's thread. Comes back when the machine ends. */
export function runHart(core: CoreExports, thread: HartThread): void {
  const { room, hart } = thread;
  for (;;) {
    const bell = room.bell(hart);
    // In this order: who stops the world afterwards finds this hart running, and waits for it.
    room.setPhase(hart, HartPhase.running);
    core.takeSummons(hart);
    const { world } = room;
    if (world === World.ended) return;
    if (world === World.stopped) stand(room, hart, HartPhase.parked, world);
    else turn(core, thread, bell);
  }
}

/** Stands still until the world is another. */
function stand(room: HartRoom, hart: number, phase: HartPhase, world: World): void {
  room.setPhase(hart, phase);
  room.ringMain();
  room.awaitWorld(world);
}

function turn(core: CoreExports, thread: HartThread, bell: number): void {
  const { room, hart } = thread;
  const restMs = thread.restMs();
  if (restMs > 0) {
    doze(room, hart, bell, restMs);
    return;
  }
  const exit = core.run(hart, thread.slice(SLICE));
  thread.worked();
  if (exit === RunExit.fatal) stand(room, hart, HartPhase.fatal, World.running);
  // It asked for the end of the run, and must not go on until that has come.
  else if (exit === RunExit.stopRequested) stand(room, hart, HartPhase.parked, World.running);
  else if (exit === RunExit.idle && core.interruptPending(hart) === 0) {
    const ticks = core.deadline(hart) - ticksAt(room.clock, thread.monotonicNs());
    doze(room, hart, bell, ticks / TICKS_PER_MS);
  }
}

function doze(room: HartRoom, hart: number, bell: number, milliseconds: number): void {
  if (milliseconds <= 0) return;
  room.setPhase(hart, HartPhase.asleep);
  if (room.world === World.running) room.sleep(hart, bell, milliseconds);
}
