import type { CardIdentity } from '../protocol.ts';
import { findTool, isDirectory } from './environment.ts';
import { entries } from './files.ts';
import { isPciAddress, virtioDevices } from './pci.ts';
import { os, readSmallFile } from './quickjs.ts';
import { invalid, type Failure } from './request-failure.ts';
import { failureOf, toolEnds } from './tool.ts';

const DEVICES = '/sys/bus/pci/devices';
/** An individual address: its first byte is even. */
const MAC = /^[0-9a-f][02468ace](?::[0-9a-f]{2}){5}$/;
const IFF_UP = 1;

/**
 * Where a system of ours has nothing that watches its cards (systemd-networkd does), this brings them up. Its arguments
 * are names of cards that begin anew; without any, the cards that nothing was done for yet are brought up.
 */
const NETWORK_SCRIPT = '/usr/lib/innkeeper/network';

/** dhcpcd(8): what it tells servers who it is by, where somebody has installed it. */
const DHCPCD = { folder: '/var/lib/dhcpcd', running: '/run/dhcpcd', unit: 'dhcpcd.service' };

/** @throws what a host is told that asks for something else */
export function checkCards(cards: unknown): void {
  if (!Array.isArray(cards)) throw invalid('those are no network cards');
  for (const { pci, mac } of cards as readonly Partial<CardIdentity>[]) {
    if (!isPciAddress(pci)) throw invalid('that is no address of a PCI device');
    if (typeof mac !== 'string' || !MAC.test(mac)) throw invalid('that is no address of a network card');
  }
}

/**
 * Gives cards other addresses. Whatever the network has given to the old ones is forgotten, so that two copies of one
 * guest never use one address. A card without a driver needs nothing: the driver will read the new address from it.
 */
export async function renewCards(cards: readonly CardIdentity[]): Promise<Failure> {
  if (cards.length === 0) return undefined;
  const failures: string[] = [];
  const renewed: string[] = [];
  for (const { pci, mac } of cards) {
    for (const name of interfacesOf(pci)) {
      const failure = await renew(name, mac);
      if (failure === undefined) renewed.push(name);
      else failures.push(`${name}: ${failure}`);
    }
  }
  await forgetDhcpcd();
  if (renewed.length > 0) failures.push(...told(await runNetworkScript(renewed)));
  return failures.length > 0 ? failures.join('; ') : undefined;
}

/** Cables were plugged in: the cards ask for addresses anew. */
export function bringUpCards(cards: unknown): Promise<Failure> {
  if (cards !== undefined && !(Array.isArray(cards) && cards.every(isPciAddress))) {
    throw invalid('those are no addresses of PCI devices');
  }
  const names = ((cards as readonly string[] | undefined) ?? entries(DEVICES)).flatMap(interfacesOf);
  return names.length > 0 ? runNetworkScript(names) : Promise.resolve(undefined);
}

/** Brings up cards that were found just now, and ends what was done for those that are gone. */
export function settleCards(): Promise<Failure> {
  return runNetworkScript([]);
}

/** @returns "eth0" */
function interfacesOf(pci: string): readonly string[] {
  return virtioDevices(`${DEVICES}/${pci}`).flatMap((device) => entries(`${device}/net`));
}

/** One that refuses its new address stays down: better no network than somebody else's address. */
async function renew(name: string, mac: string): Promise<Failure> {
  const wasUp = (Number(readSmallFile(`/sys/class/net/${name}/flags`) ?? 0) & IFF_UP) !== 0;
  for (const command of findTool('ip') === undefined ? byIfconfig(name, mac) : byIp(name, mac)) {
    const failure = failureOf(command[0] ?? '', await toolEnds(command));
    if (failure !== undefined) return failure;
  }
  if (!wasUp) return undefined;
  const up = findTool('ip') === undefined ? ['ifconfig', name, 'up'] : ['ip', 'link', 'set', 'dev', name, 'up'];
  return failureOf(up[0] ?? '', await toolEnds(up));
}

/** IPv6 addresses go with the link; those of IPv4 must be taken away. */
const byIp = (name: string, mac: string): readonly (readonly string[])[] => [
  ['ip', 'link', 'set', 'dev', name, 'down'],
  ['ip', 'addr', 'flush', 'dev', name],
  ['ip', 'link', 'set', 'dev', name, 'address', mac],
];

const byIfconfig = (name: string, mac: string): readonly (readonly string[])[] => [
  ['ifconfig', name, 'down'],
  ['ifconfig', name, '0.0.0.0', 'down'],
  ['ifconfig', name, 'hw', 'ether', mac],
];

/** Its name for itself is kept in a file, and in its memory. */
async function forgetDhcpcd(): Promise<void> {
  for (const file of entries(DHCPCD.folder)) {
    if (file === 'duid' || /\.lease6?$/.test(file)) os.remove(`${DHCPCD.folder}/${file}`);
  }
  if (isDirectory(DHCPCD.running)) await toolEnds(['systemctl', '--no-block', 'try-restart', DHCPCD.unit]);
}

async function runNetworkScript(names: readonly string[]): Promise<Failure> {
  if (os.stat(NETWORK_SCRIPT)[0] === null) return undefined;
  return failureOf('the network', await toolEnds([NETWORK_SCRIPT, ...names]));
}

const told = (failure: Failure): readonly string[] => (failure === undefined ? [] : [failure]);
