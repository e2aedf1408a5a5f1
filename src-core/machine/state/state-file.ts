import { AppError } from '../../base/errors.ts';
import type { ByteSource } from '../board-interface.ts';
import { machineStateSchema, MACHINE_STATE_VERSION, type MachineState, type SavedMachine } from './machine-state.ts';
import { bytesOf, findRuns, PAGE_BYTES, type MemoryRun } from './memory-runs.ts';

/**
 * A saved machine as bytes, little-endian:
 *
 *   header    32 bytes: "INNSTATE", version, length and checksum of the document, number of runs and checksum of their
 *             table, checksum of the header itself
 *   document  machine-state.ts, as JSON
 *   table     for each run of pages that are not zero: first page, pages, checksum
 *   memory    the pages of the runs
 *
 * Everything has a checksum, and nothing is used before its own was right.
 */
const MAGIC = new TextEncoder().encode('INNSTATE');
const HEADER_BYTES = 32;
const HEADER_CHECKED_BYTES = 28;
const RUN_BYTES = 12;
const MOST_DOCUMENT_BYTES = 16 * 1024 * 1024;

/** What the outside does better than a program in here. */
export interface StateTools {
  /** CRC-32 as in zlib, continued from `before`. */
  crc32(bytes: Uint8Array, before?: number): number;
  /** 0 for equal contents. */
  compare(a: Uint8Array, b: Uint8Array): number;
}

export interface StateSink {
  /** Appends all of the bytes. @throws AppError */
  write(bytes: Uint8Array): void;
}

/** Writes a machine that stands still. @throws AppError as the sink does */
export function writeState(sink: StateSink, state: MachineState, ram: Uint8Array, tools: StateTools): void {
  const document = new TextEncoder().encode(JSON.stringify(state));
  const runs = findRuns(ram, (a, b) => tools.compare(a, b));
  const table = new DataView(new ArrayBuffer(runs.length * RUN_BYTES));
  for (const [index, run] of runs.entries()) {
    table.setUint32(index * RUN_BYTES, run.firstPage, true);
    table.setUint32(index * RUN_BYTES + 4, run.pages, true);
    table.setUint32(index * RUN_BYTES + 8, tools.crc32(bytesOf(ram, run)), true);
  }
  const tableBytes = new Uint8Array(table.buffer);
  const header = new Uint8Array(HEADER_BYTES);
  const view = new DataView(header.buffer);
  header.set(MAGIC);
  view.setUint32(8, MACHINE_STATE_VERSION, true);
  view.setUint32(12, document.length, true);
  view.setUint32(16, tools.crc32(document), true);
  view.setUint32(20, runs.length, true);
  view.setUint32(24, tools.crc32(tableBytes), true);
  view.setUint32(HEADER_CHECKED_BYTES, tools.crc32(header.subarray(0, HEADER_CHECKED_BYTES)), true);
  for (const part of [header, document, tableBytes]) sink.write(part);
  for (const run of runs) sink.write(bytesOf(ram, run));
}

/**
 * Reads everything but the memory, which `loadMemory` of what is returned does.
 * @param doing for the failure: "resume machine web"
 * @throws AppError 'corrupt' when it is damaged, 'not-supported' when a newer Innkeeper wrote it
 */
export function readState(source: ByteSource, tools: StateTools, doing: string): SavedMachine {
  const corrupt = (what: string, cause?: unknown): AppError =>
    new AppError({
      code: 'corrupt',
      doing,
      because: `its saved state is damaged (${what})`,
      hint: 'Discard the saved state to start the machine anew.',
      cause,
    });
  if (source.sizeBytes < HEADER_BYTES) throw corrupt('it is too short');
  const header = take(source, 0, HEADER_BYTES);
  const view = new DataView(header.buffer);
  if (MAGIC.some((byte, index) => header[index] !== byte)) throw corrupt('it is not one');
  if (tools.crc32(header.subarray(0, HEADER_CHECKED_BYTES)) !== view.getUint32(HEADER_CHECKED_BYTES, true))
    throw corrupt('its header');
  checkVersion(view.getUint32(8, true), doing);
  const documentBytes = view.getUint32(12, true);
  const runCount = view.getUint32(20, true);
  const tableAt = HEADER_BYTES + documentBytes;
  const memoryAt = tableAt + runCount * RUN_BYTES;
  if (documentBytes > MOST_DOCUMENT_BYTES || memoryAt > source.sizeBytes) throw corrupt('it is too short');
  const document = take(source, HEADER_BYTES, documentBytes);
  if (tools.crc32(document) !== view.getUint32(16, true)) throw corrupt('its document');
  const table = take(source, tableAt, runCount * RUN_BYTES);
  if (tools.crc32(table) !== view.getUint32(24, true)) throw corrupt('its table of memory');
  const state = parse(document, corrupt);
  const runs = readRuns(new DataView(table.buffer), runCount, state.memoryBytes);
  if (runs === null) throw corrupt('its table of memory');
  const pages = runs.reduce((sum, run) => sum + run.pages, 0);
  if (memoryAt + pages * PAGE_BYTES !== source.sizeBytes) throw corrupt('its length');
  const loadMemory = (ram: Uint8Array): void => {
    let at = memoryAt;
    for (const run of runs) {
      const into = bytesOf(ram, run);
      source.read(into, at);
      if (tools.crc32(into) !== run.checksum) throw corrupt('its memory');
      at += into.length;
    }
  };
  return { state, loadMemory };
}

function checkVersion(version: number, doing: string): void {
  if (version <= MACHINE_STATE_VERSION) return;
  throw new AppError({
    code: 'not-supported',
    doing,
    because: `its state was saved by a newer Innkeeper (format ${version}, this one knows ${MACHINE_STATE_VERSION})`,
    hint: 'Use the newer Innkeeper.',
    data: { version },
  });
}

function parse(document: Uint8Array, corrupt: (what: string, cause?: unknown) => AppError): MachineState {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(document));
  } catch (cause) {
    throw corrupt('its document is not JSON', cause);
  }
  const parsed = machineStateSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw corrupt(`its document, at ${parsed.error.issues[0]?.path.join('.') ?? 'the top'}`, parsed.error);
}

/** @returns null unless the runs are in order and inside the memory */
function readRuns(table: DataView, count: number, memoryBytes: number): (MemoryRun & { checksum: number })[] | null {
  const runs: (MemoryRun & { checksum: number })[] = [];
  let next = 0;
  for (let index = 0; index < count; index++) {
    const at = index * RUN_BYTES;
    const firstPage = table.getUint32(at, true);
    const pages = table.getUint32(at + 4, true);
    if (firstPage < next || pages === 0) return null;
    next = firstPage + pages;
    runs.push({ firstPage, pages, checksum: table.getUint32(at + 8, true) });
  }
  return next * PAGE_BYTES <= memoryBytes ? runs : null;
}

function take(source: ByteSource, offset: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  source.read(bytes, offset);
  return bytes;
}
