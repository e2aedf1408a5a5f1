import { z } from 'zod';
import { call } from './define.ts';

export const serviceStatusSchema = z.object({
  version: z.string(),
  dataDirectory: z.string(),
  /** Milliseconds since the service started. */
  uptimeMs: z.number(),
  pid: z.number().int(),
  /** Who hosts the service: the desktop app or a background `inn serve`. */
  host: z.enum(['app', 'background']),
  machines: z.object({ total: z.number().int(), running: z.number().int() }),
});
export type ServiceStatus = z.infer<typeof serviceStatusSchema>;

export const settingsSchema = z.object({
  /** Base address of the Debian archive; null: as this computer's apt is configured, else the country's mirror. */
  debianMirror: z.url({ protocol: /^https?$/ }).nullable(),
  /** Images are booted once in the background, and their machines go on from there instead of booting. */
  quickStart: z.boolean(),
});
export type Settings = z.infer<typeof settingsSchema>;

export const serviceTopic = {
  status: call(z.object({}), serviceStatusSchema),
  /**
   * Ends a background service, after suspending the guests that run; with `force` they are powered off instead. When
   * one cannot be suspended the service stays, and says which.
   */
  stop: call(z.object({ force: z.boolean().default(false) }), z.object({ suspended: z.array(z.string()) })),
  settings: call(z.object({}), settingsSchema),
  changeSettings: call(settingsSchema.partial(), settingsSchema),
};
