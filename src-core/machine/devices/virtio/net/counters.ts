import { z } from 'zod';
import { countSchema } from '../../../state/values.ts';

/** Frames that were thrown away by a card, and why. */
export const cardCountersSchema = z.strictObject({
  /** Sent with a header that makes no sense. */
  malformed: countSchema,
  /** Sent while no cable was in. */
  withoutCarrier: countSchema,
  /** Received, and the driver has no buffers that are large enough, or does not take frames that are unfinished so. */
  unfit: countSchema,
});
export type CardCounters = z.infer<typeof cardCountersSchema>;

export function noFrames(): CardCounters {
  return { malformed: 0, withoutCarrier: 0, unfit: 0 };
}
