import { z } from 'zod';
import { call } from './define.ts';
import { bytesSchema, pathSchema, timeSchema } from './names.ts';
import { taskViewSchema } from './tasks.ts';

/** "busybox", "debian:13", "127.0.0.1:5000/team/web:1.2", "name@sha256:…": as people write them. */
export const imageReferenceSchema = z.string().min(1).max(512);
/** "sha256:" and 64 hexadecimal digits. OCI image-spec, descriptor.md §digests. */
export const digestSchema = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'Write a digest as sha256: and 64 hexadecimal digits');

/** Where a port of a container's process listens. */
export const containerPortSchema = z.object({
  protocol: z.enum(['tcp', 'udp']).default('tcp'),
  port: z.number().int().min(1).max(65_535),
});

export const healthCheckSchema = z.object({
  /** Of the image's or the person's: arguments, or one line for the shell. */
  command: z.array(z.string()).min(1),
  intervalMs: z.number().int().min(1).default(30_000),
  timeoutMs: z.number().int().min(1).default(30_000),
  /** Failures in a row that make it unhealthy. */
  retries: z.number().int().min(1).default(3),
  /** After its start, while failures do not count. */
  startPeriodMs: z.number().int().min(0).default(0),
});
export type HealthCheck = z.infer<typeof healthCheckSchema>;

export const layerViewSchema = z.object({
  /** Of the archive as it is unpacked: two images with the same one share it. */
  diffId: digestSchema,
  /** As it is moved; null where it has not been packed yet. */
  digest: digestSchema.nullable(),
  packedBytes: bytesSchema.nullable(),
  unpackedBytes: bytesSchema,
  files: z.number().int(),
  /** What made it: "RUN apt-get install nginx". */
  createdBy: z.string(),
  /** Names of the other images here that have it too. */
  sharedWith: z.array(z.string()),
});
export type LayerView = z.infer<typeof layerViewSchema>;

export const containerImageViewSchema = z.object({
  /** Digest of its configuration: what it is, by whatever name. */
  id: digestSchema,
  /** Digest of its manifest. */
  digest: digestSchema,
  /** "docker.io/library/busybox:latest" is shown as "busybox:latest"; none for one that lost its name. */
  names: z.array(z.string()),
  platform: z.string(),
  /** When it was made, by its own word; null where it says nothing. */
  createdAt: timeSchema.nullable(),
  /** When it came here. */
  arrivedAt: timeSchema,
  /** Unpacked, all layers. */
  sizeBytes: bytesSchema,
  /** Of that, what no other image here has. */
  ownBytes: bytesSchema,
  layers: z.number().int(),
  /** Names of the containers made from it. */
  usedBy: z.array(z.string()),
});
export type ContainerImageView = z.infer<typeof containerImageViewSchema>;

/** OCI image-spec, config.md: what its author says of how it is run. */
export const imageSettingsSchema = z.object({
  entrypoint: z.array(z.string()),
  command: z.array(z.string()),
  environment: z.array(z.string()),
  workingDirectory: z.string(),
  user: z.string(),
  ports: z.array(containerPortSchema),
  volumes: z.array(z.string()),
  labels: z.record(z.string(), z.string()),
  stopSignal: z.string().nullable(),
  healthCheck: healthCheckSchema.nullable(),
});
export type ImageSettings = z.infer<typeof imageSettingsSchema>;

export const containerImageDetailSchema = containerImageViewSchema.extend({
  settings: imageSettingsSchema,
  /** Lowest first. */
  layerList: z.array(layerViewSchema),
  /** Newest first; steps that made no layer too. */
  history: z.array(
    z.object({ createdAt: timeSchema.nullable(), createdBy: z.string(), comment: z.string(), sizeBytes: bytesSchema }),
  ),
  /** The manifest and the configuration, as they are. */
  manifest: z.string(),
  config: z.string(),
});
export type ContainerImageDetail = z.infer<typeof containerImageDetailSchema>;

/** One entry of a layer's archive. */
export const layerFileSchema = z.object({
  path: z.string(),
  kind: z.enum(['file', 'directory', 'link', 'hard-link', 'device', 'fifo', 'removed', 'emptied']),
  sizeBytes: bytesSchema,
  mode: z.number().int(),
  target: z.string().nullable(),
});
export type LayerFile = z.infer<typeof layerFileSchema>;

/** What can be had without any registry: made here, of Debian's packages. */
export const baseImageSchema = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  downloadBytes: bytesSchema,
  present: z.boolean(),
});
export type BaseImage = z.infer<typeof baseImageSchema>;

const imageInput = z.object({ image: imageReferenceSchema });

export const containerImagesTopic = {
  list: call(z.object({}), z.array(containerImageViewSchema)),
  catalog: call(z.object({}), z.array(baseImageSchema)),
  inspect: call(imageInput, containerImageDetailSchema),
  /** Entries of one layer, in the order of its archive, from a number on. */
  files: call(
    z.object({
      diffId: digestSchema,
      from: z.number().int().min(0).default(0),
      search: z.string().max(200).optional(),
    }),
    z.object({ files: z.array(layerFileSchema), total: z.number().int() }),
  ),
  /** From a registry, or made here where the name is one of the catalogue's. A task; only missing layers move. */
  pull: call(
    imageInput.extend({
      /** Asked for although it is here: whether there is a newer one. */
      renew: z.boolean().default(true),
    }),
    taskViewSchema,
  ),
  /** A task; only layers that the registry does not have move. */
  push: call(imageInput.extend({ to: imageReferenceSchema.optional() }), taskViewSchema),
  tag: call(imageInput.extend({ name: imageReferenceSchema }), containerImageViewSchema),
  /** Takes the name; the image goes with its last one. 'wrong-state' while a container is made from it, unless forced. */
  remove: call(imageInput.extend({ force: z.boolean().default(false) }), z.object({ freedBytes: bytesSchema })),
  /** Removes images without a name (`all`: without a container), and layers that nobody has. */
  prune: call(
    z.object({ all: z.boolean().default(false) }),
    z.object({ images: z.number().int(), freedBytes: bytesSchema }),
  ),
  /** One archive file: an OCI layout, or as docker has it. A task. */
  save: call(
    z.object({
      images: z.array(imageReferenceSchema).min(1),
      path: pathSchema,
      form: z.enum(['oci', 'docker']).default('oci'),
    }),
    taskViewSchema,
  ),
  /** Either form is recognised; also a folder that is an OCI layout. A task. */
  load: call(z.object({ path: pathSchema }), taskViewSchema),
  /** A task whose phases are the steps; what they print comes by `containers.buildLog`. */
  build: call(
    z.object({
      directory: pathSchema,
      /** Within the directory, or a whole path; "Containerfile", else "Dockerfile" when it is left out. */
      file: pathSchema.optional(),
      tags: z.array(imageReferenceSchema).default([]),
      arguments: z.record(z.string(), z.string()).default({}),
      /** The stage to be built; the last when it is left out. */
      target: z.string().optional(),
      noCache: z.boolean().default(false),
      /** Asks registries for newer base images. */
      renew: z.boolean().default(false),
    }),
    taskViewSchema,
  ),
  /** Who one is at a registry; kept in a file that only this person can read. Checked with the registry first. */
  login: call(
    z.object({ registry: z.string().min(1).max(255), user: z.string().min(1), password: z.string().min(1) }),
    z.object({}),
  ),
  logout: call(z.object({ registry: z.string().min(1).max(255) }), z.object({})),
  registries: call(z.object({}), z.array(z.object({ registry: z.string(), user: z.string() }))),
};
