import { Copy, X } from 'lucide-react';
import type { NetworkView, PacketSummary } from '../../src-core/contract/networks.ts';
import { IconButton } from '../parts/Button.tsx';
import { copyText } from '../parts/clipboard.ts';
import { hexDump } from './hex-dump.ts';

/** A jumbo of 64 KiB is told by its beginning. */
const SHOWN_BYTES = 2048;

interface PacketDetailsProps {
  readonly network: NetworkView;
  readonly packet: PacketSummary;
  /** null: they are not kept any more. */
  readonly bytes: Uint8Array | null;
  close(): void;
}

/** The keys of cards begin with the id of their machine. */
function sender(network: NetworkView, from: string): string {
  if (from === '') return 'gateway';
  return network.guests.find(({ machine }) => from.startsWith(machine))?.machineName ?? 'a machine that has gone';
}

/** One packet: what it is in words, and its bytes. */
export function PacketDetails({ network, packet, bytes, close }: PacketDetailsProps) {
  const { number, source, destination, protocol, info } = packet;
  const dump = bytes === null ? null : hexDump(bytes, SHOWN_BYTES);
  return (
    <section className="packet-details" aria-label={`Packet ${number}`}>
      <header className="row row-tight">
        <h3 className="section-title">Packet {number}</h3>
        <span className="faint">
          {protocol}, {packet.bytes} bytes, sent by {sender(network, packet.from)}
        </span>
        <span className="toolbar-gap" />
        {dump !== null && (
          <IconButton small icon={Copy} label="Copy its bytes" onClick={() => void copyText(dump, 'The packet')} />
        )}
        <IconButton small icon={X} label="Close the packet" onClick={close} />
      </header>
      <p className="packet-words">
        {source} → {destination}: {info}
      </p>
      {dump === null ? (
        <p className="faint">Its bytes are not kept any more.</p>
      ) : (
        <pre className="packet-dump" tabIndex={0} aria-label="Bytes">
          {dump}
        </pre>
      )}
    </section>
  );
}
