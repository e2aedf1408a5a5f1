import type { Failure } from '../../../src-core/contract/failures.ts';
import type { ForwardView, LinkConditionsView, NetworkView } from '../../../src-core/contract/networks.ts';
import { facts, table } from '../output.ts';
import { formatRate, formatSize } from '../quantities.ts';

export function networksText(networks: readonly NetworkView[]): string {
  const rows = networks.map((network) => [
    network.name,
    network.subnet,
    network.subnet6,
    reachText(network),
    String(new Set(network.guests.map(({ machine }) => machine)).size),
    network.failure ? 'failed' : conditionsText(network.conditions),
  ]);
  return table(['NAME', 'SUBNET', 'IPV6', 'REACHES', 'MACHINES', 'LINES'], rows);
}

export function networkText(network: NetworkView): string {
  const { flows } = network;
  const about = facts([
    ['name', network.name],
    ['id', network.id],
    ['subnet', `${network.subnet}, gateway ${network.gateway}`],
    ['IPv6', `${network.subnet6}, gateway ${network.gateway6}`],
    ['reaches', reachText(network)],
    ['lines', conditionsText(network.conditions)],
    ['created', new Date(network.createdAt).toISOString()],
    ...(network.failure ? [['failed', failedText(network.failure)] as const] : []),
    ...(flows === null
      ? []
      : [['carries', `${flows.tcp} TCP, ${flows.udp} UDP, ${flows.echo} echo (through its gateway)`] as const]),
  ]);
  return [about, guestsText(network)].filter((part) => part !== '').join('\n\n');
}

function failedText({ because, hint }: Failure): string {
  return hint === undefined ? because : `${because}. ${hint}`;
}

function guestsText({ guests }: NetworkView): string {
  if (guests.length === 0) return '';
  const rows = guests.map(({ machineName, running, card, seenAddresses, forwards }) => [
    machineName,
    String(card.slot),
    card.mac,
    // What DHCP gives comes first; a guest may have taken others.
    [card.address ?? '-', ...seenAddresses.filter((address) => address !== card.address)].join(' '),
    running ? (card.connected ? 'connected' : 'unplugged') : 'off',
    card.traffic === null
      ? '-'
      : `${formatSize(card.traffic.sentBytes)} sent, ${formatSize(card.traffic.receivedBytes)} received`,
    forwards.map(forwardText).join(' '),
  ]);
  return table(['MACHINE', 'CARD', 'MAC', 'ADDRESSES', 'STATE', 'TRAFFIC', 'FORWARDS'], rows);
}

/** "127.0.0.1:8080->80/tcp", "[::1]:53->53/udp" */
export function forwardText({ address, port, guestPort, protocol }: ForwardView): string {
  return `${endpointText(address, port)}->${guestPort}/${protocol}`;
}

export function endpointText(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

export function conditionsText({ delayMs, lossPercent, bitsPerSecond }: LinkConditionsView): string {
  const parts = [
    ...(delayMs === 0 ? [] : [`${delayMs} ms delay`]),
    ...(lossPercent === 0 ? [] : [`${lossPercent} % loss`]),
    ...(bitsPerSecond === null ? [] : [formatRate(bitsPerSecond)]),
  ];
  return parts.length === 0 ? 'perfect' : parts.join(', ');
}

function reachText({ internal, reachesHost }: NetworkView): string {
  const world = internal ? 'itself' : 'the world';
  return reachesHost ? `${world} and this computer` : world;
}
