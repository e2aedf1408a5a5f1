import { AppError } from '../../base/errors.ts';
import { coverDisks, exchanged } from '../layers/tops.ts';
import type { Pin } from '../layers/layer-pool.ts';
import type { MachineBody } from '../life/machine-body.ts';
import type { LiveRun } from '../life/live-run.ts';
import { hardwareOf } from './snapshot.ts';
import type { Hardware } from './snapshot.ts';

/** A machine at one moment: nothing of this is ever written again. */
export interface Moment {
  readonly hardware: Hardware;
  /** Its memory; null where it was off, or was not asked for. */
  readonly memory: string | null;
  /** What goes on from that memory is still to get an identity of its own. */
  readonly renewed: boolean;
  /** Its run, which stands still; null where it was off. */
  readonly live: LiveRun | null;
}

/**
 * Takes a machine at one moment and lets it go on. Its disks go on in new layers: first these are made, then its definition
 * names them, then its run is switched. Each of them is empty and shows what is below, so a crash in between changes nothing.
 * @param during called while it stands still, if it runs; the pin keeps what it is given
 * @throws AppError; then it goes on as before
 */
export async function atOneMoment<T>(
  body: MachineBody,
  { doing, pin, memory }: { readonly doing: string; readonly pin: Pin; readonly memory: boolean },
  during: (moment: Moment) => Promise<T>,
): Promise<T> {
  const { definition: before, live, around, documents } = body;
  const hardware = hardwareOf(before);
  const tops = await coverDisks(before.disks, doing, around, pin);
  if (tops.switches.length > 0) {
    await documents.change((now) => ({ ...now, disks: exchanged(now.disks, tops.disks) }));
  }
  if (!live) {
    const { memory: saved = null, renewed = false } = before.resume ?? {};
    return during({ hardware, memory: saved, renewed, live: null });
  }
  const layer = memory ? pin.add(around.layers.newLayer()) : null;
  const path = layer === null ? null : around.layers.memoryPath(layer);
  const goesOn = body.state !== 'paused';
  try {
    await orItsEnd(live, doing, live.run.capture({ memory: path, tops: tops.switches, then: 'hold' }));
  } catch (error) {
    // It runs on in the layers of before. One that was killed may have been switched already: that stays as it is.
    if (body.live === live && tops.switches.length > 0) {
      await documents
        .change((now) => ({ ...now, disks: exchanged(now.disks, before.disks) }))
        .catch((problem: unknown) => around.log.warn(body.id, 'its disks have a layer too many', { error: problem }));
    }
    throw error;
  }
  try {
    return await during({ hardware, memory: layer, renewed: false, live });
  } finally {
    if (goesOn && body.live === live) await live.run.resume();
  }
}

/** A run that ends by itself answers nothing any more. */
async function orItsEnd<T>({ run }: LiveRun, doing: string, work: Promise<T>): Promise<T> {
  const ended = run.ended.then((): never => {
    throw new AppError({ code: 'wrong-state', doing, because: 'it has just ended' });
  });
  return Promise.race([work, ended]);
}
