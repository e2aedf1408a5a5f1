import type { GuestRam } from '../../guest-ram.ts';
import { gather, scatter } from '../chain.ts';
import type { Virtqueue } from '../queue.ts';
import { ACK, ANNOUNCE_ACKNOWLEDGE, CONTROL, MAC_TABLE_SET } from './net-protocol.ts';

/** struct virtio_net_ctrl without its data: class and command. */
const COMMAND_BYTES = 2;
/** Looked at before the guest runs again. */
const BATCH = 64;

export interface ControlEvents {
  /** The driver has told the network where it is. */
  announced(): void;
  /** It does what it must not. */
  broken(why: string): void;
}

/**
 * virtio 1.3 §5.1.6.5 "Control Virtqueue". A driver may say what it wants to receive: the switch brings a card what is for
 * it, and what is for all, so that there is nothing to filter here.
 * @returns whether it was cut off and more could be done at once
 */
export function obeyControl(ram: GuestRam, queue: Virtqueue, events: ControlEvents): boolean {
  let left = BATCH;
  for (let chain = queue.peek(); chain && left > 0; chain = queue.peek(), left--) {
    if (chain.readableBytes < COMMAND_BYTES || chain.writableBytes < 1) {
      events.broken('a command for a network card without a place for its answer');
      break;
    }
    const command = new Uint8Array(COMMAND_BYTES);
    gather(ram, chain.readable, command);
    const ack = answer(command[0] ?? 0, command[1] ?? 0, events);
    queue.complete(scatter(ram, chain.writable, Uint8Array.of(ack)));
  }
  queue.tell();
  return left <= 0;
}

function answer(kind: number, command: number, events: ControlEvents): number {
  // Promiscuous, all multicast and the like: each on or off.
  if (kind === CONTROL.receiving) return command <= 5 ? ACK.ok : ACK.error;
  if (kind === CONTROL.macFilter) return command === MAC_TABLE_SET ? ACK.ok : ACK.error;
  if (kind !== CONTROL.announce || command !== ANNOUNCE_ACKNOWLEDGE) return ACK.error;
  events.announced();
  return ACK.ok;
}
