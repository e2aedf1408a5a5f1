import { createContainerSchema } from '../../../../src-core/contract/containers.ts';
import type {
  ContainerEnd,
  ContainerView,
  CreateContainer,
  LogLine,
} from '../../../../src-core/contract/containers.ts';
import type { ServerStream } from '../../../../src-core/contract/define.ts';
import type { Service } from '../../service.ts';

/** A client's end of a stream that takes everything at once. */
export class TestStream<Result> implements ServerStream<
  { resize: { columns: number; rows: number } } | { signal: string },
  Result
> {
  text = '';
  readonly bytes: Uint8Array[] = [];
  readonly result: Promise<Result>;
  #end!: (result: Result) => void;
  #fail!: (error: unknown) => void;
  #data: (bytes: Uint8Array, channel: number, done: () => void) => void | Promise<void> = () => undefined;
  #finish: (channel: number) => void = () => undefined;
  #control: (value: { resize: { columns: number; rows: number } } | { signal: string }) => void = () => undefined;
  #close: () => void = () => undefined;
  #heard: () => void = () => undefined;
  readonly #decoder = new TextDecoder();

  constructor() {
    this.result = new Promise<Result>((resolve, reject) => {
      this.#end = resolve;
      this.#fail = reject;
    });
    this.result.catch(() => undefined);
  }

  write(bytes: Uint8Array): Promise<void> {
    this.text += this.#decoder.decode(bytes, { stream: true });
    this.bytes.push(bytes.slice());
    this.#heard();
    return Promise.resolve();
  }

  onData(handler: (bytes: Uint8Array, channel: number, done: () => void) => void | Promise<void>): void {
    this.#data = handler;
  }

  onFinish(handler: (channel: number) => void): void {
    this.#finish = handler;
  }

  onControl(handler: (value: { resize: { columns: number; rows: number } } | { signal: string }) => void): void {
    this.#control = handler;
  }

  onClose(handler: () => void): void {
    this.#close = handler;
  }

  end(result: Result): void {
    this.#end(result);
  }

  fail(error: unknown): void {
    this.#fail(error);
  }

  /** The client types. */
  type(text: string): void {
    void this.#data(new TextEncoder().encode(text), 0, () => undefined);
  }

  send(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => void this.#data(bytes, 0, resolve));
  }

  finish(): void {
    this.#finish(0);
  }

  control(value: { resize: { columns: number; rows: number } } | { signal: string }): void {
    this.#control(value);
  }

  close(): void {
    this.#close();
  }

  /** Resolves when the text was heard. */
  hears(text: string): Promise<void> {
    return new Promise((resolve) => {
      this.#heard = () => {
        if (this.text.includes(text)) resolve();
      };
      this.#heard();
    });
  }
}

export function request(more: Partial<CreateContainer>): ReturnType<typeof createContainerSchema.parse> {
  return createContainerSchema.parse({ image: 'busybox', ...more });
}

/** Runs a shell script in a new container to its end. */
export async function runScript(
  service: Service,
  script: string,
  more: Partial<CreateContainer> = {},
): Promise<{ text: string; exitStatus: number | null; end: ContainerEnd; container: ContainerView }> {
  const stream = new TestStream<{ exitStatus: number | null; end: ContainerEnd }>();
  const { container } = await service.handlers.containers.run(
    request({ command: ['sh', '-c', script], removeAtEnd: true, ...more }),
    stream,
  );
  const { exitStatus, end } = await stream.result;
  return { text: stream.text, exitStatus, end, container: container as ContainerView };
}

/** Runs a shell script in a container that runs. */
export async function execScript(
  service: Service,
  container: string,
  script: string,
): Promise<{ text: string; exitStatus: number }> {
  const stream = new TestStream<{ exitStatus: number }>();
  await service.handlers.containers.exec({ container, command: ['sh', '-c', script], environment: [] }, stream);
  const { exitStatus } = await stream.result;
  return { text: stream.text, exitStatus };
}

/** What a container printed, as it is kept. */
export async function logLines(service: Service, container: string, tail?: number): Promise<LogLine[]> {
  const stream = new TestStream<{ reason: string }>();
  await service.handlers.containers.logs(
    { container, follow: false, ...(tail === undefined ? {} : { tail }) },
    stream as never,
  );
  await stream.result;
  const lines = stream.text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as LogLine);
}

/** Resolves with the first view of a container that is so. */
export function untilContainer(
  service: Service,
  name: string,
  isSo: (view: ContainerView) => boolean,
): Promise<ContainerView> {
  return new Promise((resolve) => {
    const look = (view: ContainerView): void => {
      if (view.name !== name || !isSo(view)) return;
      subscription.dispose();
      resolve(view);
    };
    const subscription = service.onEvent((event) => {
      if (event.type === 'container') look(event.container);
    });
    void service.handlers.containers.list({}).then((views) => views.forEach((view) => look(view as ContainerView)));
  });
}
