import type { MachineView } from '../../../src-core/contract/machines.ts';
import type { CliIo, ServiceConnection } from '../io.ts';

/** Says when a machine was given more processors than this computer has: that is allowed, and no faster. */
export async function warnOfProcessors(
  io: CliIo,
  service: ServiceConnection,
  { name, processors }: MachineView,
): Promise<void> {
  if (processors === 1) return;
  const { total } = (await service.host.view({})).processor;
  if (processors <= total) return;
  io.stderr.write(`Machine ${name} has ${processors} processors and this computer has ${total}: they take turns\n`);
}
