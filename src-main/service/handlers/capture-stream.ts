import { Deferred } from '../../../src-core/base/deferred.ts';
import { AppError } from '../../../src-core/base/errors.ts';
import type { InnkeeperHandlers } from '../../../src-core/contract/contract.ts';
import { cardKey } from '../../../src-core/hypervisor/connections/network-views.ts';
import type { Hypervisor } from '../../../src-core/hypervisor/hypervisor.ts';
import type { CaptureRequest, PacketCapture } from '../../../src-core/network/network-runner.ts';
import type { Networks } from '../../../src-core/network/networks.ts';

type CaptureHandler = InnkeeperHandlers['networks']['capture'];
type Stream = Parameters<CaptureHandler>[1];

/**
 * Packets of a network as a stream. Bytes are acknowledged to the networks' thread as the client takes them: for a client
 * that is too slow packets are dropped there, and counted, instead of piling up here.
 */
export function captureStream(
  networks: Networks,
  hypervisor: Hypervisor,
  form: CaptureRequest['form'],
): CaptureHandler {
  return async ({ network: reference, machine, filter }, stream) => {
    const doing = `capture packets of network ${reference}`;
    const network = networks.get(reference, doing);
    const card = machine === undefined ? undefined : cardOf(hypervisor, machine, network, doing);
    // What a capture begins with can be here before the answer that it has begun.
    const started = new Deferred<PacketCapture>();
    let written: Promise<unknown> = Promise.resolve();
    const take = (bytes: Uint8Array): void => {
      // A client that has gone ends the capture by `onClose`.
      const writing = stream.write(bytes, 0).then(
        () => started.promise.then((capture) => capture.taken(bytes.length)),
        () => undefined,
      );
      written = Promise.all([written, writing]);
    };
    const capture = await networks.open.capture(network.id, {
      ...{ form, take },
      ...(card === undefined ? {} : { card }),
      ...(filter === undefined ? {} : { filter }),
    });
    started.resolve(capture);
    connect(capture, stream, () => written);
    return {};
  };
}

/** @param written resolves when all that was captured up to now has left */
function connect(capture: PacketCapture, stream: Stream, written: () => Promise<unknown>): void {
  const finish = async (): Promise<void> => {
    const { packets, droppedPackets } = await capture.stop();
    await written();
    stream.end({ packets, droppedPackets });
  };
  const end = (): void => void finish().catch((error: unknown) => stream.fail(error));
  // The client has read enough, or has gone, or the network ended.
  stream.onFinish(end);
  stream.onClose(() => void capture.stop().catch(() => undefined));
  void capture.ended.then(end);
}

/** @throws AppError 'not-found' when the machine has no card on the network */
function cardOf(
  hypervisor: Hypervisor,
  reference: string,
  { id, name }: { readonly id: string; readonly name: string },
  doing: string,
): string {
  const machine = hypervisor.get(reference, 'capture packets of');
  const card = machine.definition.cards.find(({ network }) => network === id);
  if (card) return cardKey(machine.id, card.slot);
  const because = `${machine.name} has no card on network ${name}`;
  throw new AppError({ code: 'not-found', doing, because });
}
