import { z } from 'zod';
import { call, stream } from './define.ts';
import { failureSchema } from './failures.ts';
import { bytesSchema, nameSchema, pathSchema, referenceSchema, timeSchema } from './names.ts';
import { cardViewSchema, forwardViewSchema, MOST_CARDS } from './networks.ts';
import { shareViewSchema } from './shares.ts';
import { taskViewSchema } from './tasks.ts';

/**
 * preparing: its image is being built, then it starts or stays stopped. starting: its processor is being set up.
 * stopping: the guest was asked to power off. suspending: its state is being written to disk. suspended: it is on
 * disk, and goes on from there when it is resumed or started. failed: it cannot run on; the cause is in `lastEnd`.
 */
export const MACHINE_STATES = [
  'preparing',
  'stopped',
  'starting',
  'running',
  'paused',
  'stopping',
  'suspending',
  'suspended',
  'failed',
] as const;
export const machineStateSchema = z.enum(MACHINE_STATES);
export type MachineState = z.infer<typeof machineStateSchema>;

/** What boots: an image, or files of this computer. */
export const machineSourceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('image'), image: nameSchema }),
  z.object({
    kind: z.literal('files'),
    /** A RISC-V Linux `Image` (or, with firmware, what the firmware starts). */
    kernel: pathSchema.optional(),
    initrd: pathSchema.optional(),
    /** M-mode firmware, as QEMU's -bios; without it the hypervisor answers the SBI itself. */
    firmware: pathSchema.optional(),
    commandLine: z.string().max(2000).optional(),
  }),
]);
export type MachineSource = z.infer<typeof machineSourceSchema>;

export const DISK_FORMATS = ['raw', 'qcow2'] as const;

/** A disk image on this computer. Its format is seen once, when it is attached: later its guest has written into it. */
export const machineDiskSchema = z.object({
  /** Its name in this machine, 0 to 15: stays its own while others come and go. */
  slot: z.number().int().min(0).max(15).default(0),
  path: pathSchema,
  readOnly: z.boolean().default(false),
  format: z.enum(DISK_FORMATS).default('raw'),
  /** Made by Innkeeper for this machine, and goes with it. */
  own: z.boolean().default(false),
});

export const machineDiskViewSchema = machineDiskSchema.extend({
  /** What the guest sees; null while the file cannot be read. */
  sizeBytes: bytesSchema.nullable(),
  /** What the file takes of this computer's disk; null likewise. */
  usedBytes: bytesSchema.nullable(),
});
export type MachineDiskView = z.infer<typeof machineDiskViewSchema>;

/** A disk for a new machine: a file that is there, raw or qcow2; or a new, empty one, which takes room as it is filled. */
export const diskForMachineSchema = z.union([
  z.object({ path: pathSchema, readOnly: z.boolean().default(false) }),
  z.object({ sizeBytes: bytesSchema }),
]);

export const MIN_MEMORY_BYTES = 64 * 1024 * 1024;
export const MEMORY_STEP_BYTES = 1024 * 1024;

const memorySchema = bytesSchema
  .min(MIN_MEMORY_BYTES, 'A machine needs at least 64 MiB of memory')
  .refine((bytes) => bytes % MEMORY_STEP_BYTES === 0, 'Memory comes in whole MiB');
/** Percent of one host processor for each of a machine's processors; null for no limit. */
const cpuLimitSchema = z
  .number()
  .int('A processor limit is a whole percentage')
  .min(1, 'A processor limit is 1 to 100 percent')
  .max(100, 'A processor limit is 1 to 100 percent')
  .nullable();
const processorsSchema = z
  .number()
  .int()
  .min(1, 'A machine needs at least one processor')
  .max(8, 'A machine has at most 8 processors');

/** How a run of a machine ended. */
export const machineEndSchema = z.object({
  kind: z.enum(['powered-off', 'killed', 'failed', 'interrupted', 'suspended']),
  at: timeSchema,
  /** For failed: "Kernel panic - not syncing: …". For interrupted: Innkeeper itself ended while it ran. */
  cause: z.string().nullable(),
});
export type MachineEnd = z.infer<typeof machineEndSchema>;

export const machineStatsSchema = z.object({
  takenAt: timeSchema,
  /** Processors of the host that its threads use: 0.5 is half a core. */
  processorUsed: z.number(),
  /** Guest memory that the host really holds. */
  memoryUsedBytes: bytesSchema,
  /** Guest instructions retired since it was started. */
  instructions: z.number(),
  diskReadBytes: bytesSchema,
  diskWrittenBytes: bytesSchema,
  /** Through all of its network cards; left out where it has none. */
  networkSentBytes: bytesSchema.optional(),
  networkReceivedBytes: bytesSchema.optional(),
  /** Guest memory that the guest has handed back, having been asked to; left out where that is none. */
  memoryReturnedBytes: bytesSchema.optional(),
});
export type MachineStats = z.infer<typeof machineStatsSchema>;

/** Of user-data, as the clouds have it. */
export const MAX_USER_DATA_CHARACTERS = 64 * 1024;

/**
 * How far the configuration that a machine was given (user-data) has been carried out in its guest. waiting: the guest
 * has not been reached yet. left-to-guest: its image brings a cloud-init of its own, which tells nobody how it went.
 */
export const configurationViewSchema = z.object({
  state: z.enum(['none', 'waiting', 'running', 'done', 'failed', 'left-to-guest']),
  /** running: what is being done, "Installing packages". failed: what went wrong. */
  step: z.string().nullable(),
  /** Why it failed, with the last lines that the step printed. */
  failure: z.string().nullable(),
  /** What of the user-data is not known here and passed over. */
  warnings: z.array(z.string()),
});
export type ConfigurationView = z.infer<typeof configurationViewSchema>;

export const machineViewSchema = z.object({
  id: z.string(),
  name: nameSchema,
  state: machineStateSchema,
  source: machineSourceSchema,
  processors: z.number().int(),
  /** What it is promised now: while it runs, what its guest was asked to keep to. */
  memoryBytes: bytesSchema,
  /** What its present run was started with: the most that it can have without a stop. null while it does not run. */
  memoryAtStartBytes: bytesSchema.nullable(),
  /** Percent of one host processor for each of its processors; null for no limit. */
  cpuLimit: z.number().int().nullable(),
  bootOrder: z.array(z.number().int()),
  disks: z.array(machineDiskViewSchema),
  shares: z.array(shareViewSchema),
  cards: z.array(cardViewSchema),
  /** Ports of this computer that lead to it. */
  forwards: z.array(forwardViewSchema),
  /** The snapshot that its present state is built on; null for none. */
  currentSnapshot: z.string().nullable(),
  createdAt: timeSchema,
  /** When the present run began; null when it does not run. */
  startedAt: timeSchema.nullable(),
  lastEnd: machineEndSchema.nullable(),
  /** The agent inside: needed by `exec` and by a clean stop. */
  agent: z.enum(['absent', 'waiting', 'ready']),
  configuration: configurationViewSchema,
  /** The guest was asked to power off and has not done so within the grace: offer force. */
  stopOverdue: z.boolean(),
  /** The task that prepares its image, while preparing. */
  task: z.string().nullable(),
  stats: machineStatsSchema.nullable(),
  /** Why the last attempt to start it did not work, until the next. */
  failure: failureSchema.nullable(),
  /** node: the container engine's own; people see it among nodes, not among machines. Absent for all others. */
  purpose: z.literal('node').optional(),
});
export type MachineView = z.infer<typeof machineViewSchema>;

export const createMachineSchema = z.object({
  name: nameSchema,
  source: machineSourceSchema,
  processors: processorsSchema.optional(),
  memoryBytes: memorySchema.optional(),
  cpuLimit: cpuLimitSchema.optional(),
  disks: z.array(diskForMachineSchema).max(16).default([]),
  /** Names or ids of networks, a card for each; one on the default network when it is left out. */
  networks: z.array(referenceSchema).max(MOST_CARDS).optional(),
  /** Cloud-config ("#cloud-config") or a script ("#!"), carried out in the guest when it starts for the first time. */
  userData: z.string().max(MAX_USER_DATA_CHARACTERS).optional(),
  start: z.boolean().default(false),
});
export type CreateMachine = z.input<typeof createMachineSchema>;

const machineReference = z.object({ machine: referenceSchema });

/** What a machine can be given after it was made. What is left out stays as it is. */
export const changeMachineSchema = machineReference.extend({
  /** Only while it is off. */
  processors: processorsSchema.optional(),
  /** While it runs: through the balloon, up to what it was started with. */
  memoryBytes: memorySchema.optional(),
  /** At once, also while it runs. */
  cpuLimit: cpuLimitSchema.optional(),
  /** Slots of disks, in the order in which a kernel is looked for on them. Only while it is off. */
  bootOrder: z.array(z.number().int().min(0).max(15)).max(16).optional(),
});
export type ChangeMachine = z.input<typeof changeMachineSchema>;

/** Size of a terminal, in character cells. */
export const terminalSizeSchema = z.object({
  columns: z.number().int().min(1).max(1000),
  rows: z.number().int().min(1).max(1000),
});
export type TerminalSize = z.infer<typeof terminalSizeSchema>;

/** Channels of an `exec` stream. Towards the service, 0 is standard input. */
export const EXEC_CHANNEL = { stdin: 0, stdout: 1, stderr: 2 } as const;

export const machinesTopic = {
  list: call(z.object({}), z.array(machineViewSchema)),
  inspect: call(machineReference, machineViewSchema),
  /** Answers when the definition is safely on disk; an absent image is then prepared by a task. */
  create: call(createMachineSchema, machineViewSchema),
  start: call(machineReference, machineViewSchema),
  /** Asks the guest to power off; answers when asked. `stopOverdue` tells when the grace is over. */
  stop: call(
    machineReference.extend({ graceMs: z.number().int().min(0).max(600_000).default(20_000) }),
    machineViewSchema,
  ),
  /** Takes the power at once. The saved state of a suspended machine is thrown away. */
  kill: call(machineReference, machineViewSchema),
  pause: call(machineReference, machineViewSchema),
  /** Lets a paused machine run on, or a suspended one from where its saved state stands. */
  resume: call(machineReference, machineViewSchema),
  /** Saves a running or paused machine to disk and takes its power; answers when it is safely there. */
  suspend: call(machineReference, machineViewSchema),
  /** Throws the saved state of a suspended machine away: what its guest had not written to a disk is lost. */
  discard: call(machineReference, machineViewSchema),
  restart: call(machineReference, machineViewSchema),
  rename: call(machineReference.extend({ name: nameSchema }), machineViewSchema),
  /** Changes its hardware. What needs it to be off is refused with 'wrong-state' while it runs, whole. */
  change: call(changeMachineSchema, machineViewSchema),
  /** Gives it a disk, at once if it runs. */
  attachDisk: call(machineReference.extend({ disk: diskForMachineSchema }), machineViewSchema),
  /**
   * Takes a disk from it. One that was made for it is deleted, unless a snapshot holds it. While it runs its guest is
   * asked to let go of the disk, and may refuse.
   */
  detachDisk: call(
    machineReference.extend({
      slot: z.number().int().min(0).max(15),
      /** Whatever the guest says, and where there is nobody to ask: what it has not written is lost. */
      force: z.boolean().default(false),
    }),
    machineViewSchema,
  ),
  /** Makes a disk larger, at once if it runs. The guest's file system on it is the guest's affair. */
  growDisk: call(
    machineReference.extend({ slot: z.number().int().min(0).max(15), sizeBytes: bytesSchema }),
    machineViewSchema,
  ),
  /**
   * A new machine from a stopped one's disks, or from a snapshot. Linked: it shares what is the same; full: it has a
   * copy. From a snapshot with memory the clone is suspended at that moment, with an identity of its own.
   */
  clone: call(
    machineReference.extend({
      name: nameSchema,
      snapshot: referenceSchema.optional(),
      full: z.boolean().default(false),
    }),
    machineViewSchema,
  ),
  /** A second, running machine from a running one's present moment, with an identity of its own. */
  fork: call(machineReference.extend({ name: nameSchema }), machineViewSchema),
  /** Writes a stopped or suspended machine with its disks and snapshots into one new file. A task. */
  exportTo: call(machineReference.extend({ path: pathSchema }), taskViewSchema),
  /** Makes a machine out of such a file. A task, whose subject is the machine. */
  importFrom: call(z.object({ path: pathSchema, name: nameSchema }), taskViewSchema),
  /** Moves a stopped machine to the bin, from where `restore` brings it back until `purge`. */
  remove: call(machineReference.extend({ purge: z.boolean().default(false) }), z.object({ id: z.string() })),
  restore: call(z.object({ id: z.string() }), machineViewSchema),
  purge: call(z.object({ id: z.string() }), z.object({})),
  /**
   * The machine's console. Output comes on channel 0, first the scrollback kept by the service; input goes on
   * channel 0. The stream outlives restarts of the machine and ends when the machine is deleted.
   */
  console: stream({
    input: machineReference.extend({ size: terminalSizeSchema.optional() }),
    opened: z.object({ scrollbackBytes: bytesSchema }),
    control: z.object({ resize: terminalSizeSchema }),
    result: z.object({ reason: z.enum(['closed', 'deleted']) }),
  }),
  /** Runs a command in the guest, through the agent. */
  exec: stream({
    input: machineReference.extend({
      command: z.array(z.string()).min(1),
      environment: z.record(z.string(), z.string()).default({}),
      workingDirectory: z.string().optional(),
      terminal: terminalSizeSchema.optional(),
    }),
    opened: z.object({ pid: z.number().int() }),
    control: z.union([z.object({ resize: terminalSizeSchema }), z.object({ signal: z.string() })]),
    /** As a shell tells it: the status, or 128 + the signal that ended it. */
    result: z.object({ exitStatus: z.number().int() }),
  }),
};
