import type { Line } from '../../../../src-core/machine/core/testing/assembler.ts';
import { a2, a3, a4, add, ld, or, sd, slli, sum, xor, zero } from '../lines.ts';
import { AQ, OUTCOME, RL, SECOND, VALUE, VARIABLES, X, Y, amo, fence, lr, note } from './shape.ts';
import type { Shape } from './shape.ts';

const store = (variable: number, value = VALUE): Line => sd(value, VARIABLES, variable);
const load = (register: number, variable: number): Line => ld(register, VARIABLES, variable);
/** a4 holds the address of y. */
const ADDRESS_OF_Y = add(a4, VARIABLES, Y);
/** a4 becomes what is in `register`, and depends on an earlier load, as RVWMO counts it: "Syntactic Dependencies". */
const depends = (register: number, on: number): Line[] => [xor(a4, on, on), sum(a4, a4, register)];
const notes = (first: number): Line[] => [...note(a2, first), ...note(a3, first + 1)];
const is = (outcome: number) => (each: number) => each === outcome;
/** Of two loads, noted in the lowest bits, the first saw what is new and the second what is old. */
const newThenOld = (outcome: number): boolean => (outcome & 0b11) === 0b01;
const nothing = (): boolean => false;

const WRITES: readonly Line[] = [store(X), fence('w', 'w'), store(Y)];

/** MP: a message, and a flag that says that it is there. Bits: flag, message. */
const MESSAGE_PASSING: readonly Shape[] = [
  {
    name: 'MP with fences',
    harts: [WRITES, [load(a2, Y), fence('r', 'r'), load(a3, X), ...notes(0)]],
    forbidden: newThenOld,
  },
  {
    name: 'MP with fences, the message looked at before',
    harts: [WRITES, [load(a3, X), load(a2, Y), fence('r', 'r'), load(a3, X), ...notes(0)]],
    forbidden: newThenOld,
  },
  {
    name: 'MP with an address dependency',
    harts: [WRITES, [load(a3, X), load(a2, Y), ...depends(VARIABLES, a2), ld(a3, a4, X), ...notes(0)]],
    forbidden: newThenOld,
  },
  {
    name: 'MP with AMO.RL and AMO.AQ',
    harts: [
      [ADDRESS_OF_Y, store(X), amo('amoswap.d', zero, VALUE, a4, RL)],
      [ADDRESS_OF_Y, amo('amoor.d', a2, zero, a4, AQ), load(a3, X), ...notes(0)],
    ],
    forbidden: newThenOld,
  },
  {
    name: 'MP with AMO.RL and LR.AQ',
    harts: [
      [ADDRESS_OF_Y, store(X), amo('amoswap.d', zero, VALUE, a4, RL)],
      [ADDRESS_OF_Y, lr(a2, a4, AQ), load(a3, X), ...notes(0)],
    ],
    forbidden: newThenOld,
  },
];

/** SB: each stores one variable and loads the other. Bits: what the first and the second saw. */
const STORE_BUFFERING: readonly Shape[] = [
  {
    name: 'SB without fences',
    harts: [
      [store(X), load(a2, Y), ...note(a2, 0)],
      [store(Y), load(a2, X), ...note(a2, 1)],
    ],
    forbidden: nothing,
    weak: 0b00,
  },
  {
    name: 'SB with fences',
    harts: [
      [store(X), fence('rw', 'rw'), load(a2, Y), ...note(a2, 0)],
      [store(Y), fence('w', 'r'), load(a2, X), ...note(a2, 1)],
    ],
    forbidden: is(0b00),
  },
  {
    name: 'SB with fences, looked at before',
    harts: [
      [load(a2, Y), store(X), fence('rw', 'rw'), load(a2, Y), ...note(a2, 0)],
      [load(a2, X), store(Y), fence('rw', 'rw'), load(a2, X), ...note(a2, 1)],
    ],
    forbidden: is(0b00),
  },
  {
    name: 'SB with AMO.AQRL as stores',
    harts: [
      [amo('amoswap.d', zero, VALUE, VARIABLES, AQ | RL), load(a2, Y), ...note(a2, 0)],
      [ADDRESS_OF_Y, amo('amomaxu.d', zero, VALUE, a4, AQ | RL), load(a2, X), ...note(a2, 1)],
    ],
    forbidden: is(0b00),
  },
];

/** LB: each loads one variable and stores the other. Both cannot have seen what comes later. */
const LOAD_BUFFERING: readonly Shape[] = [
  {
    name: 'LB with fences',
    harts: [
      [load(a2, X), fence('r', 'w'), store(Y), ...note(a2, 0)],
      [load(a2, Y), fence('r', 'w'), store(X), ...note(a2, 1)],
    ],
    forbidden: is(0b11),
  },
  {
    name: 'LB with data dependencies',
    harts: [
      [load(a2, X), ...depends(VALUE, a2), sd(a4, VARIABLES, Y), ...note(a2, 0)],
      [load(a2, Y), ...depends(VALUE, a2), sd(a4, VARIABLES, X), ...note(a2, 1)],
    ],
    forbidden: is(0b11),
  },
];

/** One variable: all harts agree on the order of its stores, with no fence at all. */
const COHERENCE: readonly Shape[] = [
  {
    name: 'CoRR: two loads, one after the other',
    harts: [[store(X)], [load(a2, X), load(a3, X), ...notes(0)]],
    forbidden: newThenOld,
  },
  {
    // Bits: what two loads saw of the second store, and what is left.
    name: 'CoWW: two stores, one after the other',
    harts: [
      [store(X), store(X, SECOND)],
      [load(a2, X), load(a3, X), ...note(a2, 0, SECOND), ...note(a3, 1, SECOND)],
    ],
    afterwards: [load(a2, X), ...note(a2, 2, SECOND)],
    forbidden: (outcome) => (outcome & 0b100) === 0 || newThenOld(outcome),
  },
  {
    name: 'CoWR: a load after a store',
    harts: [[store(X), load(a2, X), ...note(a2, 0)], [store(X, SECOND)]],
    forbidden: is(0b0),
  },
  {
    // Bits: the load was new, and the other's second value is what is left.
    name: 'CoRW: a store after a load',
    harts: [[load(a2, X), store(X, SECOND), ...note(a2, 0)], [store(X)]],
    afterwards: [load(a2, X), ...note(a2, 1, SECOND)],
    forbidden: is(0b01),
  },
];

/** More than two stores or harts. */
const SEVERAL: readonly Shape[] = [
  {
    // Each variable ends as its first store, though that came before the other's second.
    name: '2+2W with fences',
    harts: [
      [store(X), fence('w', 'w'), store(Y, SECOND)],
      [store(Y), fence('w', 'w'), store(X, SECOND)],
    ],
    afterwards: [load(a2, X), ...note(a2, 0, SECOND), load(a2, Y), ...note(a2, 1, SECOND)],
    forbidden: is(0b00),
  },
  {
    name: 'WRC with fences',
    harts: [
      [store(X)],
      [load(a2, X), fence('rw', 'rw'), store(Y), ...note(a2, 0)],
      [load(a2, Y), fence('r', 'r'), load(a3, X), ...notes(1)],
    ],
    forbidden: is(0b011),
  },
  {
    name: 'IRIW without fences',
    harts: [[store(X)], [store(Y)], [load(a2, X), load(a3, Y), ...notes(0)], [load(a2, Y), load(a3, X), ...notes(2)]],
    forbidden: nothing,
  },
  {
    name: 'IRIW with fences',
    harts: [
      [store(X)],
      [store(Y)],
      [load(a2, X), fence('r', 'r'), load(a3, Y), ...notes(0)],
      [load(a2, Y), fence('r', 'r'), load(a3, X), ...notes(2)],
    ],
    forbidden: is(0b0101),
  },
  {
    name: 'IRIW with address dependencies',
    harts: [
      [store(X)],
      [store(Y)],
      [load(a2, X), ...depends(VARIABLES, a2), ld(a3, a4, Y), ...notes(0)],
      [load(a2, Y), ...depends(VARIABLES, a2), ld(a3, a4, X), ...notes(2)],
    ],
    forbidden: is(0b0101),
  },
];

const attempt = (value: number, first: number): Line[] => [
  lr(a2, VARIABLES),
  amo('sc.d', a3, value, VARIABLES),
  ...note(a2, first),
  slli(a3, a3, first + 1),
  or(OUTCOME, OUTCOME, a3),
];

/** Nothing comes between LR and the SC that succeeds. Bits of an attempt: it read something new, it failed. */
const RESERVATIONS: readonly Shape[] = [
  {
    name: 'LR/SC beside LR/SC',
    harts: [attempt(VALUE, 0), attempt(SECOND, 2)],
    forbidden: is(0b0000),
  },
  {
    // The last bit: the attempt's value is what is left.
    name: 'LR/SC beside a store',
    harts: [attempt(SECOND, 0), [store(X)]],
    afterwards: [load(a2, X), ...note(a2, 2, SECOND)],
    forbidden: is(0b100),
  },
  {
    name: 'LR/SC beside an AMO',
    harts: [attempt(SECOND, 0), [amo('amoswap.d', a2, VALUE, VARIABLES), ...note(a2, 2)]],
    forbidden: is(0b000),
  },
];

export const SHAPES: readonly Shape[] = [
  ...MESSAGE_PASSING,
  ...STORE_BUFFERING,
  ...LOAD_BUFFERING,
  ...COHERENCE,
  ...SEVERAL,
  ...RESERVATIONS,
];
