/**
 * What machines cost that have nothing to do: processor time of the whole service with all of them, its memory, and what a
 * machine takes of that besides its guest's memory.
 *
 *     npm run -s bench:idle -- [--machines 20] [--memory 128] [--seconds 20]      needs the image debian-13-tiny
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { BenchService, pause } from './service/bench-service.ts';

const { values } = parseArgs({
  options: {
    machines: { type: 'string', default: '20' },
    memory: { type: 'string', default: '128' },
    seconds: { type: 'string', default: '20' },
  },
});
const MIB = 2 ** 20;
const COUNT = Number(values.machines);
const GOAL = { corePercent: 5, memoryMiB: 4096, ownMiB: 60 };
/** A guest that has just booted still writes logs, and our own compiler still works. */
const SETTLE_MS = 20_000;

/** Memory that this process has of the computer's. */
function residentBytes(): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) * 1024;
}

/** Processor time of all threads, in percent of one core. */
async function busyPercent(milliseconds: number): Promise<number> {
  const before = process.cpuUsage();
  const start = performance.now();
  await pause(milliseconds);
  const { user, system } = process.cpuUsage(before);
  return (100 * (user + system)) / 1000 / (performance.now() - start);
}

function tell(what: string, figure: number, unit: string, goal: number | null): void {
  const verdict = goal === null ? '' : `   (goal under ${goal} ${unit}: ${figure < goal ? 'met' : 'missed'})`;
  console.log(`  ${what.padEnd(52)}${figure.toFixed(1).padStart(8)} ${unit}${verdict}`);
}

const bench = await BenchService.open();
try {
  const empty = residentBytes();
  const alone = await busyPercent(2000);
  for (let number = 1; number <= COUNT; number++) await bench.running(`idle-${number}`, Number(values.memory) * MIB);
  await pause(SETTLE_MS);
  const busy = await busyPercent(Number(values.seconds) * 1000);
  const resident = residentBytes();
  const machines = await bench.machines.list({});
  const guests = machines.reduce((sum, { stats }) => sum + (stats?.memoryUsedBytes ?? NaN), 0);
  console.log(`${machines.length} idle machines of ${values.memory} MiB each, in one service:`);
  tell('processor, all together', busy, '% of a core', GOAL.corePercent);
  tell('processor, the service without machines', alone, '% of a core', null);
  tell('memory, all together', resident / MIB, 'MiB', GOAL.memoryMiB);
  tell('memory, the service without machines', empty / MIB, 'MiB', null);
  tell('memory of a guest that is held', guests / COUNT / MIB, 'MiB', null);
  tell('a machine besides that', (resident - empty - guests) / COUNT / MIB, 'MiB', GOAL.ownMiB);
} finally {
  await bench.close();
}
