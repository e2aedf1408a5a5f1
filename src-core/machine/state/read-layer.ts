import { AppError } from '../../base/errors.ts';
import type { ByteSource } from '../board-interface.ts';
import { decodeHeader, isFollowable, LAYER_HEAD_BYTES, type LayerBase, type LayerHeader } from './layer-header.ts';
import { decodeTable, keptBytes, tableBytes, type CheckedRun } from './layer-table.ts';
import { machineStateSchema, type MachineState, type SavedMachine } from './machine-state.ts';
import { bytesOf, WRITTEN_EVER } from './memory-runs.ts';
import { migrate } from './migrations.ts';
import type { StateTools } from './write-layer.ts';

const MOST_DOCUMENT_BYTES = 16 * 1024 * 1024;

/** Where layers are; they name each other by their files' names. */
export interface LayerFolder {
  /** @throws AppError 'not-found' when there is none of this name */
  open(name: string): ByteSource;
  /** Fills the pieces from what stands there one behind the other. Absent: they are read one by one. */
  readInto?(source: ByteSource, pieces: readonly Uint8Array[], offset: number): void;
}

/** A saved machine whose file others can be a delta on. */
export interface SavedLayer extends SavedMachine {
  readonly base: LayerBase;
}

interface Layer {
  readonly source: ByteSource;
  readonly header: LayerHeader;
  readonly runs: readonly CheckedRun[];
  readonly memoryAt: number;
}

/**
 * Reads everything but the memory, which `loadMemory` of what is returned does.
 * @param doing for the failure: "resume machine web"
 * @throws AppError 'corrupt' when it is damaged, 'not-supported' when a newer Innkeeper wrote it
 */
export function readLayer(folder: LayerFolder, name: string, tools: StateTools, doing: string): SavedLayer {
  const corrupt = (what: string, cause?: unknown): AppError =>
    new AppError({
      code: 'corrupt',
      doing,
      because: `its saved state is damaged (${what})`,
      hint: 'Discard the saved state to start the machine anew.',
      cause,
    });
  const reader = new LayerReader(folder, tools, doing, corrupt);
  const source = folder.open(name);
  const header = reader.header(source);
  const state = reader.document(source, header);
  const chain = [reader.layer(source, header, state.memoryBytes)];
  for (let { base, depth } = header; base !== null;) {
    const below = reader.base(base, depth - 1, state.memoryBytes);
    chain.push(below);
    ({ base, depth } = below.header);
  }
  const loadMemory = (ram: Uint8Array, written: Uint8Array): void => {
    for (const layer of chain.toReversed()) reader.load(layer, ram, written);
  };
  return { state, loadMemory, base: { name, identity: header.identity, depth: header.depth } };
}

/** Reads layers for one purpose, and refuses what is damaged in its words. */
class LayerReader {
  readonly #folder: LayerFolder;
  readonly #tools: StateTools;
  readonly #doing: string;
  readonly #corrupt: (what: string, cause?: unknown) => AppError;

  constructor(
    folder: LayerFolder,
    tools: StateTools,
    doing: string,
    corrupt: (what: string, cause?: unknown) => AppError,
  ) {
    this.#folder = folder;
    this.#tools = tools;
    this.#doing = doing;
    this.#corrupt = corrupt;
  }

  header(source: ByteSource): LayerHeader {
    const head = take(source, 0, Math.min(LAYER_HEAD_BYTES, source.sizeBytes));
    const header = decodeHeader(head, (bytes) => this.#tools.crc32(bytes), this.#doing);
    if (typeof header === 'string') throw this.#corrupt(header);
    const { headerBytes, documentBytes, runs } = header;
    const isLongEnough = headerBytes + documentBytes + tableBytes(runs) <= source.sizeBytes;
    if (documentBytes > MOST_DOCUMENT_BYTES || !isLongEnough) throw this.#corrupt('it is too short');
    if (!isFollowable(header)) throw this.#corrupt('what it is built on');
    return header;
  }

  document(source: ByteSource, header: LayerHeader): MachineState {
    const document = this.#documentBytes(source, header);
    let value: unknown;
    try {
      value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(document));
    } catch (cause) {
      throw this.#corrupt('its document is not JSON', cause);
    }
    const parsed = machineStateSchema.safeParse(migrate(header.version, value));
    if (parsed.success) return parsed.data;
    throw this.#corrupt(`its document, at ${parsed.error.issues[0]?.path.join('.') ?? 'the top'}`, parsed.error);
  }

  #documentBytes(source: ByteSource, { headerBytes, documentBytes, identity }: LayerHeader): Uint8Array {
    const document = take(source, headerBytes, documentBytes);
    if (this.#tools.crc32(document) !== identity.documentChecksum) throw this.#corrupt('its document');
    return document;
  }

  layer(source: ByteSource, header: LayerHeader, memoryBytes: number): Layer {
    const tableAt = header.headerBytes + header.documentBytes;
    const table = take(source, tableAt, tableBytes(header.runs));
    if (this.#tools.crc32(table) !== header.identity.tableChecksum) throw this.#corrupt('its table of memory');
    if ((header.memoryBytes ?? memoryBytes) !== memoryBytes) throw this.#corrupt('the size of its memory');
    const runs = decodeTable(table, memoryBytes);
    if (runs === null) throw this.#corrupt('its table of memory');
    const memoryAt = tableAt + table.length;
    if (memoryAt + keptBytes(runs) !== source.sizeBytes) throw this.#corrupt('its length');
    return { source, header, runs, memoryAt };
  }

  /** The layer that another is a delta on. */
  base({ name, identity }: NonNullable<LayerHeader['base']>, depth: number, memoryBytes: number): Layer {
    let source: ByteSource;
    try {
      source = this.#folder.open(name);
    } catch (error) {
      const isGone = error instanceof AppError && error.code === 'not-found';
      throw isGone ? this.#corrupt(`what it is built on, ${name}, is missing`, error) : error;
    }
    const header = this.header(source);
    const { documentChecksum, tableChecksum } = header.identity;
    const isIt = documentChecksum === identity.documentChecksum && tableChecksum === identity.tableChecksum;
    // Depth that only falls: no chain goes round.
    if (!isIt || header.depth !== depth) throw this.#corrupt(`what it is built on, ${name}, is another state`);
    // Not needed for the delta; but who wants to know that a file is sound means all of it.
    this.#documentBytes(source, header);
    return this.layer(source, header, memoryBytes);
  }

  /** Puts a layer's pages over what the ones below it left. */
  load({ source, runs, memoryAt }: Layer, ram: Uint8Array, written: Uint8Array): void {
    const kept = runs.filter(({ zero }) => !zero);
    const pieces = kept.map((run) => bytesOf(ram, run));
    readPieces(this.#folder, source, pieces, memoryAt);
    for (const [index, { firstPage, pages, checksum }] of kept.entries()) {
      if (this.#tools.crc32(pieces[index] ?? ram) !== checksum) throw this.#corrupt('its memory');
      for (let page = firstPage; page < firstPage + pages; page++) written[page] = (written[page] ?? 0) | WRITTEN_EVER;
    }
    for (const run of runs) if (run.zero) bytesOf(ram, run).fill(0);
  }
}

function readPieces(folder: LayerFolder, source: ByteSource, pieces: readonly Uint8Array[], offset: number): void {
  if (folder.readInto) {
    folder.readInto(source, pieces, offset);
    return;
  }
  let at = offset;
  for (const piece of pieces) {
    source.read(piece, at);
    at += piece.length;
  }
}

function take(source: ByteSource, offset: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  source.read(bytes, offset);
  return bytes;
}
