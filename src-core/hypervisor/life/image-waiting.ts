import { toFailure } from '../../contract/failures.ts';
import type { Preparation } from './image-preparation.ts';
import type { MachineBody } from './machine-body.ts';

/** A machine while its image is being prepared. */
export class ImageWaiting {
  readonly #body: MachineBody;
  readonly #launch: () => Promise<void>;
  #preparation: Preparation | null = null;
  #startWhenPrepared = false;

  /** @param launch called when it is to start as soon as the image is there */
  constructor(body: MachineBody, launch: () => Promise<void>) {
    this.#body = body;
    this.#launch = launch;
  }

  /** The task that prepares its image. */
  get task(): string | null {
    return this.#preparation?.task ?? null;
  }

  /** Prepares its image when that is not here yet. */
  async look(): Promise<void> {
    const body = this.#body;
    const { attempt } = body;
    const { source } = body.definition;
    if (source.kind !== 'image' || (await body.around.images.find(source.image)) !== null) return;
    if (attempt === body.attempt && body.state === 'stopped') this.begin(source.image, false);
  }

  begin(image: string, thenStart: boolean): void {
    const body = this.#body;
    const preparation = body.around.images.prepare(image, { id: body.id, name: body.name });
    const attempt = body.begin();
    this.#preparation = preparation;
    this.#startWhenPrepared = thenStart;
    body.happen('image-missing');
    preparation.done.then(
      () => {
        if (attempt === body.attempt) this.#prepared();
      },
      (error: unknown) => {
        if (attempt === body.attempt) this.#failed(error);
      },
    );
  }

  startWhenPrepared(): void {
    this.#startWhenPrepared = true;
  }

  abandon(request: 'stop' | 'kill'): void {
    this.#body.begin();
    this.#preparation?.release();
    this.#preparation = null;
    this.#body.request(request);
  }

  #prepared(): void {
    this.#preparation = null;
    if (!this.#startWhenPrepared) {
      this.#body.happen('prepared');
      return;
    }
    this.#body.happen('prepared-to-start');
    // Why it did not start stands in its view.
    this.#launch().catch(() => undefined);
  }

  #failed(error: unknown): void {
    this.#preparation = null;
    this.#body.failure = toFailure(error, `prepare machine ${this.#body.name}`);
    this.#body.happen('preparation-failed');
  }
}
