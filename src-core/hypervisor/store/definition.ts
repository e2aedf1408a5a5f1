import { z } from 'zod';
import { machineDiskSchema, machineSourceSchema } from '../../contract/machines.ts';
import { bytesSchema, nameSchema, timeSchema } from '../../contract/names.ts';
import { cardSchema, forwardSchema, MOST_CARDS, MOST_FORWARDS } from '../../contract/networks.ts';
import { MOST_SHARES, shareSchema } from '../../contract/shares.ts';

/** 2: disks of its own are layers of the pool, and a saved state is named here. Version 1 had both in its folder. */
export const DEFINITION_VERSION = 2;

/** A layer's name in the pools of disks and of saved memory. */
export const layerSchema = z.string().regex(/^[0-9a-f]{16}$/);

/** A disk of its own is a file of the pool and nothing else, wherever the definition came from. */
export const definedDiskSchema = machineDiskSchema.refine(
  ({ own, path, format }) => !own || (/^[0-9a-f]{16}\.qcow2$/.test(path) && format === 'qcow2'),
  'The path of a disk of its own is the name of a layer',
);

/** `machines/ID/machine.json`: what a machine is. What happened to it stands in its run record. */
export const machineDefinitionSchema = z.object({
  version: z.literal(DEFINITION_VERSION),
  id: z.string().regex(/^[0-9a-f]{16}$/),
  name: nameSchema,
  createdAt: timeSchema,
  source: machineSourceSchema,
  processors: z.number().int().min(1),
  memoryBytes: bytesSchema,
  /** What the guest was asked to keep to while it ran: its memory when it is started the next time. null for all. */
  memoryTarget: bytesSchema.nullable().default(null),
  /** Percent of one host processor for each of its processors; null for no limit. */
  cpuLimit: z.number().int().min(1).max(100).nullable().default(null),
  /** Slots of disks, in the order in which a kernel is looked for on them. */
  bootOrder: z.array(z.number().int().min(0).max(15)).default([]),
  /** The path of a disk of its own is the file of its top layer in the pool. */
  disks: z.array(definedDiskSchema),
  /** Its image was not here when it was made: it gets the image's disk, if that has one, when it is started. */
  awaitsImageDisk: z.boolean().default(false),
  /** Folders of this computer; in the guest each is a device of its own, named by its slot. */
  shares: z.array(shareSchema).max(MOST_SHARES).default([]),
  /** Its network cards; each is a device of its own, named by its slot. */
  cards: z.array(cardSchema).max(MOST_CARDS).default([]),
  /** Ports of this computer that lead to it while it runs. */
  forwards: z.array(forwardSchema).max(MOST_FORWARDS).default([]),
  /**
   * Where it goes on, as long as it is suspended. `renewed`: this state was another machine's, so the guest gets an
   * identity of its own (host name, machine id, randomness) as it goes on.
   */
  resume: z.object({ memory: layerSchema, renewed: z.boolean() }).nullable().default(null),
  /** Its disks were another machine's: its guest is told who it is as soon as it can be. */
  newIdentity: z.boolean().default(false),
  /** User-data, and the id of the machine that was made with it: a clone's guest is configured already. */
  configuration: z.object({ instance: layerSchema, userData: z.string() }).nullable().default(null),
  /** node: it belongs to the container engine. */
  purpose: z.enum(['machine', 'node']).default('machine'),
  /** The snapshot that its present state is built on. */
  currentSnapshot: layerSchema.nullable().default(null),
});
export type MachineDefinition = z.infer<typeof machineDefinitionSchema>;

/** The memory that a machine is promised, whatever its present run was started with. */
export function promisedMemory({ memoryBytes, memoryTarget }: MachineDefinition): number {
  return memoryTarget ?? memoryBytes;
}

/** The same machine, about to be switched on. */
export function withPromisedMemory(definition: MachineDefinition): MachineDefinition {
  if (definition.memoryTarget === null) return definition;
  return { ...definition, memoryBytes: definition.memoryTarget, memoryTarget: null };
}

/** The same machine, not suspended. */
export function withoutState(definition: MachineDefinition): MachineDefinition {
  return definition.resume === null ? definition : { ...definition, resume: null };
}

/** The image that a machine is made from; empty for one that is made of files. */
export function imageOf({ source }: Pick<MachineDefinition, 'source'>): string {
  return source.kind === 'image' ? source.image : '';
}
