import { z } from 'zod';
import { digestSchema, type ImageSettings } from '../../contract/container-images.ts';
import type { HistoryEntry } from './container-images.ts';
import { healthCheckOf } from './health-check.ts';
import { checked, damaged, parseObject, type Platform } from './manifest.ts';

export const MOST_CONFIG_BYTES = 8 * 1024 * 1024;
const MOST_ENTRIES = 10_000;

const words = z
  .array(z.string())
  .max(MOST_ENTRIES)
  .nullish()
  .transform((list) => list ?? []);
const keys = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((map) => Object.keys(map ?? {}));
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

/** OCI image-spec, config.md, with docker's health check. */
const settingsSchema = z.object({
  User: text,
  ExposedPorts: keys,
  Env: words,
  Entrypoint: words,
  Cmd: words,
  Volumes: keys,
  WorkingDir: text,
  Labels: z
    .record(z.string(), z.string())
    .nullish()
    .transform((labels) => labels ?? {}),
  StopSignal: text,
  Healthcheck: z
    .object({
      Test: words,
      Interval: z.number().optional(),
      Timeout: z.number().optional(),
      StartPeriod: z.number().optional(),
      Retries: z.number().optional(),
    })
    .nullish(),
});

const configSchema = z.object({
  architecture: z.string().max(64),
  os: z.string().max(64),
  variant: z.string().max(64).optional(),
  created: z.string().nullish(),
  config: settingsSchema.nullish(),
  rootfs: z.object({ type: z.literal('layers'), diff_ids: z.array(digestSchema).nullable() }),
  history: z
    .array(
      z.object({
        created: z.string().nullish(),
        created_by: text,
        comment: text,
        empty_layer: z.boolean().nullish(),
      }),
    )
    .max(MOST_ENTRIES)
    .nullish(),
});

/** What an image says of itself. */
export interface ImageConfig {
  readonly platform: Platform;
  readonly createdAt: number | null;
  readonly settings: ImageSettings;
  /** Of its layers, lowest first. */
  readonly diffIds: readonly string[];
  readonly history: readonly HistoryEntry[];
}

/** @param what "the configuration of busybox:latest" @throws AppError 'corrupt' */
export function parseConfig(bytes: Uint8Array, what: string, doing: string): ImageConfig {
  const config = checked(configSchema, parseObject(bytes, MOST_CONFIG_BYTES, what, doing), what, doing);
  const { os, architecture, variant } = config;
  return {
    platform: { os, architecture, ...(variant === undefined ? {} : { variant }) },
    createdAt: timeOf(config.created),
    settings: settingsOf(config.config ?? settingsSchema.parse({})),
    diffIds: config.rootfs.diff_ids ?? [],
    history: (config.history ?? []).map((entry) => ({
      createdAt: timeOf(entry.created),
      createdBy: entry.created_by,
      comment: entry.comment,
      emptyLayer: entry.empty_layer === true,
    })),
  };
}

/** @throws AppError 'corrupt' when an image has not as many layers as it tells diff ids of */
export function checkLayerCount(layers: number, diffIds: readonly string[], name: string, doing: string): void {
  if (layers === diffIds.length) return;
  throw damaged(doing, `the manifest of ${name} has ${layers} layers, its configuration ${diffIds.length}`);
}

function settingsOf(config: z.infer<typeof settingsSchema>): ImageSettings {
  return {
    entrypoint: config.Entrypoint,
    command: config.Cmd,
    environment: config.Env,
    workingDirectory: config.WorkingDir,
    user: config.User,
    ports: config.ExposedPorts.flatMap(portOf),
    volumes: config.Volumes,
    labels: config.Labels,
    stopSignal: config.StopSignal === '' ? null : config.StopSignal,
    healthCheck: config.Healthcheck ? healthCheckOf(config.Healthcheck) : null,
  };
}

/** "80", "80/tcp", "53/udp"; what is none of these says nothing. */
function portOf(written: string): ImageSettings['ports'] {
  const [, digits = '', protocol = 'tcp'] = /^(\d{1,5})(?:\/(tcp|udp))?$/.exec(written) ?? [];
  const port = Number(digits);
  return port >= 1 && port <= 65_535 ? [{ protocol: protocol === 'udp' ? 'udp' : 'tcp', port }] : [];
}

/** RFC 3339; zero times of Go mean that nothing is said. */
function timeOf(written: string | null | undefined): number | null {
  const time = Date.parse(written ?? '');
  return Number.isNaN(time) || time < 0 ? null : time;
}
