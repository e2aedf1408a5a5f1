import { asPartOf } from '../../base/errors.ts';
import { withoutState } from '../store/definition.ts';
import { keepDisks } from '../machine-disks/kept-disks.ts';
import { afterRequest } from './life-cycle.ts';
import type { LiveRun } from './live-run.ts';
import type { MachineBody } from './machine-body.ts';
import type { Power } from './power.ts';

/** Saves a machine to disk, and throws what was saved away. Taking it up again is part of starting. */
export class Suspension {
  readonly #body: MachineBody;
  readonly #power: Power;

  constructor(body: MachineBody, power: Power) {
    this.#body = body;
    this.#power = power;
  }

  /** What a suspended machine's console showed is shown again; its disks are nobody else's. */
  async open(): Promise<void> {
    const body = this.#body;
    if (!body.definition.resume) return;
    const shown = await body.around.store.readConsole(body.id).catch(() => null);
    if (shown) body.console.show(shown);
    await keepDisks(body);
  }

  /** Resolves when it is safely on disk and has no power any more. @throws AppError; then it goes on as before */
  suspend(): Promise<void> {
    return this.#body.turns.take(() => this.#suspend());
  }

  /** Throws its saved state away. @throws AppError */
  async discard(request: 'kill' | 'discard'): Promise<void> {
    const body = this.#body;
    afterRequest(body.state, request, body.name);
    const doing = `discard the saved state of machine ${body.name}`;
    await asPartOf(doing, body.documents.change(withoutState));
    body.console.note('The saved state was discarded');
    const written = body.documents.ended('killed', null);
    body.request(request);
    body.letGoOfKept();
    await written;
    body.around.layers.sweepSoon();
  }

  async #suspend(): Promise<void> {
    const body = this.#body;
    const doing = `suspend machine ${body.name}`;
    const live = body.alive('suspend');
    const failed = body.state === 'paused' ? 'suspend-failed-paused' : 'suspend-failed';
    const { attempt } = body;
    body.request('suspend');
    const saved = body.around.layers.pin();
    try {
      await asPartOf(doing, this.#save(live, attempt, doing, saved.add(body.around.layers.newLayer())));
    } catch (error) {
      body.around.log.warn(body.id, 'it could not be suspended', { error });
      if (attempt === body.attempt) {
        // It may stand still already: the memory was written, and only the definition was not.
        if (failed === 'suspend-failed') await live.run.resume().catch(() => undefined);
        if (attempt === body.attempt) body.happen(failed);
      }
      throw error;
    } finally {
      saved.dispose();
    }
    await this.#switchOff(attempt, doing);
  }

  async #save(live: LiveRun, attempt: number, doing: string, memory: string): Promise<void> {
    const body = this.#body;
    await live.run.capture({ memory: body.around.layers.memoryPath(memory), tops: [], then: 'hold' });
    body.check(attempt, doing);
    await body.documents.change((now) => ({ ...now, resume: { memory, renewed: false } }));
    // One who killed it meanwhile does not find it suspended.
    if (attempt !== body.attempt) await body.documents.change(withoutState);
  }

  async #switchOff(attempt: number, doing: string): Promise<void> {
    const body = this.#body;
    body.check(attempt, doing);
    const after = body.begin();
    const shown = body.console.record();
    // Its memory fits to its disks as they are: until it goes on nobody else may write to them.
    body.kept = body.run?.handOver() ?? [];
    await this.#power.letGo();
    body.check(after, doing);
    await body.around.store
      .writeConsole(body.id, shown)
      .catch((error: unknown) => body.around.log.warn(body.id, 'what its console showed could not be kept', { error }));
    body.check(after, doing);
    body.console.note('The machine is suspended');
    const written = body.documents.ended('suspended', null);
    body.happen('suspended');
    await written;
  }
}
