import type { IpHeader } from '../wire-format/ip.ts';
import { parseTcpOptions, TCP_FLAG } from '../wire-format/tcp.ts';
import type { TcpHeader } from '../wire-format/tcp.ts';
import { portName } from './known-ports.ts';
import type { Said } from './said.ts';
import { serverNameOf } from './tls-server-name.ts';

const FLAG_NAMES = Object.entries(TCP_FLAG).map(([name, bit]) => ({ name: name.toUpperCase(), bit }));
/** Of requests and responses, RFC 9112 §3, §4. */
const HTTP_LINE =
  /^(?:(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|CONNECT|TRACE) \S+ HTTP\/1\.[01]|HTTP\/1\.[01] \d{3}[^\r\n]*)/;
const MOST_LINE_BYTES = 200;

/** "49152 → 80 (http) [SYN] seq 0 win 64240 mss 1460". */
export function tcpSummary(frame: Uint8Array, { end }: IpHeader, tcp: TcpHeader): Said {
  const data = frame.subarray(tcp.dataAt, end);
  const known = data.length > 0 ? contentOf(data) : null;
  if (known !== null) return known;
  const flags = FLAG_NAMES.filter(({ bit }) => (tcp.flags & bit) !== 0).map(({ name }) => name);
  const parts = [`${portText(tcp.sourcePort)} → ${portText(tcp.destinationPort)}`, `[${flags.join(' ')}]`];
  parts.push(`seq ${tcp.sequence}`);
  if ((tcp.flags & TCP_FLAG.ack) !== 0) parts.push(`ack ${tcp.acknowledgment}`);
  parts.push(`win ${tcp.window}`);
  if (data.length > 0) parts.push(`len ${data.length}`);
  return { protocol: 'TCP', info: [...parts, ...optionsOf(frame, tcp)].join(' ') };
}

export function portText(port: number): string {
  const name = portName(port);
  return name === null ? String(port) : `${port} (${name})`;
}

function optionsOf(frame: Uint8Array, tcp: TcpHeader): string[] {
  const { maximumSegment, windowScale, sackPermitted, sack } = parseTcpOptions(frame, tcp);
  const isSyn = (tcp.flags & TCP_FLAG.syn) !== 0;
  const parts = sack.map(([left, right]) => `sack ${left}-${right}`);
  if (isSyn && maximumSegment !== null) parts.push(`mss ${maximumSegment}`);
  if (isSyn && windowScale !== null) parts.push(`wscale ${windowScale}`);
  if (isSyn && sackPermitted) parts.push('sack permitted');
  return parts;
}

function contentOf(data: Uint8Array): Said | null {
  const serverName = serverNameOf(data);
  if (serverName !== null) return { protocol: 'TLS', info: `Client Hello for ${serverName}` };
  const isUpper = (data[0] ?? 0) >= 0x41 && (data[0] ?? 0) <= 0x5a;
  if (!isUpper) return null;
  const [line] = HTTP_LINE.exec(String.fromCharCode(...data.subarray(0, MOST_LINE_BYTES))) ?? [];
  return line === undefined ? null : { protocol: 'HTTP', info: line };
}
