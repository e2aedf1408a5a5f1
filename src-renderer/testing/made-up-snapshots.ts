import { AppError } from '../../src-core/base/errors.ts';
import type { Screen, SnapshotView } from '../../src-core/contract/snapshots.ts';
import { snapshotView } from './snapshot-view.ts';

const HOUR_MS = 3_600_000;

function screen(...lines: readonly string[]): Screen {
  return { columns: 80, rows: 24, lines: [...lines] };
}

const upgrading = screen(
  'root@web-1:~# apt upgrade',
  'Reading package lists... Done',
  'Building dependency tree... Done',
  'Calculating upgrade... Done',
  'The following packages will be upgraded:',
  '  base-files libc-bin libc6 libssl3t64 openssl tzdata',
  '6 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.',
  'Need to get 9,182 kB of archives.',
  'Do you want to continue? [Y/n] y',
  'Get:1 http://deb.debian.org/debian trixie/main riscv64 base-files riscv64 13.8 [73.2 kB]',
  'Get:2 http://deb.debian.org/debian trixie/main riscv64 libc6 riscv64 2.41-12 [2,744 kB]',
  'Fetched 9,182 kB in 3s (3,061 kB/s)',
  'Setting up libc6:riscv64 (2.41-12) ...',
  'Setting up openssl (3.5.1-1) ...',
  'root@web-1:~#',
);

const counting = screen(...Array.from({ length: 23 }, (_, index) => `count ${index + 4711}`), '');

const login = screen('Debian GNU/Linux 13 web-1 hvc0', '', 'web-1 login: root', 'root@web-1:~# ');

/** By machine: a tree with two branches, and where the machine is in it. */
export const madeUpSnapshots: Record<string, SnapshotView[]> = {
  'web-1': [
    snapshotView('s1', null, {
      name: 'installed',
      note: 'Fresh from the image, nothing configured.',
      live: false,
      createdAt: Date.now() - 50 * HOUR_MS,
      memoryBytes: 0,
      diskBytes: 41 * 1024 ** 2,
    }),
    snapshotView('s2', 's1', {
      name: 'before-upgrade',
      createdAt: Date.now() - 26 * HOUR_MS,
      screen: login,
      memoryBytes: 96 * 1024 ** 2,
    }),
    snapshotView('s3', 's2', {
      name: 'upgraded',
      note: 'All packages of 13.1. The web server answers, but the database has not been moved over yet: that is for tomorrow.',
      createdAt: Date.now() - 25 * HOUR_MS,
      screen: upgrading,
    }),
    snapshotView('s4', 's3', { name: 'experiment', createdAt: Date.now() - 24 * HOUR_MS, screen: counting }),
    snapshotView('s5', 's2', { name: 'other-way', createdAt: Date.now() - 3 * HOUR_MS, screen: login }),
    snapshotView('s6', 's5', { name: 'it-works', createdAt: Date.now() - HOUR_MS, screen: upgrading }),
  ],
};

/** For looking at many: a long line with a branch at every tenth. */
export function manySnapshots(count: number): SnapshotView[] {
  const screens = [login, upgrading, counting, null];
  return Array.from({ length: count }, (_, index) =>
    snapshotView(`n${index}`, index === 0 ? null : `n${index % 10 === 9 ? index - 5 : index - 1}`, {
      name: `snapshot-${index + 1}`,
      note: index % 3 === 0 ? `Note of number ${index + 1}` : '',
      createdAt: Date.now() - (count - index) * HOUR_MS,
      live: index % 4 !== 3,
      screen: screens[index % 4] ?? null,
    }),
  );
}

let taken = 0;

function find(machine: string, reference: string): SnapshotView {
  const found = madeUpSnapshots[machine]?.find(({ id, name }) => id === reference || name === reference);
  if (found) return found;
  throw new AppError({ code: 'not-found', doing: `find snapshot ${reference}`, because: 'there is none' });
}

export function takeMadeUp(machine: string, parent: string | null, name: string | undefined, live: boolean) {
  taken += 1;
  const list = (madeUpSnapshots[machine] ??= []);
  const made = snapshotView(`taken-${taken}`, parent, {
    name: name ?? `snapshot-${list.length + 1}`,
    live,
    createdAt: Date.now(),
    screen: live ? counting : null,
  });
  madeUpSnapshots[machine] = [...list, made];
  return made;
}

export function changeMadeUp(machine: string, reference: string, change: Partial<SnapshotView>): SnapshotView {
  const changed = { ...find(machine, reference), ...change };
  madeUpSnapshots[machine] = (madeUpSnapshots[machine] ?? []).map((known) =>
    known.id === changed.id ? changed : known,
  );
  return changed;
}

/** Those built on it are built on its parent then. @returns what it was */
export function removeMadeUp(machine: string, reference: string): SnapshotView {
  const gone = find(machine, reference);
  madeUpSnapshots[machine] = (madeUpSnapshots[machine] ?? [])
    .filter(({ id }) => id !== gone.id)
    .map((known) => (known.parent === gone.id ? { ...known, parent: gone.parent } : known));
  return gone;
}

export { find as findMadeUp };
