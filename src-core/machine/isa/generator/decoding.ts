import type { Format, Instruction } from '../instruction.ts';
import { INSTRUCTIONS } from '../table.ts';
import { OPERATIONS } from './operations.ts';
import { sequenceTables } from './sequence-tables.ts';

/**
 * The decoder's tables. An instruction is looked up in two steps: a bucket by the bits that most encodings fix
 * (opcode and funct3), then the few candidates in it by mask and match.
 */
const WIDE_BUCKETS = 256;
const COMPRESSED_BUCKETS = 24;

const FORMATS: readonly Format[] = [...new Set(INSTRUCTIONS.map((instruction) => instruction.format))];

function formatName(format: Format): string {
  return `F_${format.toUpperCase().replaceAll('.', '_')}`;
}

/** Bits of which a bucket is made, and the value that they have in bucket `number`. */
function bucketBits(number: number): { mask: number; match: number; bytes: number } {
  if (number < WIDE_BUCKETS) {
    return { mask: 0x707f, match: ((number & 7) << 12) | ((number >> 3) << 2) | 3, bytes: 4 };
  }
  const compressed = number - WIDE_BUCKETS;
  return { mask: 0xe003, match: ((compressed & 7) << 13) | (compressed >> 3), bytes: 2 };
}

function candidates(number: number): Instruction[] {
  const { mask, match, bytes } = bucketBits(number);
  return INSTRUCTIONS.filter(
    (candidate) => candidate.bytes === bytes && ((candidate.match ^ match) & candidate.mask & mask) === 0,
  );
}

function words(instruction: Instruction): number[] {
  const executed = instruction.does.startsWith('as ') ? instruction.does.slice(3) : instruction.name;
  const operation = OPERATIONS.indexOf(executed);
  if (operation < 0) throw new Error(`${instruction.name}: no operation ${executed}`);
  return [instruction.mask, instruction.match, operation | (FORMATS.indexOf(instruction.format) << 16)];
}

function data(name: string, type: string, values: readonly (number | string)[]): string {
  const lines: string[] = [];
  for (let at = 0; at < values.length; at += 12) lines.push(`  ${values.slice(at, at + 12).join(', ')},`);
  return `export const ${name}: usize = memory.data<${type}>([\n${lines.join('\n')}\n]);\n`;
}

const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

export function decodingSource(header: string): string {
  const { kindOf, kinds, onward, complete } = sequenceTables();
  const entries: string[] = [];
  const starts: number[] = [0];
  for (let bucket = 0; bucket < WIDE_BUCKETS + COMPRESSED_BUCKETS; bucket++) {
    for (const candidate of candidates(bucket)) entries.push(...words(candidate).map(hex));
    starts.push(entries.length / 3);
  }
  return [
    header,
    FORMATS.map((format, number) => `export const ${formatName(format)}: u32 = ${number};`).join('\n'),
    `\n/** First bucket of compressed instructions. */\nexport const COMPRESSED_BUCKET: u32 = ${WIDE_BUCKETS};\n`,
    `/** Index of each bucket's first entry; the next bucket's is its end. */\n${data('BUCKETS', 'u16', starts)}`,
    `/** Mask, match, operation and format (in the upper half). */\n${data('ENTRIES', 'u32', entries)}`,
    `/** What a sequence can begin or go on with, by operation; 0: none does. */\n${data('KIND_OF', 'u8', kindOf)}`,
    `export const KINDS: usize = ${kinds};\n`,
    `/** From where in a sequence to where, by kind; 0: nowhere. It begins at 1. */\n${data('ONWARD', 'u8', onward)}`,
    `/** The sequence that ends at a place, 0 for none. */\n${data('COMPLETE', 'u16', complete)}`,
  ].join('\n');
}
