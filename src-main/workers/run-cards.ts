import { assert } from '../../src-core/base/errors.ts';
import type { FramePort } from '../../src-core/host/frame-port.ts';
import { Doorbell } from '../../src-core/hypervisor/pipes/doorbell.ts';
import { CableEnd } from '../../src-core/hypervisor/pipes/frame-ring.ts';
import type { RunCardSpec } from '../../src-core/hypervisor/runner.ts';
import type { CardInSlot } from '../../src-core/machine/board-interface.ts';
import type { CableToNetwork } from '../../src-core/network/network-runner.ts';

const MAC = /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/i;

/** A network card as its board knows it. What is in its cable wakes this machine's thread by the thread's own doorbell. */
export function cardInSlot({ slot, mac, cable }: RunCardSpec): CardInSlot {
  assert(MAC.test(mac), `"${mac}" is no address of a network card`);
  return { slot, mac: Uint8Array.from(mac.split(':'), (byte) => Number.parseInt(byte, 16)), port: cardEnd(cable) };
}

/** The card's end of a cable; null for none. */
export function cardEnd(cable: CableToNetwork | null): FramePort | null {
  return cable && new CableEnd(cable, 'card', new Doorbell(cable.bell));
}
