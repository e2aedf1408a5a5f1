import type { LongWork } from '../../src-core/hypervisor/layers/long-work.ts';
import type { Tasks } from './tasks.ts';

/** Long work of the hypervisor's as tasks. */
export function listedWork(tasks: Tasks): LongWork {
  return {
    run: (title, machine, work) => {
      const subject = machine === null ? null : ({ kind: 'machine', id: machine } as const);
      const run = (progress: (phase: string, fraction: number | null) => void, signal: AbortSignal): Promise<void> =>
        work({ progress: (fraction) => progress(title, fraction), signal });
      return tasks.start({ title, subject, run }).done;
    },
  };
}
