import { AppError, asPartOf } from '../../base/errors.ts';
import { formatBytes } from '../../base/format-bytes.ts';
import type { ChangeMachine } from '../../contract/machines.ts';
import { admitDefinition } from '../../host/admission.ts';
import { promisedMemory } from '../store/definition.ts';
import type { MachineDefinition } from '../store/definition.ts';
import { mustBeChangeable } from './hardware-rules.ts';
import type { MachineBody } from '../life/machine-body.ts';
import type { RunChange } from '../runner.ts';

type Wanted = Omit<ChangeMachine, 'machine'>;

/** What of a request is different from what the machine has. */
interface Difference {
  readonly processors?: number;
  readonly memoryBytes?: number;
  readonly cpuLimit?: number | null;
  readonly bootOrder?: readonly number[];
}

/** Changes a machine's processors, memory and boot order, and what it may use of this computer. */
export class Hardware {
  readonly #body: MachineBody;

  constructor(body: MachineBody) {
    this.#body = body;
  }

  /** All of it, or nothing. @throws AppError 'wrong-state' when something needs a stop, 'invalid-input', 'no-room', 'not-supported' */
  async change(wanted: Wanted): Promise<void> {
    const body = this.#body;
    await body.turns.take(async () => {
      const doing = `change machine ${body.name}`;
      const difference = differenceOf(wanted, body.definition);
      this.#check(difference, doing);
      await this.#admit(difference, doing);
      await this.#apply(difference, doing);
    });
    body.tell();
  }

  #check({ processors, memoryBytes, cpuLimit, bootOrder }: Difference, doing: string): void {
    const { state, definition } = this.#body;
    if (processors !== undefined) mustBeChangeable(state, 'its processors', doing);
    if (bootOrder !== undefined) {
      mustBeChangeable(state, 'its boot order', doing);
      checkBootOrder(bootOrder, definition, doing);
    }
    if (cpuLimit !== undefined) mustBeChangeable(state, 'its processor limit', doing);
    if (memoryBytes === undefined) return;
    mustBeChangeable(state, 'its memory', doing);
    if (this.#body.live && memoryBytes > definition.memoryBytes) throw startedWithLess(definition.memoryBytes, doing);
  }

  async #admit({ processors, memoryBytes }: Difference, doing: string): Promise<void> {
    const { definition, around } = this.#body;
    const asked = {
      doing,
      processors: processors ?? definition.processors,
      memoryBytes: memoryBytes ?? promisedMemory(definition),
    };
    if (processors === undefined && memoryBytes === undefined) return;
    admitDefinition(asked, around.host.meter.facts);
    const { source } = definition;
    const image = source.kind === 'image' ? await around.images.find(source.image) : null;
    const minimumBytes = image?.document.minimumMemoryBytes ?? 0;
    if (asked.memoryBytes >= minimumBytes) return;
    throw new AppError({
      code: 'invalid-input',
      doing,
      because: `${formatBytes(asked.memoryBytes)} of memory is too little for its image`,
      hint: `Give it at least ${formatBytes(minimumBytes)}.`,
      data: { memoryBytes: asked.memoryBytes, minimumBytes },
    });
  }

  /** The guest first, because it may refuse; what is written down then holds for this run and those to come. */
  async #apply(difference: Difference, doing: string): Promise<void> {
    const body = this.#body;
    const before = body.definition;
    const undo: RunChange[] = [];
    try {
      for (const [now, back] of liveChanges(difference, before)) {
        if (!body.live) break;
        await asPartOf(doing, body.live.run.change(now));
        undo.unshift(back);
      }
      const isLive = body.live !== null;
      await asPartOf(
        doing,
        body.documents.change((definition) => withDifference(definition, difference, isLive)),
      );
    } catch (error) {
      for (const change of undo) await body.live?.run.change(change).catch(() => undefined);
      throw error;
    }
  }
}

function differenceOf(wanted: Wanted, definition: MachineDefinition): Difference {
  const { processors, memoryBytes, cpuLimit, bootOrder } = wanted;
  return {
    ...(processors === undefined || processors === definition.processors ? {} : { processors }),
    ...(memoryBytes === undefined || memoryBytes === promisedMemory(definition) ? {} : { memoryBytes }),
    ...(cpuLimit === undefined || cpuLimit === definition.cpuLimit ? {} : { cpuLimit }),
    ...(bootOrder === undefined || bootOrder.join() === definition.bootOrder.join() ? {} : { bootOrder }),
  };
}

/** What a run is told, and what takes it back. */
function liveChanges({ memoryBytes, cpuLimit }: Difference, before: MachineDefinition): [RunChange, RunChange][] {
  const changes: [RunChange, RunChange][] = [];
  if (memoryBytes !== undefined) {
    changes.push([
      { kind: 'memory', bytes: memoryBytes },
      { kind: 'memory', bytes: promisedMemory(before) },
    ]);
  }
  if (cpuLimit !== undefined) {
    changes.push([
      { kind: 'cpu-limit', percent: cpuLimit },
      { kind: 'cpu-limit', percent: before.cpuLimit },
    ]);
  }
  return changes;
}

/** A run keeps the memory that it was started with; the guest hands back what is more than it is promised. */
function withDifference(definition: MachineDefinition, difference: Difference, isLive: boolean): MachineDefinition {
  const { memoryBytes, bootOrder, ...rest } = difference;
  const memory = isLive
    ? { memoryTarget: memoryBytes === definition.memoryBytes ? null : (memoryBytes ?? definition.memoryTarget) }
    : { memoryBytes: memoryBytes ?? promisedMemory(definition), memoryTarget: null };
  return { ...definition, ...rest, ...memory, ...(bootOrder === undefined ? {} : { bootOrder: [...bootOrder] }) };
}

function checkBootOrder(bootOrder: readonly number[], { disks }: MachineDefinition, doing: string): void {
  const slots = disks.map(({ slot }) => slot);
  const missing = bootOrder.find((slot) => !slots.includes(slot));
  const isTwice = new Set(bootOrder).size < bootOrder.length;
  if (missing === undefined && !isTwice) return;
  throw new AppError({
    code: 'invalid-input',
    doing,
    because: missing === undefined ? 'a disk stands in the boot order twice' : `it has no disk ${missing}`,
    hint: slots.length === 0 ? 'Give it a disk first.' : `It has the disks ${slots.join(', ')}.`,
    data: { slots },
  });
}

function startedWithLess(startedWithBytes: number, doing: string): AppError {
  return new AppError({
    code: 'wrong-state',
    doing,
    because: `it was started with ${formatBytes(startedWithBytes)} of memory, and cannot have more while it runs`,
    hint: 'Stop the machine to give it more memory.',
    data: { startedWithBytes, part: 'its memory' },
  });
}
