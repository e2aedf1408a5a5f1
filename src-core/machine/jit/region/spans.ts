import { MEANINGS } from '../meaning/meanings.ts';
import { translates } from './blocks.ts';
import { SPAN_PLACES } from './body.ts';
import type { Operation } from './operation.ts';

/**
 * Loads, or stores, of a block through one register that does not change in between, close together: as a function's
 * registers in its stack frame, or the fields of a structure. Nearly always they are in one page, which is then asked for
 * once, before the first of them.
 */
export interface Span {
  readonly kind: 'load' | 'store';
  readonly first: Operation;
  /** From the register's value to the lowest byte, and how many bytes there are from that on. */
  low: number;
  bytes: number;
  /** In which of the body's places the address is kept, from 0 on. */
  readonly place: number;
}

/** Further apart they are rarely in one page. */
const MOST_BYTES = 256;

interface Open {
  readonly span: Span;
  readonly members: Operation[];
}

/**
 * Finds the spans of two operations and more. @param isAlone whether one is to be in none
 * @returns the span of each operation that is in one
 */
export function findSpans(
  operations: readonly Operation[],
  isAlone: (operation: Operation) => boolean,
): ReadonlyMap<Operation, Span> {
  const found = new Map<Operation, Span>();
  const open = new Map<string, Open>();
  const close = (key: string): void => {
    const { span, members } = open.get(key) ?? { members: [] };
    if (span && members.length > 1) for (const member of members) found.set(member, span);
    open.delete(key);
  };
  for (const op of operations) {
    const meaning = MEANINGS[op.number];
    if (!meaning || !translates(op)) break;
    // It may change what can be accessed.
    if (meaning.kind === 'csr') for (const key of [...open.keys()]) close(key);
    if (meaning.kind === 'load' || meaning.kind === 'store') {
      const key = `${meaning.kind}${op.rs1}`;
      const bytes = Number(meaning.type.slice(1)) / 8;
      if (isAlone(op) || !reach(open.get(key)?.span, op.imm, bytes)) {
        close(key);
        const place = freePlace(open);
        if (place !== null && !isAlone(op))
          open.set(key, { span: { kind: meaning.kind, first: op, low: op.imm, bytes, place }, members: [] });
      }
      open.get(key)?.members.push(op);
    }
    if (meaning.kind === 'store' || meaning.kind === 'branch') continue;
    close(`load${op.rd}`);
    close(`store${op.rd}`);
  }
  for (const key of [...open.keys()]) close(key);
  return found;
}

/** Makes a span reach to some bytes. @returns false when they are too far away */
function reach(span: Span | undefined, at: number, bytes: number): boolean {
  if (!span) return false;
  const low = Math.min(span.low, at);
  const end = Math.max(span.low + span.bytes, at + bytes);
  if (end - low > MOST_BYTES) return false;
  span.low = low;
  span.bytes = end - low;
  return true;
}

function freePlace(open: ReadonlyMap<string, Open>): number | null {
  const taken = new Set([...open.values()].map(({ span }) => span.place));
  for (let place = 0; place < SPAN_PLACES; place++) if (!taken.has(place)) return place;
  return null;
}
