import { AppError } from '../../src-core/base/errors.ts';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { GIB, MIB } from './byte-units.ts';
import { machineView } from './machine-view.ts';
import { tell } from './made-up-events.ts';

export const on = { startedAt: Date.now() - 754_000, agent: 'ready' } as const;

export const machines: MachineView[] = [
  machineView('web-1', {
    state: 'running',
    ...on,
    source: { kind: 'image', image: 'debian-13' },
    processors: 2,
    memoryBytes: 512 * MIB,
    memoryAtStartBytes: GIB,
    cpuLimit: 60,
    currentSnapshot: 's6',
    disks: [
      {
        slot: 0,
        path: '/home/ada/.local/share/innkeeper/disks/5f0c3a7be19d2464.qcow2',
        readOnly: false,
        format: 'qcow2',
        own: true,
        sizeBytes: 8 * GIB,
        usedBytes: 1.3 * GIB,
      },
      {
        slot: 2,
        path: '/home/ada/media/debian-13.1.0-riscv64-netinst.iso',
        readOnly: true,
        format: 'raw',
        own: false,
        sizeBytes: 512 * MIB,
        usedBytes: 512 * MIB,
      },
    ],
    shares: [
      {
        slot: 0,
        hostDirectory: '/home/ada/work/site',
        guestDirectory: '/mnt/site',
        readOnly: false,
        mounted: true,
        failure: null,
      },
      {
        slot: 1,
        hostDirectory: '/home/ada/photos',
        guestDirectory: '/mnt/photos',
        readOnly: true,
        mounted: false,
        failure: null,
      },
    ],
    configuration: {
      state: 'failed',
      step: 'Installing packages',
      failure: 'E: Unable to locate package ngnix',
      warnings: ['power_state is not known here'],
    },
  }),
  machineView('database', { state: 'paused', ...on, memoryBytes: GIB }),
  machineView('build-runner-with-a-rather-long-name', { state: 'preparing', task: 'task-1' }),
  machineView('kernel-hacking', {
    source: {
      kind: 'files',
      kernel: '/home/ada/linux/arch/riscv/boot/Image',
      initrd: '/home/ada/rootfs.cpio',
      commandLine: 'console=hvc0',
    },
    disks: [
      {
        slot: 0,
        path: '/home/ada/disk.img',
        readOnly: true,
        format: 'raw',
        own: false,
        sizeBytes: GIB,
        usedBytes: GIB / 2,
      },
    ],
  }),
  machineView('scratch', {
    state: 'failed',
    lastEnd: {
      kind: 'failed',
      at: Date.now() - 60_000,
      cause: 'Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100',
    },
  }),
  machineView('mail', { state: 'stopping', ...on, stopOverdue: true }),
];

/** @returns the machine as it is then; told even when nothing is changed */
export function change(reference: string, changed: Partial<MachineView>): MachineView {
  const index = machines.findIndex(({ id, name }) => id === reference || name === reference);
  const machine = machines[index];
  if (machine === undefined) {
    throw new AppError({ code: 'not-found', doing: `change ${reference}`, because: 'there is no such machine' });
  }
  const now = { ...machine, ...changed };
  machines[index] = now;
  tell({ type: 'machine', machine: now });
  return now;
}

export const startedNow = () => ({ state: 'running', startedAt: Date.now(), agent: 'ready', lastEnd: null }) as const;
export const stoppedNow = () =>
  ({
    state: 'stopped',
    startedAt: null,
    stopOverdue: false,
    lastEnd: { kind: 'powered-off', at: Date.now(), cause: null },
  }) as const;
