/**
 * What machines cost that have nothing to do: processor time of the whole service with all of them, its memory, and what a
 * machine takes of that besides its guest's memory.
 *
 *     npm run -s bench:idle -- [--machines 20] [--memory 128] [--seconds 20]      needs the image debian-13-tiny
 */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
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
const memoryBytes = Number(values.memory) * MIB;
const GOAL = { corePercent: 5, memoryMiB: 4096, ownMiB: 60 };
/** A guest that has just booted still writes logs, and our own compiler still works. */
const SETTLE_MS = 20_000;

/** Memory that this process has of the computer's. */
function residentBytes(): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) * 1024;
}

/** What a machine's memory has besides RAM, which stands at its end: more than this, and less than twice as much. */
const LEAST_BESIDES = 64 * MIB;
const PAGE_BYTES = 4096;
const ENTRY_BYTES = 8;
const PRESENT = 0x80;

/** Pages of all guests' RAM that the computer holds, from /proc/self/pagemap: also those that are zero again. */
function guestBytes(memoryBytes: number): number {
  const map = openSync('/proc/self/pagemap', 'r');
  let pages = 0;
  for (const [, from = '', to = ''] of readFileSync('/proc/self/maps', 'utf8').matchAll(/^(\w+)-(\w+) rw-p/gm)) {
    const [start, end] = [Number.parseInt(from, 16), Number.parseInt(to, 16)];
    const besides = end - start - memoryBytes;
    if (besides < LEAST_BESIDES || besides > 2 * LEAST_BESIDES) continue;
    const entries = Buffer.alloc((memoryBytes / PAGE_BYTES) * ENTRY_BYTES);
    readSync(map, entries, 0, entries.length, ((end - memoryBytes) / PAGE_BYTES) * ENTRY_BYTES);
    for (let at = ENTRY_BYTES - 1; at < entries.length; at += ENTRY_BYTES) if ((entries[at] ?? 0) & PRESENT) pages++;
  }
  closeSync(map);
  return pages * PAGE_BYTES;
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
  const half = COUNT >> 1;
  const machines = async (from: number, to: number): Promise<{ resident: number; guests: number }> => {
    for (let number = from; number <= to; number++) await bench.running(`idle-${number}`, memoryBytes);
    await pause(SETTLE_MS);
    return { resident: residentBytes(), guests: guestBytes(memoryBytes) };
  };
  // What they share, such as the image that is prepared in the background, has come with the first half.
  const first = await machines(1, half);
  const { resident, guests } = await machines(half + 1, COUNT);
  const busy = await busyPercent(Number(values.seconds) * 1000);
  console.log(`${COUNT} idle machines of ${values.memory} MiB each, in one service:`);
  tell('processor, all together', busy, '% of a core', GOAL.corePercent);
  tell('processor, the service without machines', alone, '% of a core', null);
  tell('memory, all together', resident / MIB, 'MiB', GOAL.memoryMiB);
  tell('memory, the service without machines', empty / MIB, 'MiB', null);
  tell('memory of a guest that is held', guests / COUNT / MIB, 'MiB', null);
  const more = (resident - first.resident - (guests - first.guests)) / (COUNT - half);
  tell('one machine more, besides that', more / MIB, 'MiB', GOAL.ownMiB);
  tell('and with its part of what they share', (resident - empty - guests) / COUNT / MIB, 'MiB', null);
} finally {
  await bench.close();
}
