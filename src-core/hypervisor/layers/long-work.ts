import type { WorkWatch } from './disk-work.ts';

/** Work that takes so long that it is listed, with how far it has come, and can be cancelled. */
export interface LongWork {
  /**
   * @param title "Copy the disks of web"
   * @throws what `work` throws, or AppError 'cancelled'
   */
  run(title: string, machine: string | null, work: (watch: WorkWatch) => Promise<void>): Promise<void>;
}
