import type { InnkeeperHandlers } from '../../../src-core/contract/contract.ts';
import type { Hypervisor } from '../../../src-core/hypervisor/hypervisor.ts';

type ConsoleHandler = InnkeeperHandlers['machines']['console'];
type Stream = Parameters<ConsoleHandler>[1];

/** Consoles that are open now, so that they can be told when their machine goes. */
export class ConsoleStreams {
  readonly #hypervisor: Hypervisor;
  readonly #open = new Map<Stream, { machine: string; close: () => void }>();

  constructor(hypervisor: Hypervisor) {
    this.#hypervisor = hypervisor;
  }

  readonly open: ConsoleHandler = ({ machine: reference, size }, stream) => {
    const machine = this.#hypervisor.find(reference, 'attach to');
    const attachment = machine.console.attach({ write: (bytes) => stream.write(bytes) });
    const close = (): void => {
      this.#open.delete(stream);
      attachment.dispose();
    };
    this.#open.set(stream, { machine: machine.id, close });
    if (size) machine.resize(size);
    stream.onData((bytes, _channel, done) => {
      machine.console.write(bytes).then(done, (error: unknown) => stream.fail(error));
    });
    stream.onControl(({ resize }) => machine.resize(resize));
    stream.onFinish(() => this.#end(stream, 'closed'));
    stream.onClose(close);
    return Promise.resolve({ scrollbackBytes: attachment.scrollbackBytes });
  };

  /** The machine was removed: its consoles end. */
  machineRemoved(id: string): void {
    for (const [stream, { machine }] of this.#open) if (machine === id) this.#end(stream, 'deleted');
  }

  close(): void {
    for (const stream of this.#open.keys()) this.#end(stream, 'closed');
  }

  #end(stream: Stream, reason: 'closed' | 'deleted'): void {
    this.#open.get(stream)?.close();
    stream.end({ reason });
  }
}
