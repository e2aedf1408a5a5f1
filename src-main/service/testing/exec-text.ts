import type { InnkeeperHandlers } from '../../../src-core/contract/contract.ts';

/**
 * Runs a shell script in a guest. @returns what it printed on both outputs, without white space around, and its status
 * @throws what the run of it failed with
 */
export function scriptText(
  exec: InnkeeperHandlers['machines']['exec'],
  machine: string,
  script: string,
): Promise<{ text: string; exitStatus: number }> {
  return new Promise((resolve, reject) => {
    let text = '';
    void exec(
      { machine, command: ['sh', '-c', script], environment: {} },
      {
        write: (bytes) => {
          text += new TextDecoder().decode(bytes);
          return Promise.resolve();
        },
        onData: () => undefined,
        onFinish: () => undefined,
        onControl: () => undefined,
        onClose: () => undefined,
        end: ({ exitStatus }) => resolve({ text: text.trim(), exitStatus }),
        fail: reject,
      },
    );
  });
}
