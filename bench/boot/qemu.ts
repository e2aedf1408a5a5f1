import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Marker, type BootOptions, type BootResult } from './result.ts';

const PROGRAM = 'qemu-system-riscv64';
/** Unit of the times in /proc/PID/stat on Linux: USER_HZ. */
const TICKS_PER_SECOND = 100;

/** Name and version of QEMU; null when it is not there. */
export function qemuVersion(): string | null {
  const { status, stdout } = spawnSync(PROGRAM, ['--version'], { encoding: 'utf8' });
  return status === 0 ? `qemu ${/version (\S+)/.exec(stdout)?.[1] ?? ''}` : null;
}

/** Boots the same guest on the same board in QEMU, its console on virtio and on the serial port as ours is. */
export async function bootQemu(options: BootOptions): Promise<BootResult> {
  const marker = new Marker(options.until);
  const start = performance.now();
  const child = spawn(PROGRAM, argumentsFor(options), { stdio: ['pipe', 'pipe', 'inherit'] });
  let processorSeconds = 0;
  const endOnceSeen = () => {
    if (marker.seen) child.kill('SIGKILL');
  };
  const timer = setTimeout(() => child.kill(), Math.min(options.mostSeconds * 1000, 2 ** 31 - 1));
  child.stdout.on('data', (bytes: Buffer) => {
    if (marker.seen) return;
    if (!options.quiet) process.stdout.write(bytes);
    marker.push(bytes);
    processorSeconds = processorTime(child.pid);
    endOnceSeen();
  });
  await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  const wallSeconds = (performance.now() - start) / 1000;
  const how = marker.seen ? 'reached' : 'ended';
  return { reached: marker.seen, how, wallSeconds, processorSeconds, instructions: null, exits: [] };
}

function argumentsFor({ kernel, initrd, firmware, commandLine, memoryBytes, harts, disks }: BootOptions): string[] {
  const mib = memoryBytes / 2 ** 20;
  return [
    ...['-machine', 'virt', '-m', mib.toString(), '-smp', harts.toString(), '-display', 'none', '-monitor', 'none'],
    ...['-chardev', 'stdio,id=terminal,mux=on,signal=off', '-serial', 'chardev:terminal'],
    ...['-device', 'virtio-serial-pci,disable-legacy=on', '-device', 'virtconsole,chardev=terminal'],
    ...['-device', 'virtio-rng-pci,disable-legacy=on'],
    ...(kernel === undefined ? [] : ['-kernel', kernel, '-append', commandLine]),
    ...(initrd === undefined ? [] : ['-initrd', initrd]),
    ...(firmware === undefined ? [] : ['-bios', firmware]),
    ...disks.flatMap((file) => ['-drive', `file=${file},format=raw,if=virtio`]),
  ];
}

/** User and system time of a process so far, in seconds. */
function processorTime(pid: number | undefined): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return 0;
  }
}
