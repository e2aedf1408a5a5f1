import { z } from 'zod';
import { digestSchema, healthCheckSchema, imageReferenceSchema } from './container-images.ts';
import { call, stream } from './define.ts';
import { failureSchema } from './failures.ts';
import { terminalSizeSchema } from './machines.ts';
import { bytesSchema, nameSchema, pathSchema, referenceSchema, timeSchema } from './names.ts';
import { forwardSchema, forwardViewSchema } from './networks.ts';
import { taskViewSchema } from './tasks.ts';

/**
 * created: never ran. starting: its node is being found or its process set up. restarting: waits to be started again by
 * its restart policy. exited: its process ended, or could not be started (the cause is in `lastEnd`).
 */
export const CONTAINER_STATES = [
  'created',
  'starting',
  'running',
  'paused',
  'stopping',
  'restarting',
  'exited',
] as const;
export const containerStateSchema = z.enum(CONTAINER_STATES);
export type ContainerState = z.infer<typeof containerStateSchema>;

/** The same rule as for machines, and '_' and '.' besides, as docker has it. */
export const containerNameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/,
    'Use 1 to 63 letters, digits, ".", "_" or "-", starting with a letter or digit',
  );

export const restartPolicySchema = z.object({
  policy: z.enum(['no', 'on-failure', 'always', 'unless-stopped']).default('no'),
  /** For on-failure; null for no end. */
  mostRetries: z.number().int().min(1).nullable().default(null),
});
export type RestartPolicy = z.infer<typeof restartPolicySchema>;

export const containerMountSchema = z.discriminatedUnion('kind', [
  /** Made when it is not there. Stays when the container goes. */
  z.object({
    kind: z.literal('volume'),
    volume: nameSchema,
    destination: pathSchema,
    readOnly: z.boolean().default(false),
  }),
  /** A folder of this computer. */
  z.object({
    kind: z.literal('folder'),
    directory: pathSchema,
    destination: pathSchema,
    readOnly: z.boolean().default(false),
  }),
  z.object({ kind: z.literal('tmpfs'), destination: pathSchema, sizeBytes: bytesSchema.optional() }),
]);
export type ContainerMount = z.infer<typeof containerMountSchema>;

const limits = {
  memoryBytes: bytesSchema.min(4 * 1024 * 1024, 'A container needs at least 4 MiB of memory').nullable(),
  /** Of its node's processors: 0.5 is half of one. */
  cpus: z.number().min(0.01).max(8).nullable(),
  pids: z.number().int().min(1).nullable(),
  /** What it may write beyond its image and its volumes. */
  diskBytes: bytesSchema.min(1024 * 1024, 'A container needs at least 1 MiB of disk').nullable(),
};

/** What the kernel keeps a container to; null for no limit of its own. */
export const containerLimitsSchema = z.object({
  memoryBytes: limits.memoryBytes.default(null),
  cpus: limits.cpus.default(null),
  pids: limits.pids.default(2048),
  diskBytes: limits.diskBytes.default(null),
});
export type ContainerLimits = z.infer<typeof containerLimitsSchema>;

const portSchema = z.number().int().min(1).max(65_535);
/** A way from a port of this computer to one of a container. */
export const publishedPortSchema = forwardSchema.omit({ port: true, guestPort: true }).extend({
  /** Of this computer; a free one is taken when it is left out. */
  port: portSchema.optional(),
  containerPort: portSchema,
});

export const createContainerSchema = z.object({
  image: imageReferenceSchema,
  /** One is made up when it is left out. */
  name: containerNameSchema.optional(),
  /** In place of the image's command, behind its entrypoint. */
  command: z.array(z.string()).max(1000).optional(),
  entrypoint: z.array(z.string()).max(1000).optional(),
  /** "NAME=value", added to the image's. */
  environment: z.array(z.string().max(32_768)).max(1000).default([]),
  workingDirectory: z.string().max(4096).optional(),
  /** "user", "user:group", "1000:1000". */
  user: z.string().max(256).optional(),
  hostName: z.string().max(63).optional(),
  labels: z.record(z.string(), z.string()).default({}),
  /** It is given a terminal. */
  terminal: z.boolean().default(false),
  /** Its standard input is kept open for those who attach. */
  interactive: z.boolean().default(false),
  limits: containerLimitsSchema.prefault({}),
  restart: restartPolicySchema.prefault({}),
  ports: z.array(publishedPortSchema).max(64).default([]),
  mounts: z.array(containerMountSchema).max(64).default([]),
  /** Name or id of a network; the default one when it is left out, none at all for null. */
  network: referenceSchema.nullable().optional(),
  readOnlyRoot: z.boolean().default(false),
  /** A process 1 that reaps and passes signals on. */
  init: z.boolean().default(false),
  addCapabilities: z.array(z.string().max(64)).max(64).default([]),
  dropCapabilities: z.array(z.string().max(64)).max(64).default([]),
  /** null: the image's counts, if it has one; 'none': not even that. */
  healthCheck: z
    .union([healthCheckSchema, z.literal('none')])
    .nullable()
    .default(null),
  stopSignal: z.string().max(32).optional(),
  stopTimeoutMs: z.number().int().min(0).max(600_000).default(10_000),
  /** It is removed when its process ends. */
  removeAtEnd: z.boolean().default(false),
  /** An image that is not here: 'missing' pulls it. */
  pull: z.enum(['missing', 'always', 'never']).default('missing'),
  start: z.boolean().default(true),
});
export type CreateContainer = z.input<typeof createContainerSchema>;

export const containerEndSchema = z.object({
  /** node-lost: its node died under it. not-started: its process could not be set up. interrupted: Innkeeper ended. */
  kind: z.enum(['exited', 'out-of-memory', 'killed', 'node-lost', 'not-started', 'interrupted']),
  at: timeSchema,
  /** As a shell tells it: the status, or 128 + the signal; null where there is none. */
  exitStatus: z.number().int().nullable(),
  cause: z.string().nullable(),
});
export type ContainerEnd = z.infer<typeof containerEndSchema>;

export const containerStatsSchema = z.object({
  takenAt: timeSchema,
  /** Of its node's processors: 0.5 is half of one. */
  processorUsed: z.number(),
  memoryBytes: bytesSchema,
  pids: z.number().int(),
  diskReadBytes: bytesSchema,
  diskWrittenBytes: bytesSchema,
  networkSentBytes: bytesSchema,
  networkReceivedBytes: bytesSchema,
});
export type ContainerStats = z.infer<typeof containerStatsSchema>;

export const containerViewSchema = z.object({
  id: z.string(),
  name: containerNameSchema,
  /** As it was asked for: "nginx:1.27". */
  image: z.string(),
  imageId: digestSchema,
  state: containerStateSchema,
  command: z.array(z.string()),
  createdAt: timeSchema,
  startedAt: timeSchema.nullable(),
  lastEnd: containerEndSchema.nullable(),
  /** Times that its policy started it again. */
  restarts: z.number().int(),
  /** When its policy starts it again; null unless `restarting`. */
  nextStartAt: timeSchema.nullable(),
  health: z.enum(['none', 'starting', 'healthy', 'unhealthy']),
  /** What the last health check printed. */
  healthOutput: z.string().nullable(),
  terminal: z.boolean(),
  interactive: z.boolean(),
  limits: containerLimitsSchema,
  restart: restartPolicySchema,
  ports: z.array(forwardViewSchema),
  mounts: z.array(containerMountSchema),
  network: z.object({ id: z.string(), name: z.string(), address: z.string(), mac: z.string() }).nullable(),
  labels: z.record(z.string(), z.string()),
  removeAtEnd: z.boolean(),
  /** Id and name of the node that has it; null where none was chosen yet. */
  node: z.object({ id: z.string(), name: z.string() }).nullable(),
  stats: containerStatsSchema.nullable(),
  /** Why the last attempt to do something with it did not work, until the next. */
  failure: failureSchema.nullable(),
});
export type ContainerView = z.infer<typeof containerViewSchema>;

export const volumeViewSchema = z.object({
  name: nameSchema,
  createdAt: timeSchema,
  node: z.object({ id: z.string(), name: z.string() }),
  /** Null while its node does not run. */
  usedBytes: bytesSchema.nullable(),
  /** Names of the containers that mount it. */
  usedBy: z.array(z.string()),
});
export type VolumeView = z.infer<typeof volumeViewSchema>;

/** A machine whose kernel runs containers. */
export const nodeViewSchema = z.object({
  /** Id of its machine. */
  id: z.string(),
  name: z.string(),
  /** asleep: saved, and there again in a moment. */
  state: z.enum(['starting', 'ready', 'asleep', 'stopped', 'failed']),
  processors: z.number().int(),
  memoryBytes: bytesSchema,
  /** What is promised to its containers. */
  promisedMemoryBytes: bytesSchema,
  /** As the node's kernel has it; null while it does not run. */
  freeMemoryBytes: bytesSchema.nullable(),
  diskBytes: bytesSchema,
  freeDiskBytes: bytesSchema.nullable(),
  /** Containers that are on it, running and in all. */
  running: z.number().int(),
  containers: z.number().int(),
  failure: failureSchema.nullable(),
});
export type NodeView = z.infer<typeof nodeViewSchema>;

const containerInput = z.object({ container: z.string().min(1).max(64) });

/** How a path of a container differs from its image. */
export const changedFileSchema = z.object({ kind: z.enum(['added', 'changed', 'removed']), path: z.string() });
export type ChangedFile = z.infer<typeof changedFileSchema>;

export const containersTopic = {
  /** Those that ended too. */
  list: call(z.object({}), z.array(containerViewSchema)),
  inspect: call(containerInput, containerViewSchema),
  /** The OCI runtime's configuration that its process was last started with, as JSON. */
  runtimeConfig: call(containerInput, z.object({ json: z.string() })),
  /**
   * Answers when it is safely written down and, with `start`, its process runs (or could not be started: that is an
   * error, and without `removeAtEnd` the container stays). An image that is not here is pulled first, as a listed task.
   */
  create: call(createContainerSchema, containerViewSchema),
  start: call(containerInput, containerViewSchema),
  /** Asks its process to end, and makes it after the time. */
  stop: call(
    containerInput.extend({ timeoutMs: z.number().int().min(0).max(600_000).optional() }),
    containerViewSchema,
  ),
  /** @example signal "TERM", "SIGKILL", "9" */
  kill: call(containerInput.extend({ signal: z.string().max(32).default('KILL') }), containerViewSchema),
  restart: call(containerInput, containerViewSchema),
  pause: call(containerInput, containerViewSchema),
  resume: call(containerInput, containerViewSchema),
  rename: call(containerInput.extend({ name: containerNameSchema }), containerViewSchema),
  /** At once, also while it runs. What is left out stays as it is. */
  update: call(
    containerInput.extend({
      limits: z.object(limits).partial().optional(),
      restart: restartPolicySchema.optional(),
      ports: z.array(publishedPortSchema).max(64).optional(),
    }),
    containerViewSchema,
  ),
  /** With what it wrote; its volumes stay. 'wrong-state' while it runs, unless forced. */
  remove: call(containerInput.extend({ force: z.boolean().default(false) }), z.object({})),
  /** Removes all that have ended. */
  prune: call(z.object({}), z.object({ removed: z.array(z.string()) })),
  /** Its processes, as ps has them. */
  top: call(
    containerInput,
    z.object({
      processes: z.array(z.object({ pid: z.number(), user: z.string(), time: z.string(), command: z.string() })),
    }),
  ),
  diff: call(containerInput, z.array(changedFileSchema)),
  /** Makes an image of it as it is now. A task. */
  commit: call(
    containerInput.extend({
      image: imageReferenceSchema,
      message: z.string().max(1000).default(''),
      author: z.string().default(''),
    }),
    taskViewSchema,
  ),
  /**
   * What its process prints, and input for it. Channels as of `machines.exec`. Starts with the last lines that it
   * printed since it was started. Ends with the process, or when the client closes it: the process goes on.
   */
  attach: stream({
    input: containerInput.extend({ size: terminalSizeSchema.optional(), replay: z.boolean().default(true) }),
    opened: z.object({
      terminal: z.boolean(),
      interactive: z.boolean(),
      /** Of what comes first, the bytes that were printed before: what a terminal answers to them is to go nowhere. */
      replayBytes: bytesSchema.default(0),
    }),
    control: z.union([z.object({ resize: terminalSizeSchema }), z.object({ signal: z.string() })]),
    result: z.object({ exitStatus: z.number().int().nullable() }),
  }),
  /**
   * `create` and `attach` in one, so that nothing that it prints is missed: for `inn ctr run`. The result is how the
   * process ended.
   */
  run: stream({
    input: createContainerSchema.extend({ size: terminalSizeSchema.optional() }),
    opened: z.object({ container: containerViewSchema }),
    control: z.union([z.object({ resize: terminalSizeSchema }), z.object({ signal: z.string() })]),
    result: z.object({ exitStatus: z.number().int().nullable(), end: containerEndSchema }),
  }),
  exec: stream({
    input: containerInput.extend({
      command: z.array(z.string()).min(1),
      environment: z.array(z.string()).default([]),
      workingDirectory: z.string().optional(),
      user: z.string().optional(),
      terminal: terminalSizeSchema.optional(),
    }),
    opened: z.object({ pid: z.number().int() }),
    control: z.union([z.object({ resize: terminalSizeSchema }), z.object({ signal: z.string() })]),
    result: z.object({ exitStatus: z.number().int() }),
  }),
  /**
   * What it printed, kept by the service over its restarts: lines of JSON on channel 0, each a `LogLine`. With `follow`
   * it goes on until the client closes it or the container is removed.
   */
  logs: stream({
    input: containerInput.extend({
      /** The last so many lines; all when it is left out. */
      tail: z.number().int().min(0).optional(),
      since: timeSchema.optional(),
      follow: z.boolean().default(false),
    }),
    opened: z.object({}),
    control: z.object({}),
    result: z.object({ reason: z.enum(['end', 'removed']) }),
  }),
  /** A tar archive on channel 0: what is at a path of it, running or not. */
  readFiles: stream({
    input: containerInput.extend({ path: pathSchema }),
    opened: z.object({ kind: z.enum(['file', 'directory', 'other']), name: z.string() }),
    control: z.object({}),
    result: z.object({}),
  }),
  /** Unpacks a tar archive from channel 0 into a directory of it. */
  writeFiles: stream({
    input: containerInput.extend({ directory: pathSchema }),
    opened: z.object({}),
    control: z.object({}),
    result: z.object({}),
  }),
  /** What the steps of a build task print, from its beginning; ends with the task. */
  buildLog: stream({
    input: z.object({ task: z.string() }),
    opened: z.object({}),
    control: z.object({}),
    result: z.object({ image: digestSchema.nullable() }),
  }),
};

/** A line that a container printed. */
export const logLineSchema = z.object({
  at: timeSchema,
  stream: z.enum(['stdout', 'stderr']),
  /** Without its line feed; undecodable bytes are replaced. */
  text: z.string(),
  /** It is the beginning of a very long line, which goes on in the next one of its stream. */
  goesOn: z.literal(true).optional(),
});
export type LogLine = z.infer<typeof logLineSchema>;

export const volumesTopic = {
  list: call(z.object({}), z.array(volumeViewSchema)),
  create: call(z.object({ name: nameSchema }), volumeViewSchema),
  inspect: call(z.object({ volume: referenceSchema }), volumeViewSchema),
  /** 'wrong-state' while a container mounts it. */
  remove: call(z.object({ volume: referenceSchema }), z.object({})),
  /** Removes those that no container mounts. */
  prune: call(z.object({}), z.object({ removed: z.array(z.string()) })),
};

export const engineSettingsSchema = z.object({
  /** Of a node that the engine makes. */
  nodeMemoryBytes: bytesSchema,
  nodeProcessors: z.number().int().min(1).max(8),
  /** As many nodes as the engine may make by itself, when a container fits nowhere. */
  mostNodes: z.number().int().min(1).max(64),
  /** A node without running containers goes to sleep after so long. */
  idleMs: z.number().int().min(1000),
});
export type EngineSettings = z.infer<typeof engineSettingsSchema>;

export const nodesTopic = {
  list: call(z.object({}), z.array(nodeViewSchema)),
  /** One more, of the preset size unless told. Answers when it is ready. */
  add: call(
    z.object({ memoryBytes: bytesSchema.optional(), processors: z.number().int().min(1).max(8).optional() }),
    nodeViewSchema,
  ),
  /** With the containers and volumes on it, if forced; 'wrong-state' otherwise while there are any. */
  remove: call(z.object({ node: referenceSchema, force: z.boolean().default(false) }), z.object({})),
  /** The engine's own limits. */
  settings: call(z.object({}), engineSettingsSchema),
  change: call(engineSettingsSchema.partial(), engineSettingsSchema),
};
