import { AppError } from '../../../src-core/base/errors.ts';
import type { ContainerEngine } from '../../../src-core/containers/engine/container-engine.ts';
import type { InnkeeperHandlers } from '../../../src-core/contract/contract.ts';
import type { Hypervisor } from '../../../src-core/hypervisor/hypervisor.ts';
import type { ConnectionsOfMachine } from '../../../src-core/hypervisor/connections/connections-of-machine.ts';
import type { NetworkDocument } from '../../../src-core/network/network-document.ts';
import type { Networks } from '../../../src-core/network/networks.ts';
import { captureStream } from './capture-stream.ts';

type NetworkHandlers = Pick<InnkeeperHandlers, 'networks' | 'connections'>;

export function networkHandlers(networks: Networks, hypervisor: Hypervisor, engine: ContainerEngine): NetworkHandlers {
  const view = (network: NetworkDocument): ReturnType<InnkeeperHandlers['networks']['inspect']> =>
    hypervisor.networks.view(network);
  return {
    networks: {
      list: () => hypervisor.networks.list(),
      inspect: async ({ network }) => view(networks.get(network, `inspect network ${network}`)),
      create: async (request) => view(await networks.create(request)),
      change: async ({ network, ...change }) => view(await networks.change(network, change)),
      remove: async ({ network }) => {
        const doing = `remove network ${network}`;
        const { id } = networks.get(network, doing);
        refuseIfContained(engine.usersOfNetwork(id), doing);
        await engine.leaveNetwork(id);
        await networks.remove(network, (id) => hypervisor.usersOfNetwork(id));
        return {};
      },
      capture: captureStream(networks, hypervisor, 'pcap'),
      packets: captureStream(networks, hypervisor, 'summaries'),
    },
    connections: connectionHandlers(hypervisor),
  };
}

/** @throws AppError 'wrong-state' */
function refuseIfContained(containers: readonly string[], doing: string): void {
  if (containers.length === 0) return;
  const because = `${containers.join(', ')} ${containers.length === 1 ? 'is a container' : 'are containers'} on it`;
  const hint = 'Delete those containers first.';
  throw new AppError({ code: 'wrong-state', doing, because, hint, data: { containers } });
}

function connectionHandlers(hypervisor: Hypervisor): InnkeeperHandlers['connections'] {
  const act = async (
    reference: string,
    verb: string,
    action: (connections: ConnectionsOfMachine) => Promise<void>,
  ): ReturnType<InnkeeperHandlers['connections']['list']> => {
    const { connections } = hypervisor.get(reference, verb);
    await action(connections);
    return connections.views();
  };
  return {
    list: ({ machine }) => act(machine, 'list the network cards of', () => Promise.resolve()),
    addCard: ({ machine, ...request }) =>
      act(machine, 'give a network card to', (connections) => connections.addCard(request)),
    removeCard: ({ machine, slot }) =>
      act(machine, 'take a network card from', (connections) => connections.removeCard(slot)),
    changeCard: ({ machine, slot, ...change }) =>
      act(machine, 'change a network card of', (connections) => connections.changeCard(slot, change)),
    addForward: ({ machine, ...forward }) =>
      act(machine, 'forward a port to', (connections) => connections.addForward(forward)),
    removeForward: ({ machine, ...port }) =>
      act(machine, 'end a forward to', (connections) => connections.removeForward(port)),
  };
}
