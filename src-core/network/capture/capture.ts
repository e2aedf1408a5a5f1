import { inOnePiece } from '../../base/join-bytes.ts';
import type { PacketSummary } from '../../contract/networks.ts';
import type { CaptureCounts, CaptureRequest } from '../network-runner.ts';
import { finished } from '../switch/offload.ts';
import { EVERYBODY } from '../switch/switch.ts';
import type { FrameWatcher } from '../switch/switch.ts';
import { dissect } from '../wire-format/dissection.ts';
import type { Dissection } from '../wire-format/dissection.ts';
import { compileFilter } from './filter.ts';
import { pcapHeader, pcapRecord } from './pcap.ts';
import { summarize } from './summary.ts';

/** Given on at once: each piece costs its reader a message. */
const PIECE_BYTES = 128 * 1024;

export type CaptureTarget = Omit<CaptureRequest, 'take'> & {
  /** @returns false when there was no room: then its packets are dropped */
  take(bytes: Uint8Array): boolean;
};

/**
 * Packets of a network for one reader. In a pcap file they are as they would be on a wire: cut into segments, with all
 * checksums. So other programs find nothing wrong, and nothing longer than an MTU. A list has one line for what was sent
 * as one.
 */
export class Capture {
  readonly #target: CaptureTarget;
  readonly #time: () => number;
  readonly #accepts: (packet: Dissection) => boolean;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #packetsInPieces = 0;
  #number = 0;
  #packets = 0;
  #droppedPackets = 0;

  /** @throws AppError 'invalid-input' for a filter that has a mistake. @param time milliseconds since 1970-01-01 UTC */
  constructor(target: CaptureTarget, time: () => number) {
    this.#target = target;
    this.#time = time;
    this.#accepts = compileFilter(target.filter ?? '');
    if (target.form === 'pcap') target.take(pcapHeader());
  }

  /** A frame that a station has sent. */
  see: FrameWatcher = (from, to, pieces, offload) => {
    if (!this.#concerns(from, to)) return;
    const frame = inOnePiece(pieces);
    const packet = dissect(frame);
    if (packet === null || !this.#accepts(packet)) return;
    const at = this.#time();
    if (this.#target.form === 'pcap') for (const each of finished(frame, offload)) this.#add(pcapRecord(each, at));
    else this.#add(lineOf({ number: ++this.#number, at, from, ...summarize(packet) }));
  };

  /** Gives on what there is. */
  flush(): void {
    if (this.#packetsInPieces === 0) return;
    if (this.#target.take(inOnePiece(this.#pieces))) this.#packets += this.#packetsInPieces;
    else this.#droppedPackets += this.#packetsInPieces;
    this.#pieces = [];
    this.#bytes = 0;
    this.#packetsInPieces = 0;
  }

  get counts(): CaptureCounts {
    return { packets: this.#packets, droppedPackets: this.#droppedPackets };
  }

  /** What goes to everybody goes to the card, too. */
  #concerns(from: string, to: string): boolean {
    const { card } = this.#target;
    return card === undefined || from === card || to === card || to === EVERYBODY;
  }

  #add(record: Uint8Array): void {
    if (this.#bytes + record.length > PIECE_BYTES) this.flush();
    this.#pieces.push(record);
    this.#bytes += record.length;
    this.#packetsInPieces++;
  }
}

const ENCODER = new TextEncoder();

function lineOf(summary: PacketSummary): Uint8Array {
  return ENCODER.encode(`${JSON.stringify(summary)}\n`);
}
