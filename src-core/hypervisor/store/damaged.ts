import { toFailure } from '../../contract/failures.ts';
import type { MachineView } from '../../contract/machines.ts';
import { AppError } from '../../base/errors.ts';
import type { DamagedMachine } from './machine-store.ts';

/** A machine whose definition cannot be read is shown as failed, under a name that tells its folder. */
export function viewOfDamaged({ id, path, problem }: DamagedMachine): MachineView {
  return {
    id,
    name: damagedName(id),
    state: 'failed',
    source: { kind: 'files' },
    processors: 1,
    memoryBytes: 0,
    memoryAtStartBytes: null,
    cpuLimit: null,
    bootOrder: [],
    disks: [],
    shares: [],
    cards: [],
    forwards: [],
    currentSnapshot: null,
    createdAt: 0,
    startedAt: null,
    lastEnd: null,
    agent: 'absent',
    configuration: { state: 'none', step: null, failure: null, warnings: [] },
    stopOverdue: false,
    task: null,
    stats: null,
    failure: { ...toFailure(problem, problem.doing), data: { path } },
  };
}

export function damagedName(id: string): string {
  return `damaged-${id}`;
}

/** What every request for it is answered with, except to remove it. */
export function refuseDamaged(doing: string, { path, problem }: DamagedMachine): AppError {
  return new AppError({
    code: problem.code,
    doing,
    because: `its definition ${path} cannot be used: ${problem.because}`,
    hint: 'Repair the file and start Innkeeper again, or delete the machine.',
    data: { path },
    cause: problem,
  });
}
