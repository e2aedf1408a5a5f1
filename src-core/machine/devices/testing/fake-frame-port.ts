import { joinBytes } from '../../../base/join-bytes.ts';
import type { Frame, FramePort, Offload } from '../../../host/frame-port.ts';
import { COMPLETE } from '../../../host/frame-port.ts';

/** A cable whose other end is the test. */
export class FakeFramePort implements FramePort {
  /** What came over the cable. */
  readonly sent: Frame[] = [];
  /** What waits for the card. */
  readonly waiting: Frame[] = [];
  /** Frames that there is room for. */
  room = Infinity;
  flushes = 0;
  /** What the card said last that it takes unfinished. */
  told: number | undefined;
  readonly peerCan = 15;

  /** Puts a frame of so many bytes, each of them its number, onto the cable. */
  bring(length: number, offload: Offload = COMPLETE): Uint8Array {
    const bytes = Uint8Array.from({ length }, (_, at) => at % 251);
    this.waiting.push({ bytes, offload });
    return bytes;
  }

  send(pieces: readonly Uint8Array[], offload: Offload): boolean {
    if (this.sent.length >= this.room) return false;
    this.sent.push({ bytes: joinBytes(pieces), offload });
    return true;
  }

  peek(): Frame | null {
    return this.waiting[0] ?? null;
  }

  take(): void {
    this.waiting.shift();
  }

  flush(): void {
    this.flushes++;
  }

  tell(can: number): void {
    this.told = can;
  }
}
