import type { GuestDatagram, UdpReply, UdpService } from '../udp/udp-service.ts';
import type { DnsAnswer, DnsForwarder } from './dns-forwarder.ts';
import { DNS_PORT, EDNS_UDP_BYTES, PLAIN_UDP_BYTES } from './message.ts';
import { truncated } from './response.ts';

/** Queries are short: longer ones are not read. */
export const MOST_QUERY_BYTES = 4096;

/** DNS in datagrams, RFC 1035 §4.2.1. */
export class DnsOverUdp implements UdpService {
  readonly port = DNS_PORT;
  readonly #forwarder: DnsForwarder;

  constructor(forwarder: DnsForwarder) {
    this.#forwarder = forwarder;
  }

  receive({ data, source }: GuestDatagram, reply: UdpReply): void {
    if (data.length > MOST_QUERY_BYTES) return;
    void this.#forwarder.answer(data, source).then((answer) => {
      if (answer !== null) reply(fitting(answer));
    });
  }
}

/** RFC 6891 §6.2.5: no longer than the guest says that it takes, nor than goes without fragments. */
function fitting({ query, message }: DnsAnswer): Uint8Array {
  const most = query?.edns ? Math.min(query.edns.udpBytes, EDNS_UDP_BYTES) : PLAIN_UDP_BYTES;
  return query === null || message.length <= most ? message : truncated(query, message);
}
