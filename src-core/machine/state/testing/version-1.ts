import { crc32 } from 'node:zlib';
import { encodeTable } from '../layer-table.ts';
import type { MachineState } from '../machine-state.ts';
import { bytesOf, findRuns, PAGE_BYTES } from '../memory-runs.ts';

const HEADER_BYTES = 32;
const CHECKED_BYTES = 28;

/** A state as version 1 of the format had it: Innkeeper 0.1 wrote such files when it suspended a machine. */
export function version1Bytes(state: MachineState, ram: Uint8Array): Uint8Array<ArrayBuffer> {
  const { generation: _, ...devices } = state.devices;
  const document = new TextEncoder().encode(JSON.stringify({ ...state, devices }));
  const everywhere = new Uint8Array(ram.length / PAGE_BYTES).fill(1);
  const runs = findRuns(ram, everywhere, false, (a, b) => Buffer.compare(a, b));
  const table = encodeTable(runs.map((run) => ({ ...run, checksum: crc32(bytesOf(ram, run)) })));
  const header = new Uint8Array(HEADER_BYTES);
  const view = new DataView(header.buffer);
  header.set(new TextEncoder().encode('INNSTATE'));
  for (const [at, value] of [
    [8, 1],
    [12, document.length],
    [16, crc32(document)],
    [20, runs.length],
    [24, crc32(table)],
  ] as const)
    view.setUint32(at, value, true);
  view.setUint32(CHECKED_BYTES, crc32(header.subarray(0, CHECKED_BYTES)), true);
  return Uint8Array.from(Buffer.concat([header, document, table, ...runs.map((run) => bytesOf(ram, run))]));
}
