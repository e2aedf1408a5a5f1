import { formatAddress } from '../gateway/address-text.ts';
import { DHCP_TYPE } from '../gateway/dhcp/message.ts';
import type { UdpHeader } from '../wire-format/udp.ts';
import { dnsSaid } from './dns-summary.ts';
import type { Said } from './said.ts';
import { portText } from './tcp-summary.ts';

const DNS_PORTS = new Map([
  [53, 'DNS'],
  [5353, 'mDNS'],
]);
const BOOTP_SERVER = 67;
const BOOTP_CLIENT = 68;
/** RFC 2131 §2: options begin behind the fixed fields and the magic cookie. */
const BOOTP_OPTIONS_AT = 240;
const OPTION = { pad: 0, requestedAddress: 50, messageType: 53, end: 255 } as const;
const DHCP_NAMES = new Map<number, string>(Object.entries(DHCP_TYPE).map(([name, type]) => [type, name]));

export function udpSummary(frame: Uint8Array, { sourcePort, destinationPort, dataAt, end }: UdpHeader): Said {
  const data = frame.subarray(dataAt, end);
  const protocol = DNS_PORTS.get(destinationPort) ?? DNS_PORTS.get(sourcePort);
  const dns = protocol === undefined ? null : dnsSaid(data);
  if (protocol !== undefined && dns !== null) return { protocol, info: dns };
  const isBootp = [sourcePort, destinationPort].every((port) => port === BOOTP_CLIENT || port === BOOTP_SERVER);
  const dhcp = isBootp ? dhcpSaid(data) : null;
  if (dhcp !== null) return { protocol: 'DHCP', info: dhcp };
  return { protocol: 'UDP', info: `${portText(sourcePort)} → ${portText(destinationPort)} len ${data.length}` };
}

/** "request 10.86.0.2", "ack 10.86.0.2"; RFC 2132 §9.6. */
function dhcpSaid(data: Uint8Array): string | null {
  if (data.length < BOOTP_OPTIONS_AT) return null;
  let type = '';
  let address = formatAddress(data.subarray(16, 20));
  let at = BOOTP_OPTIONS_AT;
  while (at < data.length && data[at] !== OPTION.end) {
    const length = data[at] === OPTION.pad ? 1 : 2 + (data[at + 1] ?? 0);
    if (data[at] === OPTION.messageType) type = DHCP_NAMES.get(data[at + 2] ?? 0) ?? '';
    if (data[at] === OPTION.requestedAddress && length === 6 && at + 6 <= data.length) {
      address = formatAddress(data.subarray(at + 2, at + 6));
    }
    at += length;
  }
  if (type === '') return null;
  return address === '0.0.0.0' ? type : `${type} ${address}`;
}
