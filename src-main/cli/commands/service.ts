import type { Command } from 'commander';
import { AppError } from '../../../src-core/base/errors.ts';
import type { HostView } from '../../../src-core/contract/host.ts';
import type { ServiceStatus } from '../../../src-core/contract/service.ts';
import type { CliIo } from '../io.ts';
import { facts, printData, table } from '../output.ts';
import { formatDuration, formatSize, parsePort } from '../quantities.ts';
import { withService } from '../with-service.ts';
import { endpointText } from './network-views.ts';

export function addServiceCommands(program: Command, io: CliIo): void {
  program
    .command('status')
    .description('show the service: version, data directory, uptime, guests')
    .option('--json', 'print JSON')
    .action(({ json }: { json?: boolean }) =>
      withService(io, async (service) => printData(io, json, await service.service.status({}), statusText)),
    );
  program
    .command('serve')
    .description('run the service without a window')
    .option('--web [port]', 'also serve the window to a browser of this computer', parsePort)
    .action(({ web }: { web?: number | true }) => io.serve({ webPort: web === true ? null : web }));
  program
    .command('stop')
    .description('suspend the machines that run and stop a background service')
    .option('--force', 'power the machines that run off instead')
    .action(({ force = false }: { force?: boolean }) => stopService(io, force));
  program
    .command('host')
    .description('show processor, memory, disk and network: had, promised, used, by whom')
    .option('--json', 'print JSON')
    .action(({ json }: { json?: boolean }) =>
      withService(io, async (service) => printData(io, json, await service.host.view({}), hostText)),
    );
}

function statusText(status: ServiceStatus): string {
  const { running, total } = status.machines;
  return facts([
    ['version', status.version],
    ['data directory', status.dataDirectory],
    ['runs', `${status.host === 'app' ? 'in the app' : 'in the background'}, process ${status.pid}`],
    ['uptime', formatDuration(status.uptimeMs)],
    ['machines', `${total}, ${running} running`],
  ]);
}

async function stopService(io: CliIo, force: boolean): Promise<void> {
  const connection = await io.connectIfRunning();
  if (connection === undefined) return void io.stdout.write('No service is running.\n');
  try {
    const { suspended } = await connection.service.stop({ force });
    for (const name of suspended) io.stdout.write(`Suspended machine ${name}\n`);
  } catch (error) {
    // Its answer may be lost when it is fast: then the connection is as well, which is what is waited for.
    if (!(error instanceof AppError) || error.code !== 'unavailable') throw error;
  }
  await connection.closed;
  io.stdout.write('The service has stopped.\n');
}

function hostText(host: HostView): string {
  const row = (name: string, resource: HostView['memory'], show: (amount: number) => string) => [
    name,
    show(resource.total),
    show(resource.promised),
    show(resource.used),
    show(resource.usedByAll),
  ];
  const processors = (amount: number) => String(Math.round(amount * 100) / 100);
  const resources = table(
    ['RESOURCE', 'TOTAL', 'PROMISED', 'USED BY GUESTS', 'USED BY ALL'],
    [
      row('processor', host.processor, processors),
      row('memory', host.memory, formatSize),
      row('disk', host.disk, formatSize),
    ],
  );
  return [
    facts([['host', `${host.name}, ${host.system}, ${host.processorModel}`]]),
    resources,
    sharesText(host),
    portsText(host),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function sharesText({ processor, memory, disk }: HostView): string {
  const guests = new Map(
    [...processor.shares, ...memory.shares, ...disk.shares].map((share) => [share.guest, share.guestName]),
  );
  if (guests.size === 0) return '';
  const of = (resource: HostView['memory'], guest: string) => resource.shares.find((share) => share.guest === guest);
  const rows = [...guests].map(([guest, name]) => {
    const cpu = of(processor, guest);
    const ram = of(memory, guest);
    return [
      name,
      cpu ? `${cpu.used.toFixed(2)} of ${cpu.promised}` : '-',
      ram ? `${formatSize(ram.used)} of ${formatSize(ram.promised)}` : '-',
      formatSize(of(disk, guest)?.used ?? 0),
    ];
  });
  return table(['GUEST', 'PROCESSOR', 'MEMORY', 'DISK'], rows);
}

function portsText({ network }: HostView): string {
  if (network.ports.length === 0) return '';
  return table(
    ['PORT', 'HELD BY'],
    network.ports.map(({ address, port, protocol, owner }) => [`${endpointText(address, port)}/${protocol}`, owner]),
  );
}
