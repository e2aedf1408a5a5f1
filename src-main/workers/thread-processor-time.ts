import { readFileSync } from 'node:fs';

/** Newer Node tells a thread's own processor time; Electron's does not yet. */
type ThreadCpuUsage = () => { user: number; system: number };

/**
 * How to learn the processor time that the calling thread has used, in milliseconds: by the runtime, else by
 * Linux, else null: then it counts as busy whenever it is not asleep.
 */
export function threadProcessorTime(): (() => number) | null {
  const byRuntime = (process as { threadCpuUsage?: ThreadCpuUsage }).threadCpuUsage;
  if (byRuntime) {
    return () => {
      const { user, system } = byRuntime.call(process);
      return (user + system) / 1000;
    };
  }
  return byLinux();
}

/** proc(5), /proc/PID/task/TID/schedstat: nanoseconds on a processor come first. */
function byLinux(): (() => number) | null {
  const read = (): number => Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]) / 1e6;
  try {
    return Number.isFinite(read()) ? read : null;
  } catch {
    return null;
  }
}
