import type { InnkeeperHandlers } from '../../../src-core/contract/contract.ts';
import { guestFailed, sessionBytes } from '../../../src-core/containers/engine/session-bytes.ts';
import type { ContainerEngine } from '../../../src-core/containers/engine/container-engine.ts';
import type { ExecSession } from '../../../src-core/guest/exec-session.ts';
import { CHANNEL } from '../../../src-core/guest/protocol.ts';

type Handlers = InnkeeperHandlers['containers'];
type Stream = Parameters<Handlers['writeFiles']>[1];

const FILES_CHANNEL = 0;

/** Files from containers and to them, as tar archives. */
export function containerFileStreams(engine: ContainerEngine): Pick<Handlers, 'readFiles' | 'writeFiles'> {
  return {
    readFiles: ({ container: reference, path }, stream) =>
      untilOpened((opened) => {
        const container = engine.get(reference, 'copy files from');
        const doing = `copy ${path} from container ${container.name}`;
        return engine.onItsNode(container, doing, async (runtime) => {
          const { kind, name, archive } = await runtime.readFiles(container.id, path);
          stream.onClose(() => archive.close());
          opened({ kind, name });
          try {
            for await (const bytes of sessionBytes(archive, doing)) await stream.write(bytes, FILES_CHANNEL);
            stream.end({});
          } catch (error) {
            stream.fail(error);
          }
        });
      }),
    writeFiles: ({ container: reference, directory }, stream) =>
      untilOpened((opened) => {
        const container = engine.get(reference, 'copy files to');
        const doing = `copy files to ${directory} of container ${container.name}`;
        return engine.onItsNode(container, doing, async (runtime) => {
          const session = await runtime.writeFiles(container.id, directory);
          opened({});
          await feed(session, stream, doing);
        });
      }),
  };
}

/** The work goes on after the stream is open, for as long as the node is needed. */
function untilOpened<T>(work: (opened: (answer: T) => void) => Promise<void>): Promise<T> {
  return new Promise((resolve, reject) => {
    // A failure after it was opened is told by the stream.
    Promise.resolve()
      .then(() => work(resolve))
      .catch(reject);
  });
}

async function feed(session: ExecSession, stream: Stream, doing: string): Promise<void> {
  let complaint = '';
  session.onData((bytes, channel, done) => {
    if (channel === CHANNEL.stderr && complaint.length < 1000) complaint += new TextDecoder().decode(bytes);
    done();
  });
  stream.onData((bytes, channel, done) => {
    if (channel !== FILES_CHANNEL) done();
    else session.write(bytes).then(done, (error: unknown) => stream.fail(error));
  });
  stream.onFinish((channel) => {
    if (channel === FILES_CHANNEL) session.finish();
  });
  stream.onClose(() => session.close());
  try {
    const { exitStatus } = await session.result;
    if (exitStatus === 0) stream.end({});
    else stream.fail(guestFailed(doing, complaint, exitStatus));
  } catch (error) {
    stream.fail(error);
  }
}
