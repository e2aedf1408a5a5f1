import { onChildEnd } from './children.ts';
import { environmentFor, findTool } from './environment.ts';
import { os } from './quickjs.ts';

/**
 * Runs a small program of the system for its effect.
 * @param ended called with its status, 127 when there is no such program
 */
export function runTool(command: readonly string[], ended: (status: number) => void = () => undefined): void {
  if (findTool(command[0] ?? '') === undefined) {
    ended(127);
    return;
  }
  const nothing = os.open('/dev/null', os.O_RDWR);
  const streams = nothing < 0 ? {} : { stdin: nothing, stdout: nothing, stderr: nothing };
  const pid = os.exec(command, { block: false, cwd: '/', env: environmentFor({}, false), ...streams });
  if (nothing >= 0) os.close(nothing);
  onChildEnd(pid, ended);
}
