import type { Doorbell } from '../../src-core/hypervisor/pipes/doorbell.ts';

/** Turns after which sockets and messages get theirs, though frames go on coming. */
const TURNS_AT_ONCE = 4;

/**
 * The loop of the thread of the networks. It never blocks, so that Node's sockets, timers and messages have their turn;
 * it does nothing while nobody rings.
 * @param service serves everything once. @returns whether there is more to do at once
 */
export async function serveForever(bell: Doorbell, service: () => boolean): Promise<never> {
  for (;;) {
    const seen = bell.count;
    let goesOn = service();
    for (let turn = 1; goesOn && turn < TURNS_AT_ONCE; turn++) goesOn = service();
    if (goesOn) await new Promise((resolve) => setImmediate(resolve));
    else await bell.rung(seen);
  }
}
