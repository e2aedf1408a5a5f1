import { AppError, asPartOf } from '../../base/errors.ts';
import type { SnapshotView } from '../../contract/snapshots.ts';
import { foreignDisks } from '../layers/tops.ts';
import { afterRequest } from '../life/life-cycle.ts';
import type { MachineBody } from '../life/machine-body.ts';
import { atOneMoment } from './moment.ts';
import type { Moment } from './moment.ts';
import { SNAPSHOT_VERSION } from './snapshot.ts';
import type { Snapshot } from './snapshot.ts';
import { viewsOf } from './snapshot-views.ts';

/** Of a terminal whose size nobody told. */
const USUAL_SIZE = { columns: 80, rows: 24 };

/** The snapshots of one machine: a tree, each built on its parent. */
export class MachineSnapshots {
  readonly #body: MachineBody;
  readonly #changed: () => void;
  #snapshots: readonly Snapshot[] = [];

  constructor(body: MachineBody, changed: () => void) {
    this.#body = body;
    this.#changed = changed;
  }

  /** Reads them from disk. Once, first. */
  async open(): Promise<void> {
    const { around, id } = this.#body;
    await around.snapshots.sweep(this.#folder);
    this.#snapshots = await around.snapshots.list(this.#folder, (path, problem) =>
      around.log.warn(id, `a snapshot cannot be used: ${problem.because}`, { path }),
    );
  }

  get all(): readonly Snapshot[] {
    return this.#snapshots;
  }

  /** Oldest first. */
  list(): Promise<SnapshotView[]> {
    return viewsOf(this.#snapshots, this.#body.definition, this.#body.around.layers);
  }

  /** @param reference name, in any case, or id @throws AppError 'not-found' */
  get(reference: string, doing: string): Snapshot {
    const found = this.#named(reference) ?? this.#snapshots.find(({ id }) => id === reference);
    if (found) return found;
    const names = this.#snapshots.map(({ name }) => name).join(', ');
    throw new AppError({
      code: 'not-found',
      doing,
      because: `it has no snapshot ${reference}`,
      ...(names === '' ? {} : { hint: `It has ${names}.` }),
      data: { snapshot: reference },
    });
  }

  /** What its console showed then. */
  console(snapshot: Snapshot): Promise<Uint8Array> {
    return this.#body.around.snapshots.console(this.#folder, snapshot.id);
  }

  /** When this resolves it is safely on disk, and the machine goes on. @throws AppError; then all is as before */
  async create(name: string | undefined, note: string): Promise<SnapshotView> {
    const snapshot = await this.#body.turns.take(() => this.#create(name, note));
    this.#changed();
    return this.#view(snapshot);
  }

  async change(reference: string, change: { readonly name?: string; readonly note?: string }): Promise<SnapshotView> {
    const doing = `change snapshot ${reference} of machine ${this.#body.name}`;
    const changed = await this.#body.turns.take(async () => {
      const found = this.get(reference, doing);
      const after = { ...found, name: change.name ?? found.name, note: change.note ?? found.note };
      if (change.name !== undefined) this.#mustBeFree(change.name, doing, found);
      await asPartOf(doing, this.#body.around.snapshots.update(this.#folder, after));
      this.#replace(after);
      return after;
    });
    this.#changed();
    return this.#view(changed);
  }

  /** Deletes one; those that were built on it are built on its parent then. */
  async remove(reference: string): Promise<void> {
    const doing = `delete snapshot ${reference} of machine ${this.#body.name}`;
    await this.#body.turns.take(() => asPartOf(doing, this.#remove(this.get(reference, doing))));
    this.#changed();
    this.#body.around.layers.sweepSoon();
  }

  async #create(wanted: string | undefined, note: string): Promise<Snapshot> {
    const body = this.#body;
    const { around } = body;
    afterRequest(body.state, 'take a snapshot of', body.name);
    const name = wanted ?? this.#freeName();
    const doing = `take snapshot ${name} of machine ${body.name}`;
    this.#mustBeFree(name, doing);
    mustBeOurs(body, doing);
    const pin = around.layers.pin();
    try {
      const id = around.layers.newLayer();
      const taken = await asPartOf(
        doing,
        atOneMoment(body, { doing, pin, memory: true }, (moment) =>
          Promise.resolve({ moment, scrollback: body.console.record(), createdAt: around.clock.now() }),
        ),
      );
      const snapshot = await this.#describe({ id, name, note }, taken);
      await asPartOf(doing, around.snapshots.create(this.#folder, snapshot, taken.scrollback));
      this.#snapshots = [...this.#snapshots, snapshot];
      // It is there in any case; the tree only does not show that the machine is built on it.
      await body.documents
        .change((now) => ({ ...now, currentSnapshot: id }))
        .catch((error: unknown) => around.log.warn(body.id, 'its definition could not be written', { error }));
      around.log.info(body.id, `snapshot ${name} was taken`);
      body.tell();
      return snapshot;
    } catch (error) {
      around.layers.sweepSoon();
      throw error;
    } finally {
      pin.dispose();
    }
  }

  async #describe(
    { id, name, note }: Pick<Snapshot, 'id' | 'name' | 'note'>,
    { moment, scrollback, createdAt }: { moment: Moment; scrollback: Uint8Array; createdAt: number },
  ): Promise<Snapshot> {
    const { around, terminal, definition } = this.#body;
    const { hardware, memory, renewed } = moment;
    const size = terminal ?? USUAL_SIZE;
    const screen = scrollback.length === 0 ? null : await around.screens.read(scrollback, size).catch(() => null);
    const parent = definition.currentSnapshot;
    return { version: SNAPSHOT_VERSION, id, name, note, createdAt, parent, hardware, memory, renewed, screen };
  }

  /** The children first: after a crash in between none is without its place in the tree. */
  async #remove(snapshot: Snapshot): Promise<void> {
    const body = this.#body;
    const { id, parent, name } = snapshot;
    for (const child of this.#snapshots.filter((other) => other.parent === id)) {
      const moved = { ...child, parent };
      await body.around.snapshots.update(this.#folder, moved);
      this.#replace(moved);
    }
    if (body.definition.currentSnapshot === id) {
      await body.documents.change((now) => ({ ...now, currentSnapshot: parent }));
    }
    await body.around.snapshots.remove(this.#folder, id);
    this.#snapshots = this.#snapshots.filter((other) => other !== snapshot);
    body.around.log.info(body.id, `snapshot ${name} was deleted`);
    body.tell();
  }

  async #view({ id }: Snapshot): Promise<SnapshotView> {
    const view = (await this.list()).find((each) => each.id === id);
    if (view) return view;
    const doing = `show a snapshot of machine ${this.#body.name}`;
    throw new AppError({ code: 'not-found', doing, because: 'it was deleted just now' });
  }

  #replace(changed: Snapshot): void {
    this.#snapshots = this.#snapshots.map((each) => (each.id === changed.id ? changed : each));
  }

  #named(name: string): Snapshot | undefined {
    return this.#snapshots.find((snapshot) => snapshot.name.toLowerCase() === name.toLowerCase());
  }

  #mustBeFree(name: string, doing: string, except?: Snapshot): void {
    const other = this.#named(name);
    if (!other || other === except) return;
    const because = `it already has a snapshot ${other.name}`;
    throw new AppError({ code: 'already-exists', doing, because, hint: 'Choose another name.', data: { name } });
  }

  #freeName(): string {
    for (let n = 1; ; n++) if (!this.#named(`snapshot-${n}`)) return `snapshot-${n}`;
  }

  get #folder(): string {
    return this.#body.around.store.folder(this.#body.id);
  }
}

/** A disk that is a file of somebody's goes on being written: what is kept would not fit to it any more. */
export function mustBeOurs({ definition: { disks } }: MachineBody, doing: string): void {
  const [path] = foreignDisks(disks);
  if (path === undefined) return;
  throw new AppError({
    code: 'not-supported',
    doing,
    because: `its disk ${path} is a file that Innkeeper did not make, and cannot be kept as it is at one moment`,
    hint: 'Attach it as read-only, or make a full clone of the machine, which has a copy of the disk.',
    data: { path },
  });
}
