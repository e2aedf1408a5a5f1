import { z } from 'zod';
import { call } from './define.ts';
import { failureSchema } from './failures.ts';
import { pathSchema, referenceSchema } from './names.ts';

/** Folders of this computer that one machine can have. */
export const MOST_SHARES = 8;

const GUEST_DIRECTORY_RULE = 'Use an absolute path in the guest such as /mnt/work, without "." and ".."';

/** Where a shared folder is mounted. Those of the system itself are left to it. */
export const guestDirectorySchema = z
  .string()
  .max(1000)
  .regex(/^(?:\/(?!\.\.?(?:\/|$))[^/\u0000-\u001f\u007f]+)+$/, GUEST_DIRECTORY_RULE)
  .refine((path) => !/^\/(?:proc|sys|dev)(?:\/|$)/.test(path), 'The guest keeps its own things there');

/** A folder of this computer that a machine sees. */
export const shareSchema = z.object({
  /** Its name in this machine, 0 to 7: stays its own while others come and go. */
  slot: z
    .number()
    .int()
    .min(0)
    .max(MOST_SHARES - 1),
  /** On this computer, without symbolic links in it. */
  hostDirectory: pathSchema,
  guestDirectory: guestDirectorySchema,
  readOnly: z.boolean().default(false),
});
export type Share = z.infer<typeof shareSchema>;

export const shareViewSchema = shareSchema.extend({
  /** The guest has it at its place now. */
  mounted: z.boolean(),
  /** Why the guest could not take it up. */
  failure: failureSchema.nullable(),
});
export type ShareView = z.infer<typeof shareViewSchema>;

const machineReference = z.object({ machine: referenceSchema });

export const sharesTopic = {
  list: call(machineReference, z.array(shareViewSchema)),
  /** Answers with all shared folders of the machine. 'wrong-state' when that needs it to be off. */
  add: call(
    machineReference.extend({
      hostDirectory: pathSchema,
      guestDirectory: guestDirectorySchema,
      readOnly: z.boolean().default(false),
    }),
    z.array(shareViewSchema),
  ),
  /** Answers with those that are left. Nothing on this computer is deleted. */
  remove: call(machineReference.extend({ guestDirectory: guestDirectorySchema }), z.array(shareViewSchema)),
};
