import type { CardView, ForwardView, LinkConditionsView, NetworkView } from '../../src-core/contract/networks.ts';
import { attempt } from '../parts/attempt.ts';
import { confirm } from '../parts/ConfirmDialog.tsx';
import { type Availability, available } from '../parts/GuardedButton.tsx';
import { countOf } from '../parts/quantities.ts';
import { tellDone, tellUndoable } from '../parts/tell.ts';
import { goToNetwork } from '../state/place.ts';
import { service } from '../state/session.ts';
import { isDefault } from './links.ts';

/** A machine as far as its cards and forwards are concerned. */
export interface MachineRef {
  readonly id: string;
  readonly name: string;
}

/** Pulls a card's cable, or puts it back. */
export function setCable({ id, name }: MachineRef, slot: number, connected: boolean): Promise<boolean> {
  const doing = connected ? `put the cable back into machine ${name}` : `pull the cable of machine ${name}`;
  return attempt(doing, () => service().connections.changeCard({ machine: id, slot, connected }));
}

export function moveCard({ id, name }: MachineRef, slot: number, network: string): Promise<boolean> {
  return attempt(`connect machine ${name} to another network`, () =>
    service().connections.changeCard({ machine: id, slot, network }),
  );
}

/** A card comes back with Undo: with its address of the hardware, so that it is the same for its network. */
export async function removeCard(machine: MachineRef, { slot, network, networkName, mac }: CardView): Promise<void> {
  const { id, name } = machine;
  const remove = () => service().connections.removeCard({ machine: id, slot });
  if (!(await attempt(`take a network card from machine ${name}`, remove))) return;
  const again = () => service().connections.addCard({ machine: id, network, mac });
  tellUndoable(
    `${name} has no card ${slot} on ${networkName} any more`,
    () => void attempt(`give a network card to machine ${name}`, again),
    () => undefined,
  );
}

export async function removeForward({ id, name }: MachineRef, forward: ForwardView): Promise<void> {
  const { protocol, address, port, guestPort } = forward;
  const doing = `forward port ${port} no more to machine ${name}`;
  if (!(await attempt(doing, () => service().connections.removeForward({ machine: id, protocol, address, port })))) {
    return;
  }
  const again = () => service().connections.addForward({ machine: id, protocol, address, port, guestPort });
  tellUndoable(
    `Port ${port} does not lead to ${name} any more`,
    () => void attempt(`forward port ${port} to machine ${name}`, again),
    () => undefined,
  );
}

/** Another port of this computer for the same port of the guest. */
export async function takeOtherPort({ id, name }: MachineRef, forward: ForwardView, port: number): Promise<void> {
  const { protocol, address, guestPort } = forward;
  await attempt(`forward port ${port} to machine ${name}`, async () => {
    await service().connections.addForward({ machine: id, protocol, address, port, guestPort });
    await service().connections.removeForward({ machine: id, protocol, address, port: forward.port });
  });
}

export function setConditions({ id, name }: NetworkView, conditions: LinkConditionsView): Promise<boolean> {
  return attempt(`change network ${name}`, () => service().networks.change({ network: id, conditions }));
}

async function setReachesHost({ id, name }: NetworkView, reachesHost: boolean): Promise<void> {
  await attempt(`change network ${name}`, () => service().networks.change({ network: id, reachesHost }));
}

/** Opening this computer is asked about; closing it is not. */
export function changeReachesHost(network: NetworkView, reachesHost: boolean): void {
  if (!reachesHost) return void setReachesHost(network, false);
  confirm({
    title: `Let the guests of ${network.name} reach this computer?`,
    text: 'Every guest on this network can then use what listens on this computer for itself alone (127.0.0.1): databases, printers, development servers, Innkeeper’s own page. Many of them ask for no password. Guests find it by the name host.inn.',
    verb: 'Let them reach it',
    danger: true,
    onAgree: () => void setReachesHost(network, true),
  });
}

/** Whether a network can be deleted, and what stands in the way. */
export function removal(network: NetworkView): Availability {
  if (isDefault(network)) return { can: false, why: 'The default network is always there.' };
  const containers = network.containers ?? [];
  if (containers.length > 0) {
    const names = containers.map(({ name }) => name).slice(0, 5);
    return {
      can: false,
      why: `${countOf(containers.length, 'container')} on it: ${names.join(', ')}${containers.length > 5 ? ', …' : ''}. Stop ${containers.length === 1 ? 'it' : 'them'} first.`,
      remedy: { label: 'Show them', run: () => goToNetwork(network.id, 'guests') },
    };
  }
  const machines = [...new Set(network.guests.map(({ machineName }) => machineName))];
  if (machines.length === 0) return available;
  const shown = machines.slice(0, 5).join(', ') + (machines.length > 5 ? ', …' : '');
  return {
    can: false,
    why: `${countOf(machines.length, 'machine')} on it: ${shown}. Move ${machines.length === 1 ? 'its card' : 'their cards'} to another network, or take ${machines.length === 1 ? 'it' : 'them'} away, first.`,
    remedy: { label: 'Show them', run: () => goToNetwork(network.id, 'guests') },
  };
}

export function askRemoveNetwork({ id, name, subnet }: NetworkView): void {
  const remove = async () => {
    const done = await attempt(`remove network ${name}`, () => service().networks.remove({ network: id }));
    if (!done) return;
    goToNetwork(null);
    tellDone(`Network ${name} is deleted`);
  };
  confirm({
    title: `Delete network ${name}?`,
    text: `Nothing is connected to it. Its addresses (${subnet}), its conditions and its name are given up.`,
    verb: 'Delete network',
    danger: true,
    onAgree: () => void remove(),
  });
}
