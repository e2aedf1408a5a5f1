/**
 * How long a machine that has booted takes to be suspended and to be resumed, and how large its state is.
 *
 *     node bench/suspend.ts [--memory 256] [--rounds 5]      in INNKEEPER_HOME, which needs the image debian-13-tiny
 *
 * suspend: from the request to the answer, with the state on stable storage. resume: from the request until the guest
 * runs, and until its agent has answered a command.
 */
import { mkdtempSync, cpSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createService } from '../src-main/service/service.ts';

const { values } = parseArgs({
  options: { memory: { type: 'string', default: '256' }, rounds: { type: 'string', default: '5' } },
});
const home = process.env['INNKEEPER_HOME'];
if (home === undefined) throw new Error('INNKEEPER_HOME names the data directory that has the image');
const dataDirectory = mkdtempSync(join(tmpdir(), 'inn-bench-'));
cpSync(join(home, 'images'), join(dataDirectory, 'images'), { recursive: true });
const service = await createService({ dataDirectory, host: 'background', version: 'bench' });
const { machines } = service.handlers;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function agentReady(): Promise<void> {
  while ((await machines.inspect({ machine: 'bench' })).agent !== 'ready') await new Promise((go) => setTimeout(go, 5));
}

function median(figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[figures.length >> 1] ?? NaN;
}

try {
  const memoryBytes = Number(values.memory) * 2 ** 20;
  const source = { kind: 'image', image: 'debian-13-tiny' } as const;
  const { id } = await machines.create({ name: 'bench', source, memoryBytes, disks: [], start: true });
  await agentReady();
  const figures = { suspend: [] as number[], resume: [] as number[], answer: [] as number[], bytes: [] as number[] };
  for (let round = 0; round < Number(values.rounds); round++) {
    figures.suspend.push(await timed(() => machines.suspend({ machine: id })));
    figures.bytes.push(statSync(join(dataDirectory, 'machines', id, 'suspended/state')).size);
    const start = performance.now();
    figures.resume.push(await timed(() => machines.resume({ machine: id })));
    await agentReady();
    figures.answer.push(performance.now() - start);
  }
  console.log(`a machine of ${values.memory} MiB after its boot, median of ${values.rounds}:`);
  console.log(`  suspend               ${median(figures.suspend).toFixed(0)} ms`);
  console.log(`  state on disk         ${(median(figures.bytes) / 2 ** 20).toFixed(1)} MiB`);
  console.log(`  resume to running     ${median(figures.resume).toFixed(0)} ms`);
  console.log(`  resume to its agent   ${median(figures.answer).toFixed(0)} ms`);
} finally {
  await service.dispose();
  rmSync(dataDirectory, { recursive: true, force: true });
}
