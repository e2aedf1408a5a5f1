/**
 * From "Create" to the prompt: the second machine of an image that was booted once in the background.
 *
 *     npm run -s bench:create -- [--rounds 7]      needs the image debian-13-tiny
 */
import { parseArgs } from 'node:util';
import { BenchService, pause, report, timed } from './service/bench-service.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' } } });
const GOAL_MS = 500;
const MEMORY_BYTES = 256 * 2 ** 20;
const BETWEEN_MS = 2000;

const bench = await BenchService.open();
try {
  const { machines, service } = bench;
  const { images } = service.handlers;
  const size = async (): Promise<number> => (await images.list({}))[0]?.sizeBytes ?? 0;
  const before = await size();
  const boot = await timed(() => bench.running('first', MEMORY_BYTES).then(() => bench.echoes('first')));
  while ((await size()) === before) await pause(100);
  await machines.kill({ machine: 'first' });
  const answers: number[] = [];
  const identities: number[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    await pause(BETWEEN_MS);
    const name = `next-${round}`;
    const start = performance.now();
    const source = { kind: 'image', image: 'debian-13-tiny' } as const;
    await machines.create({ name, source, memoryBytes: MEMORY_BYTES, disks: [], start: true });
    // What is typed at a machine that is not on yet is lost.
    while ((await machines.inspect({ machine: name })).state !== 'running') await pause(2);
    await bench.echoes(name);
    answers.push(performance.now() - start);
    await bench.agentAnswers(name);
    identities.push(performance.now() - start);
    await machines.kill({ machine: name });
    await machines.remove({ machine: name, purge: true });
  }
  console.log(`a new machine of an image that was booted once, median of ${values.rounds}:`);
  report('"Create" to the prompt answering a key', answers, GOAL_MS);
  report('"Create" to its agent answering', identities, null);
  console.log(`for comparison, the first machine, which booted: ${boot.toFixed(0)} ms`);
} finally {
  await bench.close();
}
