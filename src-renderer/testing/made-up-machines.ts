import { AppError } from '../../src-core/base/errors.ts';
import type { InnkeeperClient } from '../../src-core/contract/contract.ts';
import type { CreateMachine, MachineView } from '../../src-core/contract/machines.ts';
import { GIB } from './byte-units.ts';
import { machineView } from './machine-view.ts';
import { consoleStream } from './made-up-console.ts';
import { tell } from './made-up-events.ts';
import { change, machines, on, startedNow, stoppedNow } from './made-up-machine-list.ts';
import { work } from './made-up-tasks.ts';

let count = 0;

type DiskForMachine = Parameters<InnkeeperClient['machines']['attachDisk']>[0]['disk'];

const bin = new Map<string, MachineView>();

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

function copy(reference: string, name: string, changed: Partial<MachineView>): MachineView {
  count += 1;
  const made = { ...change(reference, {}), id: `made-${count}`, name, currentSnapshot: null, ...changed };
  machines.push(made);
  tell({ type: 'machine', machine: made });
  return made;
}

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

export const machineMethods: InnkeeperClient['machines'] = {
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
};

export const shareMethods: InnkeeperClient['shares'] = {
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
};
