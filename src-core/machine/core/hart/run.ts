/** The run loop: timer, interrupts, the interpreter, and what it leaves for. */
import * as L from '../layout';
import { foundTable, instructionAt, locate } from '../decode/block';
import { interpret } from '../generated/interpreter';
import { deliverable, first, updateTimer, waiting } from '../interrupts/pending';
import { enterGuest, leaveGuest, serveRequests, settle, settled } from '../interrupts/requests';
import { sample } from '../regions/sample';
import { setFlags, takeFlags } from '../softfloat/index';
import { FAULTED, SYSTEM, UNLAWFUL } from './outcome';
import { RUN_BUDGET, RUN_FATAL, RUN_IDLE, STARTED, stop } from './run-state';
import { system } from './system';
import { INTERRUPT, trap } from './trap';

/** Instructions between two looks at the clock: about 100 microseconds. */
const CHUNK: i32 = 16384;
/** Shorter where other harts may wait for an answer of this one. */
const CHUNK_OF_SEVERAL: i32 = 4096;
/** Times the run loop is entered in a chunk; bounds a guest that traps without retiring anything. */
const TURNS: u32 = 16384;

const ILLEGAL_INSTRUCTION: u64 = 2;

/** Runs a hart for about `budget` instructions. @returns a RunExit */
export function runHart(hart: usize, budget: i32): u32 {
  if (load<u32>(hart, L.FATAL)) return RUN_FATAL;
  if (L.several()) return runAmongOthers(hart, budget);
  serveRequests(hart);
  if (load<u32>(hart, L.RUN_STATE) != STARTED) return RUN_IDLE;
  return runChunks(hart, budget, CHUNK);
}

/** As long as the hart executes, others may wait for it; they need not once it has come back. */
function runAmongOthers(hart: usize, budget: i32): u32 {
  enterGuest(hart);
  settle(hart);
  const exit = load<u32>(hart, L.RUN_STATE) == STARTED ? runChunks(hart, budget, CHUNK_OF_SEVERAL) : RUN_IDLE;
  leaveGuest(hart);
  return exit;
}

function runChunks(hart: usize, budget: i32, chunk: i32): u32 {
  stop(hart, RUN_BUDGET);
  setFlags(load<u32>(hart, L.FFLAGS));
  do {
    updateTimer(hart);
    budget -= runChunk(hart, min<i32>(budget, chunk));
  } while (budget > 0 && load<u32>(hart, L.STOP) == RUN_BUDGET && load<u32>(hart, L.SUMMONED) == 0);
  store<u32>(hart, takeFlags() & 31, L.FFLAGS);
  return load<u32>(hart, L.STOP);
}

/** @returns instructions retired, or the whole chunk when the hart went round without retiring any */
function runChunk(hart: usize, chunk: i32): i32 {
  store<i32>(hart, chunk, L.SLICE);
  store<i32>(hart, chunk, L.LEFT);
  let turns = TURNS;
  do {
    if (L.several() && !settled(hart)) settle(hart);
    const interrupts = deliverable(hart);
    if (interrupts) trap(hart, INTERRUPT | <u64>first(interrupts), 0);
    turn(hart);
  } while (load<i32>(hart, L.LEFT) > 0 && load<u32>(hart, L.STOP) == RUN_BUDGET && --turns);
  if (load<i32>(hart, L.LEFT) <= 0) sample(hart);
  const retired = chunk - load<i32>(hart, L.LEFT);
  store<u64>(hart, load<u64>(hart, L.RETIRED) + <u64>retired, L.RETIRED);
  store<i32>(hart, 0, L.SLICE);
  store<i32>(hart, 0, L.LEFT);
  return turns ? retired : chunk;
}

/** Runs from the hart's pc to where the interpreter leaves, and does what it left for. */
function turn(hart: usize): void {
  const op = locate(hart);
  let why = FAULTED;
  // To fetch from a device, the hart may have been away.
  if (op == L.single(hart) && L.several() && !settled(hart)) return;
  if (op) {
    const page = load<u64>(hart, L.PC) & ~0xfff;
    why = interpret(hart, op, foundTable, page, load<i32>(hart, L.LEFT));
  }
  if (why == SYSTEM) {
    why = system(hart);
    if (why != FAULTED && why != UNLAWFUL) store<i32>(hart, load<i32>(hart, L.LEFT) - 1, L.LEFT);
  }
  if (why == FAULTED) trap(hart, load<u64>(hart, L.TRAP_CAUSE), load<u64>(hart, L.TRAP_VALUE));
  else if (why == UNLAWFUL) trap(hart, ILLEGAL_INSTRUCTION, instructionAt(hart, load<u64>(hart, L.PC)));
  if (load<u32>(hart, L.FATAL)) stop(hart, RUN_FATAL);
}
