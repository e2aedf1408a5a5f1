import type { FramePort } from '../../../src-core/host/frame-port.ts';
import { CAN } from '../../../src-core/host/frame-port.ts';
import { Doorbell } from '../../../src-core/hypervisor/pipes/doorbell.ts';
import { allocateCable, CableEnd } from '../../../src-core/hypervisor/pipes/frame-ring.ts';
import type { CableToNetwork } from '../../../src-core/network/network-runner.ts';

const MAC = Uint8Array.of(2, 0, 0, 0, 0, 0xfe);
const ARP = 0x0806;
const IPV4 = 0x0800;

/** The other end of one card's cable, in this thread: whatever address it is asked for, it has, and it answers pings. */
export class AnsweringNetwork {
  readonly cable: CableToNetwork;
  /** IPv4 addresses that somebody said to have without having been asked, and when it asked for others. */
  readonly announced: string[] = [];
  readonly #bell = new Doorbell();
  readonly #port: FramePort;
  #isOver = false;

  /** @param machine doorbell of the card's thread */
  constructor(machine: SharedArrayBuffer) {
    const buffers = allocateCable();
    this.cable = { ...buffers, bell: this.#bell.buffer };
    this.#port = new CableEnd(buffers, 'network', new Doorbell(machine));
    this.#port.tell(CAN.checksum | CAN.tcp4 | CAN.tcp6 | CAN.ecn);
    void this.#serve();
  }

  end(): void {
    this.#isOver = true;
    this.#bell.ring();
  }

  async #serve(): Promise<void> {
    while (!this.#isOver) {
      const seen = this.#bell.count;
      for (let frame = this.#port.peek(); frame; frame = this.#port.peek()) {
        const answer = this.#answer(Uint8Array.from(frame.bytes));
        this.#port.take();
        if (answer) this.#port.send([answer], { ...frame.offload, flags: 0 });
      }
      this.#port.flush();
      await this.#bell.rung(seen);
    }
  }

  /** RFC 826 and RFC 792: who asked becomes who is answered. */
  #answer(frame: Uint8Array): Uint8Array | null {
    const type = ((frame[12] ?? 0) << 8) | (frame[13] ?? 0);
    const [sender, asked] =
      type === ARP ? [frame.slice(28, 32), frame.slice(38, 42)] : [frame.slice(26, 30), frame.slice(30, 34)];
    const answer = frame.slice();
    answer.set(frame.subarray(6, 12), 0);
    answer.set(MAC, 6);
    if (type === ARP) {
      this.announced.push(sender.join('.'));
      if (frame[21] !== 1 || sender.join() === asked.join()) return null;
      answer.set([2, ...MAC, ...asked, ...frame.subarray(22, 32)], 21);
      return answer;
    }
    if (type !== IPV4 || frame[23] !== 1 || frame[34] !== 8) return null;
    answer.set([...asked, ...sender], 26);
    answer[34] = 0;
    // RFC 1624: the type was 8 and is 0 now, so that the checksum grows by 0x800.
    const sum = ((frame[36] ?? 0) << 8) + (frame[37] ?? 0) + 0x800;
    answer.set([((sum + (sum >>> 16)) >>> 8) & 0xff, (sum + (sum >>> 16)) & 0xff], 36);
    return answer;
  }
}
