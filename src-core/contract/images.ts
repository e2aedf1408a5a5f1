import { z } from 'zod';
import { call } from './define.ts';
import { bytesSchema, nameSchema, pathSchema, referenceSchema, timeSchema } from './names.ts';
import { taskViewSchema } from './tasks.ts';

/** An image that can be had: built here on first use from a recipe. */
export const catalogEntrySchema = z.object({
  name: nameSchema,
  title: z.string(),
  description: z.string(),
  /** Roughly what must be downloaded when nothing is cached. */
  downloadBytes: bytesSchema,
  defaults: z.object({ processors: z.number().int(), memoryBytes: bytesSchema }),
  minimumMemoryBytes: bytesSchema,
  /** Already built and ready. */
  present: z.boolean(),
});
export type CatalogEntry = z.infer<typeof catalogEntrySchema>;

/** An image that is here. */
export const imageViewSchema = z.object({
  name: nameSchema,
  title: z.string(),
  /** "Debian 13.1, Linux 6.12.48": from what was really built. */
  contents: z.string(),
  sizeBytes: bytesSchema,
  /** What a guest sees of its disk; null for an image that needs none. */
  diskBytes: bytesSchema.nullable(),
  /** built: here, from a recipe. imported: out of a file. saved: out of a machine. */
  origin: z.enum(['built', 'imported', 'saved']),
  createdAt: timeSchema,
  /** Names of the machines made from it. */
  usedBy: z.array(z.string()),
});
export type ImageView = z.infer<typeof imageViewSchema>;

const imageReference = z.object({ image: nameSchema });

export const imagesTopic = {
  catalog: call(z.object({}), z.array(catalogEntrySchema)),
  list: call(z.object({}), z.array(imageViewSchema)),
  /** Starts building (or finds under way) and returns its task at once; the end is told by events. */
  pull: call(imageReference, taskViewSchema),
  remove: call(imageReference, z.object({})),
  /**
   * Makes an image out of a raw or qcow2 file (compressed too). The kernel is looked for in it (EFI, extlinux) unless
   * one is given. A task.
   */
  importFrom: call(
    imageReference.extend({
      path: pathSchema,
      kernel: pathSchema.optional(),
      initrd: pathSchema.optional(),
      commandLine: z.string().max(2000).optional(),
    }),
    taskViewSchema,
  ),
  /** Writes an image's disk into a new file that stands alone. A task. */
  exportTo: call(
    imageReference.extend({
      path: pathSchema,
      format: z.enum(['raw', 'qcow2']).default('qcow2'),
      compress: z.boolean().default(false),
    }),
    taskViewSchema,
  ),
  /** Makes an image out of a stopped machine's first disk, or of a snapshot's. A task. */
  save: call(imageReference.extend({ machine: referenceSchema, snapshot: referenceSchema.optional() }), taskViewSchema),
};
