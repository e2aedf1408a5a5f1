import type { Command } from 'commander';
import { BROKEN_PIPE_STATUS, carryProcess } from '../process-stream.ts';
import { ExitStatus } from '../exit.ts';
import type { CliIo } from '../io.ts';
import { printData, table } from '../output.ts';
import { terminalSize } from '../terminal.ts';
import { withService } from '../with-service.ts';
import { gather } from './run-options.ts';

interface ExecOptions {
  interactive?: boolean;
  tty?: boolean;
  env?: string[];
  workdir?: string;
  user?: string;
}

/** `inn ctr exec | attach | top` */
export function addProcessCommands(ctr: Command, io: CliIo): void {
  ctr
    .command('exec')
    .description("run one more command in a container; its exit status is the command's")
    .argument('<name>')
    .argument('<command...>')
    .option('-i, --interactive', 'carry standard input')
    .option('-t, --tty', 'run it in a terminal')
    .option('-e, --env <name=value>', 'a variable', gather)
    .option('-w, --workdir <dir>', 'in this directory of it')
    .option('-u, --user <user[:group]>', 'as this user of it')
    .passThroughOptions()
    .action((name: string, command: string[], options: ExecOptions) => exec(io, name, command, options));
  ctr
    .command('attach')
    .description('attach this terminal to a container; Ctrl-P Ctrl-Q lets go of one that has a terminal')
    .argument('<name>')
    .option('--no-stdin', 'do not carry standard input')
    .action((name: string, { stdin = true }: { stdin?: boolean }) => attach(io, name, stdin));
  ctr
    .command('top')
    .description('list the processes of a container')
    .argument('<name>')
    .option('--json', 'print JSON')
    .action((container: string, { json }: { json?: boolean }) =>
      withService(io, async ({ containers }) =>
        printData(io, json, (await containers.top({ container })).processes, (processes) =>
          table(
            ['PID', 'USER', 'TIME', 'COMMAND'],
            processes.map(({ pid, user, time, command }) => [String(pid), user, time, command]),
          ),
        ),
      ),
    );
}

function exec(io: CliIo, container: string, command: string[], options: ExecOptions): Promise<void> {
  return withService(io, async ({ containers }) => {
    const terminal = options.tty ? (terminalSize(io.stdout) ?? { columns: 80, rows: 24 }) : undefined;
    const term = options.tty && io.environment['TERM'] ? [`TERM=${io.environment['TERM']}`] : [];
    const stream = await containers.exec({
      container,
      command,
      environment: [...term, ...(options.env ?? [])],
      ...(options.workdir === undefined ? {} : { workingDirectory: options.workdir }),
      ...(options.user === undefined ? {} : { user: options.user }),
      ...(terminal ? { terminal } : {}),
    });
    const carried = { interactive: options.interactive ?? false, terminal: options.tty ?? false };
    const result = await carryProcess(io, stream, carried);
    throw new ExitStatus(typeof result === 'string' ? BROKEN_PIPE_STATUS : result.exitStatus);
  });
}

function attach(io: CliIo, container: string, stdin: boolean): Promise<void> {
  return withService(io, async ({ containers }) => {
    const size = terminalSize(io.stdout);
    const stream = await containers.attach({ container, ...(size ? { size } : {}) });
    const { terminal, interactive } = stream.opened;
    const result = await carryProcess(io, stream, {
      interactive: stdin && interactive,
      terminal,
      detachable: true,
    });
    if (result === 'detached') return;
    throw new ExitStatus(result === 'closed' ? BROKEN_PIPE_STATUS : (result.exitStatus ?? 1));
  });
}
