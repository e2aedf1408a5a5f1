import { z } from 'zod';
import { call } from './define.ts';
import { bytesSchema, nameSchema, timeSchema } from './names.ts';
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
};
