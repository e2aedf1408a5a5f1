import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defaultDataDirectory } from '../../src-main/service/os/data-directory.ts';
import { qemuVersion } from '../boot/qemu.ts';
import { TRIMMED, withPrograms } from './guest.ts';
import { compile } from './programs.ts';
import type { Peer } from './run-peer.ts';

const COMPILER = { program: 'riscv64-linux-gnu-gcc', hint: 'install gcc-riscv64-linux-gnu of Debian', flags: [] };
const COMMAND_LINE = `console=hvc0 earlycon=sbi ${TRIMMED}`;

/** Our image debian-13-tiny with the programs added: what Innkeeper and QEMU run. */
export interface RiscvGuest {
  readonly kernel: string;
  readonly initrd: string;
  readonly memory: string;
}

/** @param folder for what is made @throws Error that says what is missing */
export function riscvGuest(init: string, memory: string, folder: string): RiscvGuest {
  const image = join(defaultDataDirectory(), 'images/debian-13-tiny');
  if (!existsSync(image)) throw new Error('the benchmark needs an image: inn image pull debian-13-tiny');
  const programs = compile(COMPILER, join(folder, 'programs'));
  return { kernel: join(image, 'kernel'), initrd: withPrograms(join(image, 'initrd'), programs, init, folder), memory };
}

/** Our machine, without a service around it. */
export function innkeeper({ kernel, initrd, memory }: RiscvGuest): Peer {
  const boot = [join(import.meta.dirname, '../boot.ts'), '--ready', '--only', 'ours', '--seconds', '600'];
  const guest = ['--memory', memory, '--kernel', kernel, '--initrd', initrd, '--append', COMMAND_LINE];
  return { name: 'innkeeper', command: [process.execPath, ...boot, ...guest] };
}

/** QEMU with its just-in-time compiler, on the same board. @throws Error when it is not there */
export function qemu({ kernel, initrd, memory }: RiscvGuest): Peer {
  const name = qemuVersion();
  if (name === null) throw new Error('there is no qemu-system-riscv64 to compare with; install it, or --without qemu');
  const machine = ['-machine', 'virt', '-m', memory, '-display', 'none', '-monitor', 'none', '-no-reboot'];
  const console = ['-serial', 'null', '-device', 'virtio-serial-pci,disable-legacy=on'];
  const port = ['-chardev', 'stdio,id=c,signal=off', '-device', 'virtconsole,chardev=c'];
  const devices = [...console, ...port, '-device', 'virtio-rng-pci,disable-legacy=on'];
  const guest = ['-kernel', kernel, '-initrd', initrd, '-append', COMMAND_LINE];
  return { name, command: ['qemu-system-riscv64', ...machine, ...devices, ...guest] };
}
