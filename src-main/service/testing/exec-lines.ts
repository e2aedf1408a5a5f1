import type { InnkeeperHandlers } from '../../../src-core/contract/contract.ts';
import { EXEC_CHANNEL } from '../../../src-core/contract/machines.ts';

type Exec = InnkeeperHandlers['machines']['exec'];
type Stream = Parameters<Exec>[1];

/**
 * Runs a shell script in a guest. @param onLine called for each line of its standard output
 * @returns its exit status; -1 when the connection to it was lost
 */
export async function runScript(
  exec: Exec,
  machine: string,
  script: string,
  onLine: (line: string) => void = () => undefined,
): Promise<number> {
  let rest = '';
  let finish: (status: number) => void = () => undefined;
  const over = new Promise<number>((resolve) => (finish = resolve));
  const stream: Stream = {
    write: (bytes, channel) => {
      if (channel === EXEC_CHANNEL.stdout) {
        const lines = (rest + new TextDecoder().decode(bytes)).split('\n');
        rest = lines.pop() ?? '';
        lines.forEach(onLine);
      }
      return Promise.resolve();
    },
    onData: () => undefined,
    onFinish: () => undefined,
    onControl: () => undefined,
    onClose: () => undefined,
    end: (result) => finish(result.exitStatus),
    fail: () => finish(-1),
  };
  await exec({ machine, command: ['sh', '-c', script], environment: {} }, stream);
  return over;
}
