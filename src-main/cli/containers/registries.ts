import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { AppError } from '../../../src-core/base/errors.ts';
import type { CliIo } from '../io.ts';
import { printData, table } from '../output.ts';
import { withService } from '../with-service.ts';

/** `inn ctr login | logout | registries` */
export function addRegistryCommands(ctr: Command, io: CliIo): void {
  ctr
    .command('login')
    .description('say who you are at a registry; the password is read from standard input')
    .argument('<registry>')
    .requiredOption('-u, --user <name>', 'your name there')
    .action((registry: string, { user }: { user: string }) =>
      withService(io, async ({ containerImages }) => {
        const password = await readPassword(io, registry);
        await containerImages.login({ registry, user, password });
        io.stdout.write(`Logged in at ${registry} as ${user}\n`);
      }),
    );
  ctr
    .command('logout')
    .description('forget who you are at a registry')
    .argument('<registry>')
    .action((registry: string) =>
      withService(io, async ({ containerImages }) => {
        await containerImages.logout({ registry });
        io.stdout.write(`Logged out at ${registry}\n`);
      }),
    );
  ctr
    .command('registries')
    .description('list the registries that you are logged in at')
    .option('--json', 'print JSON')
    .action(({ json }: { json?: boolean }) =>
      withService(io, async ({ containerImages }) =>
        printData(io, json, await containerImages.registries({}), (all) =>
          table(
            ['REGISTRY', 'USER'],
            all.map(({ registry, user }) => [registry, user]),
          ),
        ),
      ),
    );
}

/** Typed without being shown, or piped in. Never an argument: those are seen by everybody on this computer. */
async function readPassword(io: CliIo, registry: string): Promise<string> {
  const password = (io.stdin.isTTY ? await typed(io) : await text(io.stdin)).replace(/\r?\n$/, '');
  if (password !== '') return password;
  throw new AppError({ code: 'invalid-input', doing: `log in at ${registry}`, because: 'there is no password' });
}

const ENTER = /[\r\n]/;
const CTRL_C = '\u0003';
const BACKSPACE = '\u007f';

function typed(io: CliIo): Promise<string> {
  io.stderr.write('Password: ');
  io.stdin.setRawMode?.(true);
  return new Promise((resolve) => {
    let password = '';
    const end = (result: string): void => {
      io.stdin.off('data', take).pause();
      io.stdin.setRawMode?.(false);
      io.stderr.write('\n');
      resolve(result);
    };
    const take = (chunk: Buffer | string): void => {
      for (const key of chunk.toString()) {
        if (ENTER.test(key)) return end(password);
        if (key === CTRL_C) return end('');
        password = key === BACKSPACE ? password.slice(0, -1) : password + key;
      }
    };
    io.stdin.on('data', take);
  });
}
