import { assert } from '../../base/errors.ts';
import { canBeBase, encodeHeader, type LayerBase, type LayerIdentity } from './layer-header.ts';
import { encodeTable, type CheckedRun } from './layer-table.ts';
import type { MachineState } from './machine-state.ts';
import { bytesOf, findRuns } from './memory-runs.ts';

/** What the outside does better than a program in here. */
export interface StateTools {
  /** CRC-32 as in zlib. */
  crc32(bytes: Uint8Array): number;
  /** 0 for equal contents. */
  compare(a: Uint8Array, b: Uint8Array): number;
}

export interface StateSink {
  /** Appends all of the pieces, one behind the other. @throws AppError */
  write(pieces: readonly Uint8Array[]): void;
}

/** A machine that stands still. */
export interface LayerContents {
  readonly state: MachineState;
  readonly ram: Uint8Array;
  /** What the core notes of each page of it. */
  readonly written: Uint8Array;
}

/**
 * Writes a memory layer: whole, or as a delta on the layer since which `written` counts.
 * @throws AppError as the sink does
 */
export function writeLayer(
  sink: StateSink,
  { state, ram, written }: LayerContents,
  base: LayerBase | null,
  tools: StateTools,
): LayerIdentity {
  assert(base === null || canBeBase(base), 'no layer can be built on this one');
  const crc32 = (bytes: Uint8Array): number => tools.crc32(bytes);
  const document = new TextEncoder().encode(JSON.stringify(state));
  const runs = findRuns(ram, written, base !== null, (a, b) => tools.compare(a, b)).map((run): CheckedRun => ({
    ...run,
    checksum: run.zero ? 0 : crc32(bytesOf(ram, run)),
  }));
  const table = encodeTable(runs);
  const identity = { documentChecksum: crc32(document), tableChecksum: crc32(table) };
  const { memoryBytes } = state;
  const header = encodeHeader(
    { documentBytes: document.length, identity, runs: runs.length, memoryBytes },
    base,
    crc32,
  );
  sink.write([header, document, table, ...runs.flatMap((run) => (run.zero ? [] : [bytesOf(ram, run)]))]);
  return identity;
}
