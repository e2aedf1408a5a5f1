import { AppError } from '../../src-core/base/errors.ts';
import type { InnkeeperClient } from '../../src-core/contract/contract.ts';
import type { MachineView } from '../../src-core/contract/machines.ts';
import type { Connections, ForwardView, NetworkView } from '../../src-core/contract/networks.ts';
import { tell } from './made-up-events.ts';
import { change as changeMachine, machines } from './made-up-machine-list.ts';
import { captureStream, packetStream } from './made-up-packets.ts';
import { machineView } from './machine-view.ts';
import { cardView, networkView } from './network-view.ts';

const DEFAULT = 'd0d0d0d0d0d0d0d0';
const LAB = '1ab01ab01ab01ab0';

const bare: NetworkView[] = [
  networkView(DEFAULT, { name: 'default', flows: { tcp: 3, udp: 1, echo: 0 } }),
  networkView(LAB, {
    name: 'lab',
    subnet: '10.87.0.0/24',
    gateway: '10.87.0.1',
    internal: true,
    conditions: { delayMs: 30, lossPercent: 5, bitsPerSecond: 2_000_000 },
    flows: { tcp: 0, udp: 0, echo: 0 },
  }),
  networkView('0ff1ce0ff1ce0ff1', {
    name: 'office',
    subnet: '192.168.40.0/24',
    gateway: '192.168.40.1',
    reachesHost: true,
  }),
];

const taken = {
  code: 'already-exists',
  doing: 'forward a port to machine web-1',
  because: 'port 5432 of this computer is used by another program',
  data: { free: 5433 },
} as const;

const forward = (port: number, guestPort: number, more: Partial<ForwardView> = {}): ForwardView => ({
  protocol: 'tcp',
  address: '127.0.0.1',
  port,
  guestPort,
  state: 'active',
  failure: null,
  ...more,
});

let lastMac = 0x10;

function addCard(machine: MachineView, network: string): MachineView {
  const { name = '?', gateway = '10.0.0.1' } = bare.find(({ id }) => id === network) ?? {};
  const slot = [0, 1, 2, 3].find((at) => machine.cards.every((card) => card.slot !== at)) ?? 3;
  lastMac += 1;
  const card = cardView(slot, network, {
    networkName: name,
    mac: `52:54:00:8a:2f:${lastMac.toString(16)}`,
    address: gateway.replace(/\.1$/, `.${lastMac - 14}`),
  });
  return changeMachine(machine.id, { cards: [...machine.cards, card] });
}

/** Cards of the machines that there are from the beginning. */
export function connectMachines(): void {
  for (const machine of [...machines]) if (machine.name !== 'kernel-hacking') addCard(machine, DEFAULT);
  const [web, database] = machines;
  if (web === undefined || database === undefined) return;
  addCard(web, LAB);
  addCard(database, LAB);
  changeMachine(web.id, {
    forwards: [
      forward(8080, 80),
      forward(8443, 443, { address: '0.0.0.0' }),
      forward(5432, 5432, { state: 'failed', failure: taken }),
    ],
  });
  changeMachine('scratch', { forwards: [forward(2222, 22, { state: 'waiting' })] });
  changeMachine('mail', {
    cards: changeMachine('mail', {}).cards.map((card) => ({ ...card, connected: false })),
  });
}

/** As many guests as make the picture long. */
export function connectMany(count: number): void {
  for (let number = 1; number <= count; number += 1) {
    const machine = machineView(`node-${number}`, number % 7 === 0 ? {} : { state: 'running', startedAt: Date.now() });
    machines.push(machine);
    addCard(machine, DEFAULT);
  }
}

/** Counters that rise, each at its own pace and in waves. */
function traffic(machine: MachineView, slot: number) {
  if (machine.startedAt === null) return null;
  const seconds = (Date.now() - machine.startedAt) / 1000;
  const pace = [180_000, 900, 22_000, 0][(machine.name.length + slot) % 4] ?? 0;
  const sent = pace * (seconds + Math.sin(seconds / 4));
  const bytes = (amount: number) => Math.max(0, Math.round(amount));
  return {
    sentBytes: bytes(sent),
    sentFrames: bytes(sent / 600),
    receivedBytes: bytes(sent * (slot === 0 ? 6 : 0.4)),
    receivedFrames: bytes(sent / 240),
    droppedFrames: slot * 12,
  };
}

function view(network: NetworkView): NetworkView {
  const guests = machines.flatMap((machine) =>
    machine.cards
      .filter((card) => card.network === network.id)
      .map((card) => ({
        machine: machine.id,
        machineName: machine.name,
        running: machine.startedAt !== null,
        card: { ...card, networkName: network.name, traffic: traffic(machine, card.slot) },
        seenAddresses:
          card.address === null ? [] : [card.address, `fd4b:8c1e:77a2:1:5054:ff:fe8a:2f${card.mac.slice(-2)}`],
        forwards: [...machine.forwards],
      })),
  );
  return { ...network, guests };
}

function find(reference: string): NetworkView {
  const found = bare.find(({ id, name }) => id === reference || name === reference);
  if (found) return found;
  throw new AppError({ code: 'not-found', doing: `find network ${reference}`, because: 'there is none' });
}

function change(reference: string, changed: Partial<NetworkView>): NetworkView {
  const now = { ...find(reference), ...changed };
  bare[bare.findIndex(({ id }) => id === now.id)] = now;
  tell({ type: 'network', network: view(now) });
  return view(now);
}

function create(name: string, subnet: string | undefined, more: Partial<NetworkView>): NetworkView {
  if (name === 'nope') {
    throw new AppError({
      code: 'already-exists',
      doing: `create network ${name}`,
      because: 'this computer itself is connected to 10.87.0.0/24',
      hint: 'Choose another subnet, or leave it empty.',
    });
  }
  const number = 90 + bare.length;
  const made = networkView(`${number}`.padStart(16, 'a'), {
    name,
    subnet: subnet ?? `10.${number}.0.0/24`,
    gateway: (subnet ?? `10.${number}.0.0/24`).replace(/\.0\/\d+$/, '.1'),
    createdAt: Date.now(),
    ...more,
  });
  bare.push(made);
  tell({ type: 'network', network: made });
  return made;
}

/** All networks, with what they have carried up to now. */
export function tellNetworks(): void {
  for (const network of bare) tell({ type: 'network', network: view(network) });
}

/** Everything that is asked of connections ends with the machine and the networks being told. */
function connected(machine: MachineView): Connections {
  tellNetworks();
  return { cards: machine.cards, forwards: machine.forwards };
}

function addForward(reference: string, added: ForwardView): Connections {
  const machine = changeMachine(reference, {});
  const used = machines.some(({ forwards }) => forwards.some(({ port }) => port === added.port));
  if (used) {
    throw new AppError({
      code: 'already-exists',
      doing: `forward port ${added.port} to machine ${machine.name}`,
      because: `port ${added.port} of this computer leads to web-1 already`,
      data: { free: added.port + 1 },
    });
  }
  return connected(changeMachine(machine.id, { forwards: [...machine.forwards, added] }));
}

export const networkMethods: Pick<InnkeeperClient, 'networks' | 'connections'> = {
  networks: {
    list: async () => bare.map(view),
    inspect: async ({ network }) => view(find(network)),
    create: async ({ name, subnet, internal = false, reachesHost = false }) =>
      create(name, subnet, { internal, reachesHost }),
    change: async ({ network, name, reachesHost, conditions }) => {
      const known = find(network);
      const { delayMs = 0, lossPercent = 0, bitsPerSecond = null } = conditions ?? known.conditions;
      return change(network, {
        name: name ?? known.name,
        reachesHost: reachesHost ?? known.reachesHost,
        conditions: { delayMs, lossPercent, bitsPerSecond },
      });
    },
    remove: async ({ network }) => {
      const { id } = find(network);
      bare.splice(
        bare.findIndex((known) => known.id === id),
        1,
      );
      tell({ type: 'network-removed', id });
      return {};
    },
    capture: async () => captureStream(),
    packets: async ({ filter }) => packetStream(filter ?? ''),
  },
  connections: {
    list: async ({ machine }) => connected(changeMachine(machine, {})),
    addCard: async ({ machine, network }) => connected(addCard(changeMachine(machine, {}), find(network).id)),
    removeCard: async ({ machine, slot }) =>
      connected(
        changeMachine(machine, { cards: changeMachine(machine, {}).cards.filter((card) => card.slot !== slot) }),
      ),
    changeCard: async ({ machine, slot, network, connected: plugged }) => {
      const moved = network === undefined ? {} : { network, networkName: find(network).name };
      const pulled = plugged === undefined ? {} : { connected: plugged };
      const cards = changeMachine(machine, {}).cards.map((card) =>
        card.slot === slot ? { ...card, ...moved, ...pulled } : card,
      );
      return connected(changeMachine(machine, { cards }));
    },
    addForward: async ({ machine, port, guestPort, protocol = 'tcp', address = '127.0.0.1' }) =>
      addForward(machine, forward(port, guestPort, { protocol, address })),
    removeForward: async ({ machine, port }) =>
      connected(
        changeMachine(machine, {
          forwards: changeMachine(machine, {}).forwards.filter((known) => known.port !== port),
        }),
      ),
  },
};
