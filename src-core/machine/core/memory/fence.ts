/** Order among the accesses of harts that have threads of their own. */
import * as L from '../layout';

/**
 * FENCE. AssemblyScript 0.28 makes no valid `atomic.fence`. An atomic exchange with a place that nobody reads is one on
 * x86-64, where it waits for all stores before; regions, which are not made by AssemblyScript, have the instruction.
 */
@inline
export function fence(hart: usize): void {
  atomic.xchg<u32>(hart + L.FENCE_SCRATCH, 1);
}
