import type { ContainerStats } from '../../contract/containers.ts';
import type { NodeMeasurement } from '../node/node-runtime.ts';

const NS_PER_MS = 1_000_000;

/** Turns counters that were read twice into what containers use now. */
export class StatsMeter {
  readonly #before = new Map<string, { readonly at: number; readonly processorNs: number }>();

  /** @returns by container; nothing is known of the processor at the first look */
  take({ containers }: NodeMeasurement, at: number): { id: string; stats: ContainerStats }[] {
    return containers.map(({ id, processorNs, ...counters }) => {
      const before = this.#before.get(id);
      this.#before.set(id, { at, processorNs });
      const passed = before ? (at - before.at) * NS_PER_MS : 0;
      const used = before && passed > 0 ? (processorNs - before.processorNs) / passed : 0;
      return { id, stats: { takenAt: at, processorUsed: Math.max(0, Math.round(used * 1000) / 1000), ...counters } };
    });
  }

  forget(id: string): void {
    this.#before.delete(id);
  }
}
