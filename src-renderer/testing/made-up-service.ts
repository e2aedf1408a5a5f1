import { AppError } from '../../src-core/base/errors.ts';
import type { InnkeeperClient } from '../../src-core/contract/contract.ts';
import type { ServiceEvent } from '../../src-core/contract/events.ts';
import type { HostView } from '../../src-core/contract/host.ts';
import type { CatalogEntry, ImageView } from '../../src-core/contract/images.ts';
import type { CreateMachine, MachineView } from '../../src-core/contract/machines.ts';
import type { SnapshotView } from '../../src-core/contract/snapshots.ts';
import type { TaskView } from '../../src-core/contract/tasks.ts';
import type { Connection } from '../state/session.ts';
import { machineView } from './machine-view.ts';
import {
  changeMadeUp,
  findMadeUp,
  madeUpSnapshots,
  manySnapshots,
  removeMadeUp,
  takeMadeUp,
} from './made-up-snapshots.ts';
import { playTask } from './made-up-tasks.ts';
import { consoleStream } from './made-up-console.ts';

/**
 * A service that exists only in the page's memory: to look at the window, and to check it with axe, in states that a
 * real service reaches rarely. The product never loads it.
 */
const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

const entry: CatalogEntry = {
  name: 'debian-13-tiny',
  title: 'Debian 13, tiny',
  description: 'Debian’s kernel and BusyBox, all in memory. Boots in seconds.',
  downloadBytes: 118 * MIB,
  defaults: { processors: 1, memoryBytes: 256 * MIB },
  minimumMemoryBytes: 96 * MIB,
  present: true,
};

const full: CatalogEntry = {
  name: 'debian-13',
  title: 'Debian 13',
  description: 'All of Debian on a disk: apt, systemd, and whatever you install.',
  downloadBytes: 260 * MIB,
  defaults: { processors: 1, memoryBytes: 512 * MIB },
  minimumMemoryBytes: 256 * MIB,
  present: true,
};

const on = { startedAt: Date.now() - 754_000, agent: 'ready' } as const;

const machines: MachineView[] = [
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

const tasks: TaskView[] = [
  {
    id: 'task-1',
    title: 'Build image debian-13-tiny',
    state: 'running',
    phase: 'Downloading linux-image-6.12.48+deb13-riscv64',
    fraction: 0.42,
    cancellable: true,
    subject: { kind: 'image', id: 'debian-13-tiny' },
    startedAt: Date.now() - 12_000,
    endedAt: null,
    failure: null,
  },
  {
    id: 'task-2',
    title: 'Build image debian-13',
    state: 'failed',
    phase: 'Downloading',
    fraction: null,
    cancellable: false,
    subject: null,
    startedAt: Date.now() - 90_000,
    endedAt: Date.now() - 60_000,
    failure: {
      code: 'network',
      doing: 'build image debian-13',
      because: 'deb.example.org did not answer within 30 s',
      hint: 'Check the connection, or set another archive address in the settings.',
    },
  },
];

const images: ImageView[] = [
  {
    name: 'debian-13-tiny',
    title: 'Debian 13, tiny',
    contents: 'Debian 13.1, Linux 6.12.48',
    sizeBytes: 41 * MIB,
    diskBytes: null,
    origin: 'built',
    createdAt: Date.now() - 3_600_000,
    usedBy: ['database'],
  },
  {
    name: 'debian-13',
    title: 'Debian 13',
    contents: 'Debian 13.1, Linux 6.12.48',
    sizeBytes: 412 * MIB,
    diskBytes: 8 * GIB,
    origin: 'built',
    createdAt: Date.now() - 7_200_000,
    usedBy: ['web-1'],
  },
  {
    name: 'fedora-42',
    title: 'fedora-42',
    contents: 'Linux 6.14.0-63.fc42.riscv64',
    sizeBytes: 1.1 * GIB,
    diskBytes: 16 * GIB,
    origin: 'imported',
    createdAt: Date.now() - 86_400_000,
    usedBy: [],
  },
  {
    name: 'site-ready',
    title: 'site-ready',
    contents: 'Debian 13.1, Linux 6.12.48',
    sizeBytes: 96 * MIB,
    diskBytes: 8 * GIB,
    origin: 'saved',
    createdAt: Date.now() - 40_000_000,
    usedBy: [],
  },
];

function host(): HostView {
  const shares = machines
    .filter(({ startedAt }) => startedAt !== null)
    .map((machine) => ({
      guest: machine.id,
      guestName: machine.name,
      promised: machine.memoryBytes,
      used: machine.stats?.memoryUsedBytes ?? 90 * MIB,
    }));
  const wave = (Math.sin(Date.now() / 9000) + 1) / 2;
  return {
    takenAt: Date.now(),
    name: 'workbench',
    system: 'Debian GNU/Linux 12, Linux 6.1.0',
    processorModel: 'AMD Ryzen 7 5800U',
    processor: {
      total: 8,
      promised: 4,
      used: 0.4 + wave,
      usedByAll: 1.2 + 2 * wave,
      shares: shares.map((share) => ({ ...share, promised: 1, used: 0.3 })),
    },
    memory: { total: 16 * GIB, promised: 1.8 * GIB, used: 640 * MIB, usedByAll: 6.4 * GIB, shares },
    disk: {
      total: 512 * GIB,
      promised: 12 * GIB,
      used: 3.2 * GIB,
      usedByAll: 307 * GIB,
      shares: [],
      path: '/home/ada/.local/share/innkeeper',
    },
    network: { ports: [{ address: '127.0.0.1', port: 7777, protocol: 'tcp', owner: 'Innkeeper for browsers' }] },
    limits: { processors: 8, memoryBytes: 16 * GIB },
  };
}

let tell: (event: ServiceEvent) => void = () => undefined;

function change(reference: string, changed: Partial<MachineView>): MachineView {
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

function measure(): void {
  for (const machine of machines.filter(({ state }) => state === 'running' || state === 'stopping')) {
    const before = machine.stats?.instructions ?? 0;
    tell({
      type: 'machine-stats',
      id: machine.id,
      stats: {
        takenAt: Date.now(),
        processorUsed: 0.2 + 0.5 * Math.abs(Math.sin(Date.now() / 7000)) * machine.processors,
        memoryUsedBytes: 212 * MIB,
        instructions: before + 240e6,
        diskReadBytes: 0,
        diskWrittenBytes: 0,
      },
    });
  }
  tell({ type: 'host', host: host() });
}

/** Everything the snapshots of a machine are asked for ends with all of them being told. */
function tellSnapshots<T>(machine: string, result: T): T {
  tell({ type: 'snapshots', machine, snapshots: madeUpSnapshots[machine] ?? [] });
  return result;
}

function take(reference: string, name: string | undefined, note = ''): SnapshotView {
  const machine = change(reference, {});
  const taken = takeMadeUp(machine.id, machine.currentSnapshot, name, machine.startedAt !== null);
  change(machine.id, { currentSnapshot: taken.id });
  return tellSnapshots(machine.id, changeMadeUp(machine.id, taken.id, { note }));
}

function putBack(reference: string, snapshot: string): MachineView {
  const machine = change(reference, {});
  const { id, live } = findMadeUp(machine.id, snapshot);
  return change(machine.id, { ...(live ? startedNow() : stoppedNow()), currentSnapshot: id });
}

function copy(reference: string, name: string, changed: Partial<MachineView>): MachineView {
  count += 1;
  const made = { ...change(reference, {}), id: `made-${count}`, name, currentSnapshot: null, ...changed };
  machines.push(made);
  tell({ type: 'machine', machine: made });
  return made;
}

type DiskForMachine = Parameters<InnkeeperClient['machines']['attachDisk']>[0]['disk'];

function attach(reference: string, disk: DiskForMachine): MachineView {
  const { id, disks } = change(reference, {});
  const slot = Array.from({ length: 16 }, (_, index) => index).find((at) => disks.every((known) => known.slot !== at));
  const own = 'sizeBytes' in disk;
  const view = {
    slot: slot ?? 15,
    path: own ? `/home/ada/.local/share/innkeeper/disks/${slot}c0ffee5eed.qcow2` : disk.path,
    readOnly: !own && disk.readOnly === true,
    format: own ? 'qcow2' : 'raw',
    own,
    sizeBytes: own ? disk.sizeBytes : GIB,
    usedBytes: own ? 196_608 : GIB,
  } as const;
  return change(id, { disks: [...disks, view] });
}

function work(
  title: string,
  phases: readonly string[],
  subject: TaskView['subject'],
  done = () => undefined,
): TaskView {
  return playTask({
    title,
    phases,
    subject,
    done,
    tell: (task) => tell({ type: 'task', task }),
  });
}

function newImage(name: string, origin: ImageView['origin']): undefined {
  const image: ImageView = {
    name,
    title: name,
    contents: 'Linux 6.12.48',
    sizeBytes: 64 * MIB,
    diskBytes: 8 * GIB,
    origin,
    createdAt: Date.now(),
    usedBy: [],
  };
  images.push(image);
  tell({ type: 'image', image });
}

let count = 0;

function create(input: CreateMachine): MachineView {
  count += 1;
  if (input.name === 'nope') {
    throw new AppError({
      code: 'no-room',
      doing: `create machine ${input.name}`,
      because: 'it would have 32 GiB of memory and this computer has 16 GiB',
      hint: 'Give it less memory.',
    });
  }
  const started = input.start ? ({ state: 'running', ...on, startedAt: Date.now() } as const) : {};
  const machine = machineView(`made-${count}`, { name: input.name, source: input.source, ...started });
  machines.push(machine);
  tell({ type: 'machine', machine });
  return machine;
}

const bin = new Map<string, MachineView>();

function remove(reference: string): { id: string } {
  const machine = change(reference, {});
  machines.splice(machines.indexOf(machine), 1);
  bin.set(machine.id, machine);
  tell({ type: 'machine-removed', id: machine.id });
  return { id: machine.id };
}

function restore(id: string): MachineView {
  const machine = bin.get(id) ?? machineView(id);
  bin.delete(id);
  machines.push(machine);
  tell({ type: 'machine', machine });
  return machine;
}

const startedNow = () => ({ state: 'running', startedAt: Date.now(), agent: 'ready', lastEnd: null }) as const;
const stoppedNow = () =>
  ({
    state: 'stopped',
    startedAt: null,
    stopOverdue: false,
    lastEnd: { kind: 'powered-off', at: Date.now(), cause: null },
  }) as const;

const client: InnkeeperClient = {
  service: {
    status: async () => ({
      version: '0.1.0',
      dataDirectory: '/home/ada/.local/share/innkeeper',
      uptimeMs: 1000,
      pid: 4711,
      host: 'app',
      machines: { total: machines.length, running: 2 },
    }),
    stop: async () => ({ suspended: [] }),
    settings: async () => ({ debianMirror: null, quickStart: true }),
    changeSettings: async ({ debianMirror = null, quickStart = true }) => ({ debianMirror, quickStart }),
  },
  host: { view: async () => host() },
  images: {
    catalog: async () => [full, entry],
    list: async () => images,
    pull: async () => tasks[0] as TaskView,
    remove: async () => ({}),
    importFrom: async ({ image }) =>
      work(`Import image ${image}`, ['Reading the disk', 'Looking for a kernel'], { kind: 'image', id: image }, () =>
        newImage(image, 'imported'),
      ),
    exportTo: async ({ image }) => work(`Export image ${image}`, ['Writing the disk'], { kind: 'image', id: image }),
    save: async ({ image }) =>
      work(`Save image ${image}`, ['Copying the disk'], { kind: 'image', id: image }, () => newImage(image, 'saved')),
  },
  machines: {
    list: async () => [...machines],
    inspect: async ({ machine }) => change(machine, {}),
    create: async (input) => create(input),
    start: async ({ machine }) => change(machine, startedNow()),
    stop: async ({ machine }) => change(machine, stoppedNow()),
    kill: async ({ machine }) => change(machine, stoppedNow()),
    pause: async ({ machine }) => change(machine, { state: 'paused' }),
    suspend: async ({ machine }) => change(machine, { ...stoppedNow(), state: 'suspended' }),
    discard: async ({ machine }) => change(machine, stoppedNow()),
    resume: async ({ machine }) => change(machine, { state: 'running' }),
    restart: async ({ machine }) => change(machine, startedNow()),
    rename: async ({ machine, name }) => change(machine, { name }),
    change: async ({ machine, ...changed }) =>
      change(machine, Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined))),
    attachDisk: async ({ machine, disk }) => attach(machine, disk),
    detachDisk: async ({ machine, slot }) =>
      change(machine, { disks: change(machine, {}).disks.filter((disk) => disk.slot !== slot) }),
    growDisk: async ({ machine, slot, sizeBytes }) =>
      change(machine, {
        disks: change(machine, {}).disks.map((disk) => (disk.slot === slot ? { ...disk, sizeBytes } : disk)),
      }),
    clone: async ({ machine, name }) => copy(machine, name, stoppedNow()),
    fork: async ({ machine, name }) => copy(machine, name, startedNow()),
    exportTo: async ({ machine }) =>
      work(`Export machine ${change(machine, {}).name}`, ['Writing disks', 'Writing snapshots', 'Verifying'], {
        kind: 'machine',
        id: change(machine, {}).id,
      }),
    importFrom: async ({ name }) =>
      work(`Import machine ${name}`, ['Verifying', 'Reading disks'], { kind: 'machine', id: 'imported' }, () => {
        const machine = machineView('imported', { name });
        machines.push(machine);
        tell({ type: 'machine', machine });
      }),
    remove: async ({ machine }) => remove(machine),
    restore: async ({ id }) => restore(id),
    purge: async () => ({}),
    console: async () => consoleStream(),
    exec: () => Promise.reject(new Error('not made up')),
  },
  snapshots: {
    list: async ({ machine }) => madeUpSnapshots[change(machine, {}).id] ?? [],
    create: async ({ machine, name, note }) => take(machine, name, note),
    restore: async ({ machine, snapshot }) => putBack(machine, snapshot),
    change: async ({ machine, snapshot, name, note }) =>
      tellSnapshots(
        machine,
        changeMadeUp(machine, snapshot, {
          ...(name === undefined ? {} : { name }),
          ...(note === undefined ? {} : { note }),
        }),
      ),
    remove: async ({ machine, snapshot }) => {
      const { id, parent } = removeMadeUp(machine, snapshot);
      if (change(machine, {}).currentSnapshot === id) change(machine, { currentSnapshot: parent });
      return tellSnapshots(machine, {});
    },
  },
  shares: {
    list: async ({ machine }) => change(machine, {}).shares,
    add: async ({ machine, hostDirectory, guestDirectory, readOnly = false }) => {
      const { shares, startedAt } = change(machine, {});
      const slot = shares.length;
      const added = { slot, hostDirectory, guestDirectory, readOnly, mounted: startedAt !== null, failure: null };
      return change(machine, { shares: [...shares, added] }).shares;
    },
    remove: async ({ machine, guestDirectory }) => {
      const left = change(machine, {}).shares.filter((share) => share.guestDirectory !== guestDirectory);
      return change(machine, { shares: left }).shares;
    },
  },
  tasks: { list: async () => tasks, cancel: async () => ({}), dismiss: async () => ({}) },
  events: { subscribe: async () => ({}) },
};

export async function connectMadeUp(): Promise<Connection> {
  if (new URLSearchParams(window.location.search).has('empty')) {
    machines.length = 0;
    tasks.length = 0;
    entry.present = false;
    images.length = 0;
  }
  if (new URLSearchParams(window.location.search).has('many')) {
    madeUpSnapshots['web-1'] = manySnapshots(120);
    change('web-1', { currentSnapshot: 'n118' });
  }
  setInterval(measure, 1000);
  return {
    client,
    onEvent: (handler) => {
      tell = handler;
    },
    onClose: () => undefined,
  };
}
