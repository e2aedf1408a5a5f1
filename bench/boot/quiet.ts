import { setTimeout as pause } from 'node:timers/promises';

const QUIET_MS = 50;
const LONGEST_PAUSES = 40;

/**
 * Resolves when the process has nothing more to do: Node takes the types out of our sources by WebAssembly, and goes on
 * optimizing that in other threads for a while. Innkeeper itself is built before it is started.
 */
export async function quiet(): Promise<void> {
  for (let pauses = 0; pauses < LONGEST_PAUSES; pauses++) {
    const before = process.cpuUsage();
    await pause(QUIET_MS);
    const { user, system } = process.cpuUsage(before);
    if ((user + system) / 1000 < QUIET_MS / 10) return;
  }
}
