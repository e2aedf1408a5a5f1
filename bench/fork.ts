/**
 * How long the fork of a running machine takes: from the request until the copy runs, and until it has answered a key.
 *
 *     npm run -s bench:fork -- [--memory 256] [--rounds 7]      needs the image debian-13-tiny
 */
import { parseArgs } from 'node:util';
import { BenchService, besideV86, median, pause, report, timed } from './service/bench-service.ts';

const { values } = parseArgs({
  options: { memory: { type: 'string', default: '256' }, rounds: { type: 'string', default: '7' } },
});
const GOAL_MS = 50;
/** Until a spare thread waits again, as it does for a person who forks now and then. */
const BETWEEN_MS = 3000;

const bench = await BenchService.open();
try {
  const { machines } = bench;
  await bench.running('source', Number(values.memory) * 2 ** 20);
  const runs: number[] = [];
  const answers: number[] = [];
  const sources: number[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    await pause(BETWEEN_MS);
    const name = `copy-${round}`;
    const start = performance.now();
    runs.push(await timed(() => machines.fork({ machine: 'source', name })));
    await bench.echoes(name);
    answers.push(performance.now() - start);
    sources.push(await timed(() => bench.echoes('source')));
    await machines.kill({ machine: name });
    await machines.remove({ machine: name, purge: true });
  }
  console.log(`fork of a running machine of ${values.memory} MiB, median of ${values.rounds}:`);
  report('request to the copy running', runs, null);
  report('request to the copy answering a key', answers, GOAL_MS);
  report('a key to the source right after', sources, null);
  console.log(besideV86(median(answers)));
} finally {
  await bench.close();
}
