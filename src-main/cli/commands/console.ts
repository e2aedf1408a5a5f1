import type { Command } from 'commander';
import { AppError } from '../../../src-core/base/errors.ts';
import { pumpIn, pumpOut } from '../byte-pump.ts';
import type { CliIo, ServiceConnection } from '../io.ts';
import { onResize, rawMode, terminalSize } from '../terminal.ts';
import { withService } from '../with-service.ts';

/** Ctrl-], as telnet has it. */
const DETACH_BYTE = 0x1d;

export function addConsoleCommand(vm: Command, io: CliIo): void {
  vm.command('console')
    .description('attach this terminal to a machine; Ctrl-] detaches')
    .argument('<name>')
    .action((name: string) => withService(io, (service) => attach(io, service, name)));
}

async function attach(io: CliIo, service: ServiceConnection, machine: string): Promise<void> {
  const size = terminalSize(io.stdout);
  const stream = await service.machines.console({ machine, ...(size ? { size } : {}) });
  const note = (text: string) => {
    if (io.stdin.isTTY) io.stderr.write(`\r\n[${text}]\r\n`);
  };
  note(`machine ${machine}; Ctrl-] detaches`);
  const drained = pumpOut(stream, [io.stdout]);
  const detach = () => stream.close();
  const held = [
    rawMode(io),
    onResize(io, (resized) => stream.control({ resize: resized })),
    // From a terminal Ctrl-C goes to the guest; these come from elsewhere, or when the input is no terminal.
    io.onSignal('SIGINT', detach),
    io.onSignal('SIGTERM', detach),
  ];
  const stopInput = pumpIn(io.stdin, stream, (chunk) => upToDetach(chunk, (bytes) => void stream.write(bytes), detach));
  try {
    await stream.result;
    await drained();
    note('the machine was deleted');
  } catch (error) {
    await drained();
    if (!(error instanceof AppError) || error.code !== 'cancelled') throw error;
    note('detached');
  } finally {
    stopInput();
    for (const each of held) each.dispose();
  }
}

/** Passes on what stands before Ctrl-], and detaches there. */
function upToDetach(chunk: Uint8Array, send: (bytes: Uint8Array) => void, detach: () => void): Uint8Array | undefined {
  const at = chunk.indexOf(DETACH_BYTE);
  if (at === -1) return chunk;
  if (at > 0) send(chunk.subarray(0, at));
  detach();
  return undefined;
}
