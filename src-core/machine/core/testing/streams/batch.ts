import { seededRandom, type Random } from '../../../devices/testing/random.ts';
import { encode } from '../../../isa/encode.ts';
import { describe, entriesOf, type Run } from './descriptors.ts';
import { executive } from './executive.ts';
import type { Kind } from './items.ts';
import {
  CODE_BYTES,
  CONTROL,
  DESCRIPTOR_BYTES,
  FRAMES,
  FRAME_BYTES,
  PLACE,
  RAM_BYTES,
  SUPERVISOR_CONTROL,
} from './layout.ts';
import { pick } from './random-instruction.ts';
import { type Space, SPACES, buildSpace } from './spaces.ts';
import { type Stream, randomStream } from './stream.ts';

export interface BatchOptions {
  readonly seed: number;
  readonly streams: number;
  /** How often each is run, with other registers, CSRs and page tables each time. */
  readonly runs: number;
  readonly items: number;
  /** Rounds of a stream's own loop, and of the loops in it, at most. */
  readonly rounds: number;
  readonly innerRounds: number;
  readonly privileged: number;
  /** Whether they hardly trap. */
  readonly calm: boolean;
  /** Where one of the streams ends early: the number of its instruction. */
  readonly cut?: { readonly stream: number; readonly instruction: number };
}

/** What both machines begin with: memory from the start of RAM up to the logs. */
export interface Batch {
  readonly image: Uint8Array;
  /** The streams as they were written, and where: offsets in the code. */
  readonly streams: readonly { readonly stream: Stream; readonly start: number; readonly kind: Kind }[];
}

const IMAGE_BYTES = PLACE.machineLog - PLACE.program;
const LOG_MARGIN = 2 ** 17;
const SAFE_FRAMES = 4;
const PAGES_OF_STREAM = 4;

/** RAM that is being prepared, by address. */
class Memory {
  readonly ram = new Uint8Array(IMAGE_BYTES);
  readonly #view = new DataView(this.ram.buffer);

  read64 = (address: bigint): bigint => this.#view.getBigUint64(Number(address) - PLACE.program, true);
  write64 = (address: bigint, value: bigint): void =>
    this.#view.setBigUint64(Number(address) - PLACE.program, BigInt.asUintN(64, value), true);
  write32(address: number, value: number): void {
    this.#view.setUint32(address - PLACE.program, value >>> 0, true);
  }
  put(address: number, bytes: Uint8Array): void {
    this.ram.set(bytes, address - PLACE.program);
  }
}

function control(memory: Memory): void {
  const word = (place: number, value: number): void => memory.write64(BigInt(PLACE.control + place), BigInt(value));
  word(CONTROL.log, PLACE.machineLog);
  word(CONTROL.logLimit, PLACE.supervisorLog - LOG_MARGIN);
  word(SUPERVISOR_CONTROL + CONTROL.log, PLACE.supervisorLog);
  word(SUPERVISOR_CONTROL + CONTROL.logLimit, PLACE.end - LOG_MARGIN);
  word(CONTROL.descriptor, PLACE.descriptors);
  word(CONTROL.descriptorBytes, DESCRIPTOR_BYTES);
  word(CONTROL.codeBase, PLACE.code);
  word(CONTROL.counts, PLACE.counts);
}

function randomKind(
  random: Random,
  spaces: readonly Space[],
  { innerRounds, calm }: BatchOptions,
): { kind: Kind; space: Space | undefined; pages: readonly number[] } {
  const mode = pick(random, ['m', 's', 's', 'u', 'u'] as const);
  const space = random(4) === 0 ? undefined : pick(random, spaces);
  const pages = Array.from({ length: PAGES_OF_STREAM }, () => random(FRAMES));
  const entries = mode === 'u' || !space ? [] : entriesOf(space, pages);
  return {
    space,
    pages,
    kind: {
      mode,
      translated: mode !== 'm' && space !== undefined,
      moves: random(3) === 0,
      interrupts: pick(random, ['supervisor', 'others'] as const),
      changesCode: !calm || random(8) === 0,
      mostRounds: innerRounds,
      entries,
    },
  };
}

/** @returns the stream that ends with an instruction of its middle */
function cutShort({ bytes, instructions }: Stream, instruction: number): Stream {
  const end = instructions[instruction];
  if (end === undefined) throw new Error(`no instruction ${instruction} in the stream`);
  const short = bytes.slice();
  new DataView(short.buffer).setUint32(end, encode('ecall'), true);
  return { bytes: short, end, instructions };
}

/** The image of a seed: always the same. @throws when the code or the descriptors need more room than there is */
export function randomBatch(options: BatchOptions): Batch {
  const random = seededRandom(options.seed);
  const memory = new Memory();
  const { words, machineVectors, supervisorVectors } = executive();
  words.forEach((word, index) => memory.write32(PLACE.program + 4 * index, word));
  control(memory);
  for (let at = 0; at < (FRAMES + SAFE_FRAMES) * FRAME_BYTES; at += 4)
    memory.write32(PLACE.frames + at, random(2 ** 32));
  const spaces = Array.from({ length: SPACES }, (_, index) => buildSpace(memory, random, index));
  const vectors = { m: PLACE.program + machineVectors, s: PLACE.program + supervisorVectors };
  const streams: { stream: Stream; start: number; kind: Kind }[] = [];
  let codeAt = 0;
  let descriptorAt: number = PLACE.descriptors;
  for (let number = 0; number < options.streams; number++) {
    const { kind, space, pages } = randomKind(random, spaces, options);
    const { items, privileged, cut } = options;
    const whole = randomStream(random, { kind, hasSpace: space !== undefined, items, privileged });
    const stream = cut?.stream === number ? cutShort(whole, cut.instruction) : whole;
    const start = codeAt;
    if (start + stream.bytes.length > CODE_BYTES) throw new Error('too many streams for the memory of code');
    memory.put(PLACE.code + start, stream.bytes);
    streams.push({ stream, start, kind });
    for (let turn = 0; turn < options.runs; turn++) {
      const changes = random(2) === 0;
      const run: Run = { kind, space, pages, start, end: start + stream.end, vectors, changes, calm: options.calm };
      describe(random, run, 1 + random(options.rounds), (place, value) =>
        memory.write64(BigInt(descriptorAt + place), value),
      );
      descriptorAt += DESCRIPTOR_BYTES;
      if (descriptorAt >= PLACE.machineLog - DESCRIPTOR_BYTES)
        throw new Error('too many runs for the memory of descriptors');
    }
    codeAt += (stream.bytes.length + 1) & ~1;
  }
  return { image: memory.ram, streams };
}

/** RAM of a machine that has not begun. */
export function ramOf({ image }: Batch): Uint8Array {
  const ram = new Uint8Array(RAM_BYTES);
  ram.set(image);
  return ram;
}
