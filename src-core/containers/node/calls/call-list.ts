import { assert } from '../../../base/errors.ts';
import { joinBytes } from '../../../base/join-bytes.ts';
import { SYS } from './linux.ts';
import { CALL_BYTES, LIST_HEADER_BYTES, SYSCALL_ROOM } from '../../../guest/syscall-program.ts';

/** Memory of the list: what a call reads, or (a room) what it writes and the host gets back. */
export interface DataReference {
  readonly kind: 'room' | 'bytes';
  readonly offset: number;
  readonly length: number;
}

/** A call of the list; as an argument: what it answered. */
export interface CallReference {
  readonly kind: 'call';
  readonly index: number;
}

export type CallArgument = number | bigint | string | DataReference | CallReference;

interface Call {
  readonly number: number;
  readonly arguments: readonly CallArgument[];
  readonly references: readonly (DataReference | undefined)[];
  readonly doing: string | null;
  readonly isOptional: boolean;
}

/** Calls that answer with a new descriptor. */
const OPENING: ReadonlySet<number> = new Set([
  ...[SYS.openat, SYS.openat2, SYS.openTree, SYS.socket, SYS.fsopen, SYS.fsmount, SYS.dup3],
]);
const ALIGNMENT = 8;
const REFERENCES_AT = 4;
const OPTIONAL_AT = 5;
const SKIP_AT = 6;
const ARGUMENTS_AT = 8;
const RESULT_AT = 56;

/**
 * A list of system calls for the program of guest/syscall-program.ts. Rooms lie before all other data, so that they are
 * in the beginning of the list, which comes back.
 */
export class CallList {
  readonly #calls: Call[] = [];
  readonly #data: Uint8Array[] = [];
  readonly #words: { reference: DataReference; words: readonly (number | bigint | DataReference)[] }[] = [];
  readonly #skips = new Map<number, number>();
  #roomBytes = 0;
  #dataBytes = 0;

  get length(): number {
    return this.#calls.length;
  }

  /** The list ends when it fails. @param doing for the error: "mount its root" */
  call(doing: string, number: number, ...values: readonly CallArgument[]): CallReference {
    return this.#add(doing, false, number, values);
  }

  /** It may fail. */
  try(number: number, ...values: readonly CallArgument[]): CallReference {
    return this.#add(null, true, number, values);
  }

  /** It must not fail, but what follows is done in any case: it takes back what was done before. */
  goOn(doing: string, number: number, ...values: readonly CallArgument[]): CallReference {
    return this.#add(doing, true, number, values);
  }

  /** Where `call` answers with more than 0, those that were added since are not made: its child's, or what is not needed then. */
  skipSince({ index }: CallReference): void {
    this.#skips.set(index, this.#calls.length - 1 - index);
  }

  /** Bytes that come back. */
  room(length: number): DataReference {
    const offset = this.#roomBytes;
    this.#roomBytes += align(length);
    return { kind: 'room', offset, length };
  }

  bytes(bytes: Uint8Array): DataReference {
    const offset = this.#dataBytes;
    const padded = new Uint8Array(align(bytes.length));
    padded.set(bytes);
    this.#data.push(padded);
    this.#dataBytes += padded.length;
    return { kind: 'bytes', offset, length: bytes.length };
  }

  /** A structure of 64-bit words, some of which are addresses of other data. */
  words(...words: readonly (number | bigint | DataReference)[]): DataReference {
    const reference = this.bytes(new Uint8Array(words.length * 8));
    this.#words.push({ reference, words });
    return reference;
  }

  /** With its final NUL. */
  text(text: string): DataReference {
    assert(!text.includes('\0'), 'a text for the kernel has no NUL inside');
    return this.bytes(new TextEncoder().encode(`${text}\0`));
  }

  /** @returns what the program reads, and how much of it comes back */
  encode(): { readonly bytes: Uint8Array; readonly answerBytes: number } {
    const roomsAt = LIST_HEADER_BYTES + this.#calls.length * CALL_BYTES;
    const answerBytes = roomsAt + this.#roomBytes;
    const total = answerBytes + this.#dataBytes;
    assert(total <= SYSCALL_ROOM.bytes, 'a list of system calls fits into its program');
    const head = new Uint8Array(answerBytes);
    const view = new DataView(head.buffer);
    view.setBigUint64(0, BigInt(this.#calls.length), true);
    view.setBigUint64(8, BigInt(total), true);
    view.setBigUint64(16, BigInt(answerBytes), true);
    for (const [index, call] of this.#calls.entries()) {
      this.#encodeCall(view, LIST_HEADER_BYTES + index * CALL_BYTES, call, roomsAt);
      view.setUint16(LIST_HEADER_BYTES + index * CALL_BYTES + SKIP_AT, this.#skips.get(index) ?? 0, true);
    }
    const bytes = joinBytes([head, ...this.#data]);
    this.#encodeWords(new DataView(bytes.buffer), roomsAt);
    return { bytes, answerBytes };
  }

  #encodeWords(view: DataView, roomsAt: number): void {
    for (const { reference, words } of this.#words) {
      for (const [at, word] of words.entries()) {
        const isPlain = typeof word === 'number' || typeof word === 'bigint';
        const value = isPlain ? BigInt(word) : BigInt(SYSCALL_ROOM.address + this.#placeOf(word, roomsAt));
        view.setBigUint64(this.#placeOf(reference, roomsAt) + at * 8, BigInt.asUintN(64, value), true);
      }
    }
  }

  /** Why a part of the list was not carried out; null when all of it was. */
  failureIn(results: CallResults): { readonly doing: string; readonly errno: number } | null {
    for (const [index, { doing }] of this.#calls.entries()) {
      const result = results.of({ kind: 'call', index });
      if (doing !== null && result < 0) return { doing, errno: -result };
    }
    return null;
  }

  /** Descriptors that it has opened and, because it ended early, not closed. */
  leftOpenIn(results: CallResults): readonly number[] {
    const open = new Set<number>();
    for (const [index, { number, arguments: values, isOptional }] of this.#calls.entries()) {
      const result = results.of({ kind: 'call', index });
      // It ended here; what follows was not made.
      if (result < 0 && !isOptional) break;
      if (OPENING.has(number) && result > 0) open.add(result);
      if (number !== SYS.close || result !== 0) continue;
      const [fd] = values;
      if (typeof fd === 'number') open.delete(fd);
      else if (typeof fd === 'object' && fd.kind === 'call') open.delete(results.of(fd));
    }
    return [...open];
  }

  #add(doing: string | null, isOptional: boolean, number: number, values: readonly CallArgument[]): CallReference {
    assert(values.length <= 6, 'a system call has at most six arguments');
    const references = values.map((value) => (typeof value === 'string' ? this.text(value) : undefined));
    this.#calls.push({ number, arguments: values, references, doing, isOptional });
    return { kind: 'call', index: this.#calls.length - 1 };
  }

  #encodeCall(view: DataView, at: number, call: Call, roomsAt: number): void {
    let references = 0;
    view.setUint16(at, call.number, true);
    for (const [index, given] of call.arguments.entries()) {
      const value = call.references[index] ?? given;
      let encoded: bigint;
      if (typeof value === 'number' || typeof value === 'bigint') encoded = BigInt(value);
      else {
        assert(typeof value !== 'string', 'texts were made data');
        encoded = BigInt(SYSCALL_ROOM.address + this.#placeOf(value, roomsAt));
        if (value.kind === 'call') references |= 1 << index;
      }
      view.setBigInt64(at + ARGUMENTS_AT + index * 8, BigInt.asIntN(64, encoded), true);
    }
    view.setUint8(at + REFERENCES_AT, references);
    view.setUint8(at + OPTIONAL_AT, call.isOptional ? 1 : 0);
  }

  #placeOf(value: DataReference | CallReference, roomsAt: number): number {
    if (value.kind === 'call') return LIST_HEADER_BYTES + value.index * CALL_BYTES + RESULT_AT;
    return value.kind === 'room' ? roomsAt + value.offset : roomsAt + this.#roomBytes + value.offset;
  }
}

/** What came back of a list. */
export class CallResults {
  readonly #view: DataView;
  readonly #roomsAt: number;

  constructor(answer: Uint8Array, calls: number) {
    this.#view = new DataView(answer.buffer, answer.byteOffset, answer.byteLength);
    this.#roomsAt = LIST_HEADER_BYTES + calls * CALL_BYTES;
  }

  /** A negative errno when it failed; 0 when it was not made. */
  of({ index }: CallReference): number {
    return Number(this.#view.getBigInt64(LIST_HEADER_BYTES + index * CALL_BYTES + RESULT_AT, true));
  }

  room({ offset, length }: DataReference, most = length): Uint8Array {
    const at = this.#view.byteOffset + this.#roomsAt + offset;
    return new Uint8Array(this.#view.buffer, at, Math.max(0, Math.min(most, length)));
  }

  /** What a call read into a room; empty when it failed. */
  read(call: CallReference, room: DataReference): Uint8Array {
    return this.room(room, this.of(call));
  }

  /** As `read`, as text. */
  textRead(call: CallReference, room: DataReference): string {
    return new TextDecoder().decode(this.read(call, room));
  }
}

function align(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}
