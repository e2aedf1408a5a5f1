import { z } from 'zod';

/** Names of machines, images and snapshots: also host names, so letters, digits and inner hyphens (RFC 1123 label). */
export const NAME_RULE = 'Use 1 to 63 letters, digits or hyphens, starting and ending with a letter or digit';

export const nameSchema = z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/, NAME_RULE);

/** A machine is addressed by its name or by its id. */
export const referenceSchema = z.string().min(1).max(63);

/** A path on the computer that the service runs on. */
export const pathSchema = z
  .string()
  .min(1)
  .max(4096)
  .refine((path) => !path.includes('\0'), 'A path cannot hold a NUL character');

/** Milliseconds since 1970-01-01 UTC. */
export const timeSchema = z.number().nonnegative();

export const bytesSchema = z.number().int().nonnegative();
