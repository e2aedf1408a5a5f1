import type { Disposable } from '../../../base/disposable.ts';
import { AppError } from '../../../base/errors.ts';
import type { NodeNetwork } from '../../node/node-runtime.ts';
import { addressIn, parseNetwork } from '../../../network/subnet.ts';
import type { Station } from '../../../network/network-runner.ts';
import type { EngineNode } from '../nodes/node.ts';
import type { EngineSurroundings } from '../surroundings.ts';
import type { ContainerDefinition } from './definition.ts';

/** Domain of the names of machines and containers on a network. */
const DOMAIN = 'inn';

/** How a container is on its network in one run. */
export interface Connection extends Disposable {
  readonly node: NodeNetwork;
  /** Null where it is on none. */
  readonly target: { readonly network: string; readonly address: string } | null;
  /** Its name for others. */
  rename(name: string): void;
}

export const NOT_CONNECTED: Connection = {
  node: { kind: 'none' },
  target: null,
  rename: () => undefined,
  dispose: () => undefined,
};

export interface Addresses extends Pick<EngineSurroundings, 'networks'> {
  /** Takes the addresses on a network from the containers that have ended. */
  readonly freeAddresses: (network: string) => void;
}

type Who = Pick<ContainerDefinition, 'id' | 'name' | 'network'>;

/** Brings a container onto its network, through its node's card there. @throws AppError 'not-found', 'no-room' */
export async function connectContainer(
  { id, name, network }: Who,
  node: EngineNode,
  { networks, freeAddresses }: Addresses,
  doing: string,
): Promise<Connection> {
  if (network === null) return NOT_CONNECTED;
  const document = networks.find(network.id);
  const address = giveAddress({ networks, freeAddresses }, network, doing);
  if (!document || address === null) {
    const hint = 'Make the container anew on a network that is there.';
    throw new AppError({ code: 'not-found', doing, because: 'its network is not there any more', hint });
  }
  const use = node.hold(networkUse(network.id));
  const subnet = parseNetwork(document.subnet) ?? { address: document.subnet, length: 24 };
  let station: Station;
  let card: string;
  try {
    card = await node.machine.card(network.id, (other) => node.isHeld(networkUse(other)), doing);
    station = await networks.open.station(network.id, {
      ...{ key: `${id}:0`, name, mac: network.mac, address },
      behind: node.id,
    });
  } catch (error) {
    use.dispose();
    throw error;
  }
  return {
    node: {
      kind: 'own',
      card,
      mac: network.mac,
      address,
      prefix: subnet.length,
      gateway: addressIn(subnet, 1),
      domain: DOMAIN,
    },
    target: { network: network.id, address },
    rename: (next) => station.rename(next),
    dispose: () => {
      station.dispose();
      use.dispose();
    },
  };
}

/** Those that have ended keep their addresses, as long as there are others. @throws AppError 'no-room' */
function giveAddress(
  { networks, freeAddresses }: Addresses,
  { id, mac }: { id: string; mac: string },
  doing: string,
): string | null {
  try {
    return networks.leases.give(id, mac, doing);
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'no-room')) throw error;
    freeAddresses(id);
    return networks.leases.give(id, mac, doing);
  }
}

/** What of a node is used by who is on a network. */
export function networkUse(network: string): string {
  return `network ${network}`;
}
