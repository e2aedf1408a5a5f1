import type { Command } from 'commander';
import type { CardView } from '../../../src-core/contract/networks.ts';
import type { CliIo, ServiceConnection } from '../io.ts';
import { printData, table } from '../output.ts';
import { formatSize } from '../quantities.ts';
import { withService } from '../with-service.ts';

interface Options {
  mac?: string;
  json?: boolean;
}

type Action =
  | { readonly kind: 'ls' }
  | { readonly kind: 'add'; readonly network: string; readonly mac?: string }
  | { readonly kind: 'rm'; readonly slot: number }
  | { readonly kind: 'pull'; readonly slot: number }
  | { readonly kind: 'plug'; readonly slot: number; readonly network?: string };

const GRAMMAR = 'write "add NETWORK [--mac ADDRESS]", "rm SLOT", "pull SLOT", "plug SLOT [NETWORK]" or "ls"';

/** `inn vm net NAME ls | add NETWORK [--mac] | rm SLOT | pull SLOT | plug SLOT [NETWORK]` */
export function addCardCommand(vm: Command, io: CliIo): void {
  vm.command('net')
    .description(
      'network cards of a machine, also while it runs: NAME add NETWORK | rm SLOT | pull SLOT | plug SLOT [NETWORK] | ls',
    )
    .argument('<name>')
    .argument('<action>', 'add, rm, pull (its cable out), plug (it in, also into another network) or ls')
    .argument('[values...]', 'add: the network; rm, pull: the slot; plug: the slot and, for another one, the network')
    .option('--mac <address>', 'add: its own address, such as 52:54:00:12:34:56')
    .option('--json', 'print JSON')
    .action((machine: string, verb: string, values: string[], options: Options, command: Command) => {
      const action = actionOf(verb, values, options);
      if (action === null) return command.error(`error: ${GRAMMAR}`, { exitCode: 2 });
      return withService(io, (service) => carryOut(io, service, machine, action, options.json));
    });
}

/** @returns null for what is no such action */
function actionOf(verb: string, [first, second, ...more]: readonly string[], { mac }: Options): Action | null {
  if (more.length > 0 || (mac !== undefined && verb !== 'add')) return null;
  if (verb === 'ls') return first === undefined ? { kind: 'ls' } : null;
  if (first === undefined || (second !== undefined && verb !== 'plug')) return null;
  if (verb === 'add') {
    return { kind: 'add', network: first, ...(mac === undefined ? {} : { mac: mac.toLowerCase() }) };
  }
  if (!/^\d$/.test(first)) return null;
  const slot = Number(first);
  if (verb === 'rm' || verb === 'pull') return { kind: verb, slot };
  if (verb !== 'plug') return null;
  return { kind: 'plug', slot, ...(second === undefined ? {} : { network: second }) };
}

async function carryOut(
  io: CliIo,
  { connections }: ServiceConnection,
  machine: string,
  action: Action,
  json: boolean | undefined,
): Promise<void> {
  switch (action.kind) {
    case 'ls': {
      const { cards } = await connections.list({ machine });
      printData(io, json, cards, cardsText);
      return;
    }
    case 'add': {
      const { network, mac } = action;
      const before = await connections.list({ machine });
      const { cards } = await connections.addCard({ machine, network, ...(mac === undefined ? {} : { mac }) });
      const added = cards.find(({ slot }) => !before.cards.some((card) => card.slot === slot));
      const text = `Machine ${machine} has card ${added?.slot ?? ''} on network ${network}${addressPart(added)}`;
      printData(io, json, cards, () => text);
      return;
    }
    case 'rm': {
      const { cards } = await connections.removeCard({ machine, slot: action.slot });
      printData(io, json, cards, () => `Machine ${machine} no longer has card ${action.slot}`);
      return;
    }
    case 'pull': {
      const { cards } = await connections.changeCard({ machine, slot: action.slot, connected: false });
      printData(io, json, cards, () => `The cable of card ${action.slot} of machine ${machine} is out`);
      return;
    }
    case 'plug': {
      const { slot, network } = action;
      const wanted = { machine, slot, connected: true, ...(network === undefined ? {} : { network }) };
      const { cards } = await connections.changeCard(wanted);
      const card = cards.find((each) => each.slot === slot);
      const where = card?.networkName ?? network ?? 'its network';
      printData(
        io,
        json,
        cards,
        () => `Card ${slot} of machine ${machine} is connected to network ${where}${addressPart(card)}`,
      );
    }
  }
}

function addressPart(card: CardView | undefined): string {
  return card?.address ? `, where its address is ${card.address}` : '';
}

function cardsText(cards: readonly CardView[]): string {
  const rows = cards.map(({ slot, networkName, address, mac, connected, traffic }) => [
    String(slot),
    networkName,
    address ?? '-',
    mac,
    connected ? 'connected' : 'unplugged',
    traffic === null ? '-' : formatSize(traffic.sentBytes),
    traffic === null ? '-' : formatSize(traffic.receivedBytes),
    traffic === null ? '-' : String(traffic.droppedFrames),
  ]);
  return table(['SLOT', 'NETWORK', 'ADDRESS', 'MAC', 'CABLE', 'SENT', 'RECEIVED', 'DROPPED'], rows);
}

/** A fact for each, as `vm inspect` has them. */
export function cardFacts(cards: readonly CardView[]): (readonly [string, string])[] {
  return cards.map(({ slot, networkName, address, mac, connected, traffic }) => {
    const moved = traffic
      ? `, ${formatSize(traffic.sentBytes)} sent, ${formatSize(traffic.receivedBytes)} received`
      : '';
    return [
      `card ${slot}`,
      `${address ?? 'no address'} on ${networkName}, ${mac}${connected ? '' : ', unplugged'}${moved}`,
    ];
  });
}
