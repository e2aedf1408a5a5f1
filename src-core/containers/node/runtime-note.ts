import type { CallChannel } from './calls/call-channel.ts';
import { CallList } from './calls/call-list.ts';
import { readFile, textOf } from './calls/file-calls.ts';
import { placesOf } from './places.ts';

const MOST_BYTES = 4096;

/**
 * What the OCI runtime has noted about a container that runs. It reaps the process itself, and takes the note away then:
 * so the number is that process's as long as the note is there.
 * @returns null when there is none
 */
export async function runtimeNote(
  calls: CallChannel,
  id: string,
  doing: string,
): Promise<{ readonly pid: number } | null> {
  const list = new CallList();
  const file = readFile(list, `${placesOf(id).state}/status`, MOST_BYTES);
  const text = textOf(await calls.carryOut(list, doing), file);
  const pid = Number(/"pid"\s*:\s*(\d+)/.exec(text)?.[1] ?? 0);
  return pid > 1 ? { pid } : null;
}
