/**
 * What a processor limit holds a busy guest to, and what it costs whoever types.
 *
 *     node bench/processor-limit.ts [--seconds 5]      with the image debian-13-tiny in the data directory
 *
 * The guest runs an endless loop. Its thread's own processor time is measured over some seconds for each limit; then keys
 * are typed at its prompt, and the time to their echo is taken.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { GuestPipe } from '../src-core/hypervisor/runner.ts';
import { defaultDataDirectory } from '../src-main/service/os/data-directory.ts';
import { WorkerRunner } from '../src-main/service/worker-runner.ts';

const LIMITS = [null, 75, 50, 25, 10, 5] as const;
const KEYS = 40;
const LOOP = 'while :; do :; done &\n';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '5' } } });
const folder = join(process.env['INNKEEPER_HOME'] ?? defaultDataDirectory(), 'images/debian-13-tiny');
const { boot } = JSON.parse(readFileSync(join(folder, 'image.json'), 'utf8')) as {
  boot: { kernel: { file: string }; initrd: { file: string }; commandLine: string };
};

/** What a guest has shown so far, and a wait for more. */
class Screen {
  text = '';
  readonly #pipe: GuestPipe;
  readonly #waiting = new Set<() => void>();

  constructor(pipe: GuestPipe) {
    this.#pipe = pipe;
    pipe.onReadable(() => this.#read());
  }

  type(text: string): void {
    this.#pipe.write(new TextEncoder().encode(text));
  }

  async shows(wanted: string, from = 0): Promise<void> {
    while (!this.text.includes(wanted, from)) await new Promise<void>((done) => this.#waiting.add(done));
  }

  #read(): void {
    const bytes = new Uint8Array(65_536);
    for (let count = this.#pipe.read(bytes); count > 0; count = this.#pipe.read(bytes))
      this.text += new TextDecoder().decode(bytes.subarray(0, count));
    for (const done of this.#waiting) done();
    this.#waiting.clear();
  }
}

async function echoMs(screen: Screen): Promise<number> {
  const from = screen.text.length;
  const start = performance.now();
  screen.type('x');
  await screen.shows('x', from);
  return performance.now() - start;
}

const quantile = (figures: readonly number[], q: number) =>
  ([...figures].sort((a, b) => a - b)[Math.floor(figures.length * q)] ?? NaN).toFixed(1);

const runner = await WorkerRunner.open();
const run = runner.launch({
  ...{ id: 'bench', name: 'bench', harts: 1, memoryBytes: 256 * 2 ** 20, cpuLimit: null },
  ...{ disks: [], shares: [], start: { kind: 'power-on' } },
  boot: {
    kernel: join(folder, boot.kernel.file),
    initrd: join(folder, boot.initrd.file),
    firmware: null,
    commandLine: boot.commandLine,
  },
});
const screen = new Screen(run.console);
await run.started;
await screen.shows('# ');
screen.type(LOOP);
await wait(1000);
console.log('limit    processor of its thread    key to echo: median, 95 %');
for (const percent of LIMITS) {
  await run.change({ kind: 'cpu-limit', percent });
  await wait(1000);
  const [at, used] = [performance.now(), run.measure().processorMs];
  await wait(Number(values.seconds) * 1000);
  const share = ((run.measure().processorMs - used) / (performance.now() - at)) * 100;
  const echoes: number[] = [];
  for (let key = 0; key < KEYS; key++) {
    echoes.push(await echoMs(screen));
    await wait(Math.random() * 40);
  }
  const name = percent === null ? 'none' : `${percent} %`;
  console.log(
    `${name.padEnd(8)} ${`${share.toFixed(1)} %`.padEnd(26)} ${quantile(echoes, 0.5)} ms, ${quantile(echoes, 0.95)} ms`,
  );
}
await run.terminate();
