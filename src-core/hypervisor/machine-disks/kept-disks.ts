import { leaseDisks } from '../life/launch-plan.ts';
import type { MachineBody } from '../life/machine-body.ts';
import { locateDisks } from './machine-disks.ts';

/** Holds the disks of a suspended machine: what is in its memory fits to them only as they are. */
export async function keepDisks(body: MachineBody): Promise<void> {
  const doing = `keep the disks of machine ${body.name}`;
  body.letGoOfKept();
  try {
    body.kept = await leaseDisks(body.name, locateDisks(body.definition, body.around), doing, body.around);
  } catch (error) {
    body.around.log.warn(body.id, 'its disks could not be kept for it', { error });
  }
}
