import { disassemble } from '../../../isa/disassemble.ts';
import { type Batch, type BatchOptions, randomBatch } from './batch.ts';
import { type Difference, compare } from './compare.ts';
import type { Outcome } from './machines.ts';

export type Machine = (batch: Batch) => Outcome;

/**
 * Looks for the instruction that two machines differ in, when they do: the stream is cut shorter and shorter, to the
 * first place before which they still agree. Where it jumps, that is a guess, but what differs there is what is printed.
 * @returns what differs, for a person
 */
export function locate(options: BatchOptions, found: Difference, mine: Machine, theirs: Machine): string {
  const seed = `seed ${options.seed}: ${found.text}`;
  if (found.run === undefined) return seed;
  const number = Math.floor(found.run / options.runs);
  const { streams } = randomBatch(options);
  const { stream, start } = streams[number] ?? {};
  if (!stream || start === undefined) return seed;
  const differs = (instruction: number): Difference | undefined => {
    const batch = randomBatch({ ...options, cut: { stream: number, instruction } });
    return compare(mine(batch).ram, theirs(batch).ram, batch);
  };
  let [same, different] = [0, stream.instructions.length];
  let latest = found;
  while (different - same > 1) {
    const middle = (same + different) >> 1;
    const difference = differs(middle);
    if (difference?.run !== undefined && Math.floor(difference.run / options.runs) <= number) {
      different = middle;
      latest = difference;
    } else same = middle;
  }
  const at = stream.instructions[same] ?? 0;
  const bits = new DataView(stream.bytes.buffer).getUint32(at, true);
  return `${seed}\nfirst after ${disassemble(bits, BigInt(start + at))} (${bits.toString(16)}): ${latest.text}`;
}
