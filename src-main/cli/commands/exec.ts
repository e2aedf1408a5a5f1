import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { MachineView } from '../../../src-core/contract/machines.ts';
import { EventWatch } from '../event-watch.ts';
import { ExitStatus } from '../exit.ts';
import type { CliIo, ServiceConnection } from '../io.ts';
import { BROKEN_PIPE_STATUS, carryProcess } from '../process-stream.ts';
import { parseDuration } from '../quantities.ts';
import { terminalSize } from '../terminal.ts';
import { withService } from '../with-service.ts';

interface ExecOptions {
  interactive?: boolean;
  tty?: boolean;
  env?: Record<string, string>;
  workdir?: string;
  wait: number;
}

/** A guest on a slow computer takes this long to boot to its agent. */
const DEFAULT_WAIT_MS = 120_000;

export function addExecCommand(vm: Command, io: CliIo): void {
  vm.command('exec')
    .description("run a command in the guest; its exit status is the command's")
    .argument('<name>')
    .argument('<command...>', 'after --')
    .option('-i, --interactive', 'carry standard input')
    .option('-t, --tty', 'run it in a terminal')
    .option('-e, --env <name=value>', 'set a variable; may be given several times', addVariable)
    .option('-w, --workdir <dir>', 'run it in this directory of the guest')
    .option('--wait <duration>', 'how long to wait for a guest that still boots', parseDuration, DEFAULT_WAIT_MS)
    .action((name: string, command: string[], options: ExecOptions) =>
      withService(io, async (service) => {
        await waitForAgent(io, service, name, options.wait);
        throw new ExitStatus(await exec(io, service, name, command, options));
      }),
    );
}

export function addVariable(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Write NAME=VALUE.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

/** A machine that has just been started cannot run commands yet: it is waited for, for a while. */
export async function waitForAgent(
  io: CliIo,
  service: ServiceConnection,
  name: string,
  limitMs = DEFAULT_WAIT_MS,
): Promise<void> {
  const machine = await service.machines.inspect({ machine: name });
  if (!isBooting(machine)) return;
  const watch = await EventWatch.open(io, service);
  const doing = `run a command in machine ${machine.name}`;
  await watch.until(doing, () => (isBooting(watch.machine(machine.id) ?? machine) ? undefined : true), { limitMs });
}

function isBooting({ state, agent }: MachineView): boolean {
  return state === 'preparing' || state === 'starting' || (state === 'running' && agent === 'waiting');
}

/** @returns the command's exit status, when all of its output is written */
async function exec(io: CliIo, service: ServiceConnection, machine: string, command: string[], options: ExecOptions) {
  const terminal = options.tty ? (terminalSize(io.stdout) ?? { columns: 80, rows: 24 }) : undefined;
  const term = options.tty && io.environment['TERM'] ? { TERM: io.environment['TERM'] } : {};
  const stream = await service.machines.exec({
    machine,
    command,
    environment: { ...term, ...options.env },
    ...(options.workdir === undefined ? {} : { workingDirectory: options.workdir }),
    ...(terminal ? { terminal } : {}),
  });
  const carried = { interactive: options.interactive ?? false, terminal: options.tty ?? false };
  const result = await carryProcess(io, stream, carried);
  return typeof result === 'string' ? BROKEN_PIPE_STATUS : result.exitStatus;
}
