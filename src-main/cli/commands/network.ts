import type { Command } from 'commander';
import type { LinkConditionsView, NetworkView } from '../../../src-core/contract/networks.ts';
import type { CliIo, ServiceConnection } from '../io.ts';
import { printData } from '../output.ts';
import { parseDuration, parsePercent, parseRate, parseSwitch } from '../quantities.ts';
import { withService } from '../with-service.ts';
import { addCaptureCommands } from './network-capture.ts';
import { conditionsText, networksText, networkText } from './network-views.ts';

interface Json {
  json?: boolean;
}

interface LinkOptions extends Json {
  delay?: number;
  loss?: number;
  rate?: number | null;
  none?: boolean;
}

type Change = Omit<Parameters<ServiceConnection['networks']['change']>[0], 'network'>;

/** `inn net ls | create | rm | inspect | set | link | capture | packets` */
export function addNetworkCommands(program: Command, io: CliIo, word = 'net'): void {
  const net = program.command(word).description('networks between guests, and from there to the world');
  net
    .command('ls')
    .description('list networks')
    .option('--json', 'print JSON')
    .action(({ json }: Json) =>
      withService(io, async ({ networks }) => printData(io, json, await networks.list({}), networksText)),
    );
  addCreateCommand(net, io);
  net
    .command('rm')
    .description('delete a network that no machine has a card on')
    .argument('<name>')
    .action((network: string) =>
      withService(io, async ({ networks }) => {
        await networks.remove({ network });
        io.stdout.write(`Deleted network ${network}\n`);
      }),
    );
  net
    .command('inspect')
    .description('show one network, who is on it and what it carries')
    .argument('<name>')
    .option('--json', 'print JSON')
    .action((network: string, { json }: Json) =>
      withService(io, async ({ networks }) => printData(io, json, await networks.inspect({ network }), networkText)),
    );
  addSetCommand(net, io);
  addLinkCommand(net, io);
  addCaptureCommands(net, io);
}

function addCreateCommand(net: Command, io: CliIo): void {
  net
    .command('create')
    .description('make a network')
    .argument('<name>')
    .option('--subnet <cidr>', 'its addresses, such as 10.86.0.0/24; some that nothing here uses without it')
    .option('--internal', 'without a way out: its machines reach only each other')
    .option('--reach-host', 'its machines reach this computer, by the name host.inn')
    .option('--json', 'print JSON')
    .action((name: string, options: Json & { subnet?: string; internal?: boolean; reachHost?: boolean }) =>
      withService(io, async ({ networks }) => {
        const { json, subnet, internal = false, reachHost: reachesHost = false } = options;
        const request = { name, internal, reachesHost, ...(subnet === undefined ? {} : { subnet }) };
        printData(
          io,
          json,
          await networks.create(request),
          (made) => `Created network ${made.name}: ${made.subnet}, ${made.subnet6}`,
        );
      }),
    );
}

function addSetCommand(net: Command, io: CliIo): void {
  net
    .command('set')
    .description('change a network, at once also for machines that run')
    .argument('<name>')
    .option('--name <new>', 'its new name')
    .option('--reach-host <on|off>', 'whether its machines reach this computer, by the name host.inn', parseSwitch)
    .option('--json', 'print JSON')
    .action((network: string, options: Json & { name?: string; reachHost?: boolean }, command: Command) => {
      const { json, name, reachHost } = options;
      if (name === undefined && reachHost === undefined) command.error('error: say what to change', { exitCode: 2 });
      const wanted = {
        ...(name === undefined ? {} : { name }),
        ...(reachHost === undefined ? {} : { reachesHost: reachHost }),
      };
      return change(io, network, wanted, json, (view) => setText(network, name, reachHost, view));
    });
}

function setText(before: string, name: string | undefined, reach: boolean | undefined, view: NetworkView): string {
  const told = [
    ...(name === undefined ? [] : [`Renamed network ${before} to ${view.name}`]),
    ...(reach === undefined
      ? []
      : [`Machines on network ${view.name} ${view.reachesHost ? 'reach' : 'do not reach'} this computer`]),
  ];
  return told.join('\n');
}

function addLinkCommand(net: Command, io: CliIo): void {
  net
    .command('link')
    .description('let the lines of a network be worse than they are; what is left out stays as it is')
    .argument('<name>')
    .option('--delay <duration>', 'of each frame, such as 50ms', parseDuration)
    .option('--loss <percent>', 'of frames that do not arrive, such as 1%', parsePercent)
    .option('--rate <bits>', 'bits per second of each line, such as 10M; "none" for no limit', parseRate)
    .option('--none', 'as they are: no delay, no loss, no limit')
    .option('--json', 'print JSON')
    .action((network: string, options: LinkOptions, command: Command) => {
      const { json, none = false, ...wanted } = options;
      if (none === Object.keys(wanted).length > 0) {
        command.error('error: say --delay, --loss or --rate, or --none', { exitCode: 2 });
      }
      return link(io, network, none ? null : wanted, json);
    });
}

/** @param wanted null for lines as they are */
function link(io: CliIo, network: string, wanted: Omit<LinkOptions, 'none' | 'json'> | null, json?: boolean) {
  return withService(io, async ({ networks }) => {
    const before = wanted === null ? PERFECT : (await networks.inspect({ network })).conditions;
    const { delay = before.delayMs, loss = before.lossPercent, rate = before.bitsPerSecond } = wanted ?? {};
    const conditions = { delayMs: delay, lossPercent: loss, bitsPerSecond: rate };
    printData(
      io,
      json,
      await networks.change({ network, conditions }),
      (view) => `Lines of network ${view.name}: ${conditionsText(view.conditions)}`,
    );
  });
}

const PERFECT: LinkConditionsView = { delayMs: 0, lossPercent: 0, bitsPerSecond: null };

function change(
  io: CliIo,
  network: string,
  wanted: Change,
  json: boolean | undefined,
  text: (view: NetworkView) => string,
): Promise<void> {
  return withService(io, async ({ networks }) =>
    printData(io, json, await networks.change({ network, ...wanted }), text),
  );
}
