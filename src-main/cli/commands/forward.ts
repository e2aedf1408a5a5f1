import type { Command } from 'commander';
import type { Forward, ForwardView } from '../../../src-core/contract/networks.ts';
import type { CliIo, ServiceConnection } from '../io.ts';
import { printData, table } from '../output.ts';
import { withService } from '../with-service.ts';
import { endpointText, forwardText } from './network-views.ts';

interface Options {
  json?: boolean;
}

type Action =
  | { readonly kind: 'ls' }
  | { readonly kind: 'add'; readonly forward: Forward }
  | { readonly kind: 'rm'; readonly forward: Omit<Forward, 'guestPort'> };

const GRAMMAR = 'write "add [ADDRESS:]PORT:GUESTPORT[/tcp|/udp]", "rm [ADDRESS:]PORT[/tcp|/udp]" or "ls"';
const LOOPBACK = '127.0.0.1';
const MOST_PORT = 65_535;

/** `inn vm forward NAME add [ADDR:]PORT:GUESTPORT[/tcp|udp] | rm [ADDR:]PORT[/tcp|udp] | ls` */
export function addForwardCommand(vm: Command, io: CliIo): void {
  vm.command('forward')
    .description(
      'ports of this computer that lead to a machine: NAME add [ADDRESS:]PORT:GUESTPORT[/udp] | NAME rm PORT | NAME ls',
    )
    .argument('<name>')
    .argument('<action>', 'add, rm or ls')
    .argument('[port]', '8080:80, 0.0.0.0:8080:80, [::1]:5353:53/udp; only this computer can use it without an address')
    .option('--json', 'print JSON')
    .action((machine: string, verb: string, port: string | undefined, { json }: Options, command: Command) => {
      const action = actionOf(verb, port);
      if (action === null) return command.error(`error: ${GRAMMAR}`, { exitCode: 2 });
      return withService(io, (service) => carryOut(io, service, machine, action, json));
    });
}

/** @returns null for what is no such action */
function actionOf(verb: string, text: string | undefined): Action | null {
  if (verb === 'ls') return text === undefined ? { kind: 'ls' } : null;
  if (text === undefined || (verb !== 'add' && verb !== 'rm')) return null;
  const read = parseForward(text);
  if (read === null || (verb === 'add' && read.guestPort === undefined)) return null;
  const { guestPort, ...here } = read;
  // What "add" was given names it for "rm" too.
  return verb === 'rm'
    ? { kind: 'rm', forward: here }
    : { kind: 'add', forward: { ...here, guestPort: guestPort ?? 0 } };
}

/** @returns null for what is none; ADDRESS is checked by who opens the port */
export function parseForward(text: string): (Omit<Forward, 'guestPort'> & { readonly guestPort?: number }) | null {
  const match = /^(?:(?:\[([0-9A-Fa-f:.%a-z]+)\]|([^\s:[\]/]+)):)??(\d{1,5})(?::(\d{1,5}))?(?:\/(tcp|udp))?$/.exec(
    text,
  );
  if (match === null) return null;
  const [, bracketed, plain, port, guestPort, protocol] = match;
  const numbers = [port, guestPort].flatMap((each) => (each === undefined ? [] : [Number(each)]));
  if (numbers.some((number) => number < 1 || number > MOST_PORT)) return null;
  return {
    protocol: protocol === 'udp' ? 'udp' : 'tcp',
    address: bracketed ?? plain ?? LOOPBACK,
    port: Number(port),
    ...(guestPort === undefined ? {} : { guestPort: Number(guestPort) }),
  };
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
      const { forwards } = await connections.list({ machine });
      printData(io, json, forwards, forwardsText);
      return;
    }
    case 'add': {
      const { forward } = action;
      const { forwards } = await connections.addForward({ machine, ...forward });
      printData(io, json, forwards, () => addedText(forwards, machine, forward));
      return;
    }
    case 'rm': {
      const { address, port, protocol } = action.forward;
      const { forwards } = await connections.removeForward({ machine, ...action.forward });
      printData(
        io,
        json,
        forwards,
        () => `${endpointText(address, port)}/${protocol} no longer leads to machine ${machine}`,
      );
    }
  }
}

function addedText(forwards: readonly ForwardView[], machine: string, wanted: Forward): string {
  const { protocol, port, guestPort } = wanted;
  const added = forwards.find(
    (each) => each.protocol === protocol && each.port === port && each.guestPort === guestPort,
  );
  const address = added?.address ?? wanted.address;
  const what = `${endpointText(address, port)}/${protocol} leads to port ${guestPort} of machine ${machine}`;
  if (added?.failure) return `${what}, but does not work: ${added.failure.because}`;
  return added?.state === 'waiting' ? `${what} while that runs` : what;
}

function forwardsText(forwards: readonly ForwardView[]): string {
  const rows = forwards.map((forward) => [
    endpointText(forward.address, forward.port),
    String(forward.guestPort),
    forward.protocol,
    forward.failure ? `failed: ${forward.failure.because}` : forward.state,
  ]);
  return table(['HERE', 'GUEST', 'PROTOCOL', 'STATE'], rows);
}

/** A fact for each, as `vm inspect` has them. */
export function forwardFacts(forwards: readonly ForwardView[]): (readonly [string, string])[] {
  return forwards.map((forward) => {
    const state = forward.failure ? `failed: ${forward.failure.because}` : forward.state;
    return ['forward', `${forwardText(forward)} (${state})`] as const;
  });
}
