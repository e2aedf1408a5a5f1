import { type PacketSummary, packetSummarySchema } from '../../src-core/contract/networks.ts';

/** Cuts a stream of JSON lines, in whatever pieces it comes, into packets. A line that is none is passed over. */
export class PacketLines {
  readonly #decoder = new TextDecoder();
  #rest = '';

  push(bytes: Uint8Array): readonly PacketSummary[] {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => readLine(line));
  }
}

function readLine(line: string): PacketSummary[] {
  try {
    const parsed = packetSummarySchema.safeParse(JSON.parse(line));
    return parsed.success ? [parsed.data] : [];
  } catch {
    return [];
  }
}
