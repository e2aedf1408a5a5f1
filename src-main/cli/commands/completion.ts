import { Argument } from 'commander';
import type { Command } from 'commander';
import type { CliIo } from '../io.ts';

const COMPLETE = 'complete-words';

/** The shell asks `inn` itself what fits, so that nothing must be listed twice. */
const SCRIPTS = {
  bash: `_inn() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(inn ${COMPLETE} -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _inn inn
`,
  zsh: `#compdef inn
_inn() {
  local -a fits
  fits=(\${(f)"$(inn ${COMPLETE} -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  compadd -a fits
}
compdef _inn inn
`,
} as const;

export function addCompletionCommands(program: Command, io: CliIo): void {
  program
    .command('completion')
    .description('print a script that completes commands in a shell')
    .addArgument(new Argument('<shell>').choices(Object.keys(SCRIPTS)))
    .action((shell: keyof typeof SCRIPTS) => void io.stdout.write(SCRIPTS[shell]));
  program
    .command(COMPLETE, { hidden: true })
    .argument('[words...]')
    .action(async (words: string[]) => {
      const fits = await candidates(program, io, words);
      io.stdout.write(fits.map((fit) => `${fit}\n`).join(''));
    });
}

/** @param words all that was typed after `inn`; the last one is still being typed */
async function candidates(program: Command, io: CliIo, words: readonly string[]): Promise<string[]> {
  const typed = words.at(-1) ?? '';
  let command = program;
  for (const word of words.slice(0, -1)) command = command.commands.find((each) => each.name() === word) ?? command;
  const fits = typed.startsWith('-')
    ? command.options.map((option) => option.long ?? option.short ?? '')
    : command.commands.length > 0
      ? command
          .createHelp()
          .visibleCommands(command)
          .map((each) => each.name())
      : await names(io, command);
  return fits.filter((fit) => fit.startsWith(typed));
}

/** Names of what the command works on, if a service runs that knows them. */
async function names(io: CliIo, command: Command): Promise<string[]> {
  const topic = command.parent?.name();
  const isNew = command.name() === 'create' && topic !== 'snapshot';
  const takesName = command.registeredArguments[0]?.name() === 'name' && !isNew;
  const service = takesName ? await io.connectIfRunning() : undefined;
  if (service === undefined) return [];
  try {
    if (topic === 'vm' || topic === 'snapshot') return (await service.machines.list({})).map(({ name }) => name);
    if (topic === 'net' || topic === 'network') return (await service.networks.list({})).map(({ name }) => name);
    if (topic === 'ctr') return (await service.containers.list({})).map(({ name }) => name);
    if (topic === 'volume') return (await service.volumes.list({})).map(({ name }) => name);
    if (topic === 'node') return (await service.nodes.list({})).map(({ name }) => name);
    const images = command.name() === 'pull' ? service.images.catalog({}) : service.images.list({});
    return (await images).map(({ name }) => name);
  } finally {
    service.disconnect();
  }
}
