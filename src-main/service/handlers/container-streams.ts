import { AppError } from '../../../src-core/base/errors.ts';
import { Cancellation } from '../../../src-core/base/cancellation.ts';
import type { InnkeeperHandlers } from '../../../src-core/contract/contract.ts';
import type { ContainerEnd } from '../../../src-core/contract/containers.ts';
import { EXEC_CHANNEL } from '../../../src-core/contract/machines.ts';
import type { TerminalSize } from '../../../src-core/contract/machines.ts';
import type { Container } from '../../../src-core/containers/engine/container/container.ts';
import type { AttachedOutput } from '../../../src-core/containers/engine/container/output.ts';
import { signalOf } from '../../../src-core/containers/engine/container/creation.ts';
import type { ContainerEngine } from '../../../src-core/containers/engine/container-engine.ts';
import { readLog } from '../../../src-core/containers/engine/log/read-log.ts';
import { joinExec } from './exec-stream.ts';

type Handlers = InnkeeperHandlers['containers'];

/** What of a stream's far end is the same for `attach` and `run`. */
interface Terminal {
  write(bytes: Uint8Array, channel?: number): Promise<void>;
  onData(handler: (bytes: Uint8Array, channel: number, done: () => void) => void): void;
  onFinish(handler: (channel: number) => void): void;
  onControl(handler: (value: { resize: TerminalSize } | { signal: string }) => void): void;
  onClose(handler: () => void): void;
  fail(error: unknown): void;
}

/** The streams of containers, other than those of files. */
export function containerStreams(engine: ContainerEngine): Pick<Handlers, 'attach' | 'run' | 'exec' | 'logs'> {
  return {
    attach: ({ container: reference, size, replay }, stream) => {
      const container = engine.get(reference, 'attach to');
      const { session } = container.alive('attach to');
      const { terminal, interactive } = container.definition;
      const attached = container.output.attach(stream, { replay, patient: false });
      joinInput(container, stream, false);
      if (size && terminal) session.resize(size);
      stream.onClose(() => attached.dispose());
      void nextEnd(container).then((end) => finish(attached, () => stream.end({ exitStatus: end.exitStatus })));
      return Promise.resolve({ terminal, interactive });
    },
    run: async ({ size, ...request }, stream) => {
      const container = await engine.create(request);
      const attached = container.output.attach(stream, { replay: false, patient: true });
      stream.onClose(() => attached.dispose());
      const ended = nextEnd(container);
      try {
        await startNew(engine, container, size ?? null);
      } catch (error) {
        attached.dispose();
        throw error;
      }
      joinInput(container, stream, true);
      void ended.then((end) => finish(attached, () => stream.end({ exitStatus: end.exitStatus, end })));
      return { container: container.view() };
    },
    exec: async ({ container: reference, command, environment, workingDirectory, user, terminal }, stream) => {
      const container = engine.get(reference, 'run a command in');
      const { runtime } = container.alive('run a command in');
      const session = await runtime.exec(container.id, {
        ...{ command, environment },
        workingDirectory: workingDirectory ?? null,
        user: user ?? null,
        terminal: terminal ?? null,
      });
      joinExec(session, stream);
      return { pid: session.pid };
    },
    logs: ({ container: reference, tail, since, follow }, stream) => {
      const { log } = engine.get(reference, 'read the log of');
      const over = new Cancellation();
      stream.onClose(() => over.cancel());
      readLog(log, { tail, since, follow }, (bytes) => stream.write(bytes, 0), over).then(
        (reason) => stream.end({ reason }),
        (error: unknown) => {
          if (!over.aborted) stream.fail(error);
        },
      );
      return Promise.resolve({});
    },
  };
}

/**
 * Starts a container that was just made. It is safely on disk, and its process runs, when this resolves.
 * @throws AppError; one that is to be removed at its end is gone then
 */
export async function startNew(
  engine: ContainerEngine,
  container: Container,
  size: TerminalSize | null,
): Promise<void> {
  const [written, started] = await Promise.allSettled([engine.created(container), container.start(size)]);
  if (written.status === 'rejected') throw written.reason;
  if (started.status === 'fulfilled') return;
  if (container.definition.removeAtEnd) await container.remove(true).catch(() => undefined);
  throw started.reason;
}

function nextEnd(container: Container): Promise<ContainerEnd> {
  return new Promise((resolve) => {
    const subscription = container.onEnd((end) => {
      subscription.dispose();
      resolve(end);
    });
  });
}

/** All that was printed is handed over before the end is told. */
async function finish(attached: AttachedOutput, end: () => void): Promise<void> {
  await attached.flushed();
  attached.dispose();
  end();
}

/** @param endsInput the end of the client's input is that of the process's */
function joinInput(container: Container, stream: Terminal, endsInput: boolean): void {
  const isOpen = container.definition.interactive;
  stream.onData((bytes, channel, done) => {
    const session = container.run?.session;
    if (channel !== EXEC_CHANNEL.stdin || !isOpen || !session) {
      done();
      return;
    }
    session.write(bytes).then(done, (error: unknown) => stream.fail(error));
  });
  stream.onFinish((channel) => {
    if (channel === EXEC_CHANNEL.stdin && isOpen && endsInput) container.run?.session.finish();
  });
  stream.onControl((control) => {
    if ('resize' in control) {
      if (container.definition.terminal) container.run?.session.resize(control.resize);
      return;
    }
    signal(container, control.signal).catch((error: unknown) => {
      // One that has just ended needs no signal.
      if (!(error instanceof AppError && error.code === 'wrong-state')) stream.fail(error);
    });
  });
}

async function signal(container: Container, name: string): Promise<void> {
  await container.kill(signalOf(name, `signal container ${container.name}`));
}
