import { OPERATIONS } from './operations.ts';
import { SEQUENCES, sequenceNumber } from './sequences.ts';

/** A tree of all sequences, for the decoder to walk along a block. */
export interface SequenceTables {
  /** By operation number: which of the kinds it is, 0 for one that is in no sequence. */
  readonly kindOf: readonly number[];
  readonly kinds: number;
  /** By place in the tree and kind: the place after it, or 0. Place 1 is the root. */
  readonly onward: readonly number[];
  /** By place: the number of the sequence that is complete there, or 0. */
  readonly complete: readonly number[];
}

const ROOT = 1;
/** Places are bytes. */
const MOST_PLACES = 256;

export function sequenceTables(): SequenceTables {
  const members = [...new Set(SEQUENCES.flat())];
  const kinds = members.length + 1;
  const places = [0, ROOT].map(() => new Map<string, number>());
  const complete = [0, 0];
  SEQUENCES.forEach((sequence, index) => {
    let place = ROOT;
    for (const name of sequence) {
      const onward = places[place]?.get(name) ?? places.length;
      places[place]?.set(name, onward);
      if (onward === places.length) {
        places.push(new Map<string, number>());
        complete.push(0);
      }
      place = onward;
    }
    complete[place] = sequenceNumber(index);
  });
  if (places.length > MOST_PLACES) throw new Error('too many sequences for places of one byte');
  return {
    kindOf: OPERATIONS.map((name) => members.indexOf(name) + 1),
    kinds,
    onward: places.flatMap((next) => ['', ...members].map((name) => next.get(name) ?? 0)),
    complete,
  };
}
