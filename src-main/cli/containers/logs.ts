import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { AppError } from '../../../src-core/base/errors.ts';
import { logLineSchema } from '../../../src-core/contract/containers.ts';
import type { CliIo } from '../io.ts';
import { parseDuration } from '../quantities.ts';
import { withService } from '../with-service.ts';

interface Options {
  follow?: boolean;
  tail?: number;
  since?: number;
  timestamps?: boolean;
  json?: boolean;
}

/** `inn ctr logs [-f] NAME` */
export function addLogsCommand(ctr: Command, io: CliIo): void {
  ctr
    .command('logs')
    .description('print what a container has printed')
    .argument('<name>')
    .option('-f, --follow', 'and what it prints from now on')
    .option('-n, --tail <lines>', 'only the last so many', parseLines)
    .option('--since <duration>', 'only of the last so long, such as 5m', parseDuration)
    .option('-t, --timestamps', 'with the time of each line')
    .option('--json', 'print each line as JSON')
    .action((name: string, options: Options) => logs(io, name, options));
}

function parseLines(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Write a whole number.');
  return Number(text);
}

function logs(io: CliIo, container: string, { follow = false, tail, since, timestamps, json }: Options): Promise<void> {
  return withService(io, async ({ containers }) => {
    const stream = await containers.logs({
      container,
      follow,
      ...(tail === undefined ? {} : { tail }),
      ...(since === undefined ? {} : { since: Date.now() - since }),
    });
    const held = (['SIGINT', 'SIGTERM'] as const).map((signal) => io.onSignal(signal, () => stream.close()));
    const decoder = new TextDecoder();
    let rest = '';
    /** A line that is too long for one piece is printed as the one line that it was. */
    const unfinished = { stdout: false, stderr: false };
    let written = Promise.resolve();
    stream.onData((bytes, _channel, done) => {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      const printed = lines.map((line) => ({ line, ...logLineSchema.parse(JSON.parse(line)) }));
      const parts = printed.map(({ line, at, stream: from, text, goesOn = false }) => {
        const stamp = timestamps && !unfinished[from] ? `${new Date(at).toISOString()} ` : '';
        unfinished[from] = goesOn;
        return new Promise<void>((resolve) => {
          const out = json || from === 'stdout' ? io.stdout : io.stderr;
          out.write(json ? `${line}\n` : `${stamp}${text}${goesOn ? '' : '\n'}`, () => resolve());
        });
      });
      written = written.then(() => Promise.all(parts)).then(done);
    });
    try {
      await stream.result;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'cancelled') throw error;
    } finally {
      await written;
      for (const each of held) each.dispose();
    }
  });
}
