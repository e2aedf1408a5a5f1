import { createService } from '../service.ts';
import { act, say } from './announced-acts.ts';
import { runScript } from './exec-lines.ts';
import { pick, seeded } from './seeded.ts';

/**
 * A process of its own that lets a guest write to its disk, and takes, restores and deletes snapshots, clones, forks and
 * grows meanwhile, until it is killed. It says what it is about to do and what was done (`try VERB NAME`, `did VERB NAME`),
 * and `flushed N` when the guest was told that line N of its log is on the disk.
 * Arguments: data directory, seed.
 */
const [directory = '', seed = '0'] = process.argv.slice(2);
const random = seeded(Number(seed));
const service = await createService({ dataDirectory: directory, host: 'background', version: 'test' });
const { machines, snapshots } = service.handlers;
const MIB = 1024 * 1024;
const MOST_SNAPSHOTS = 5;
const MOST_CLONES = 2;
let made = 0;
let size = 0;

/** Each life of the writer goes on behind the last line that it finds. A snapshot may be of the moment between mkdir and mount. */
const WRITER = `
  kill -9 $(cat /run/writer 2>/dev/null) 2>/dev/null
  echo $$ >/run/writer
  grep -q ' /mnt/log ' /proc/mounts || { mkdir -p /mnt/log; modprobe ext4; mount -t ext4 /dev/vda /mnt/log || exit 9; }
  i=$(tail -n 1 /mnt/log/lines 2>/dev/null); i=\${i:-0}
  while i=$((i + 1)); echo $i >>/mnt/log/lines && sync; do echo $i; done
  dmesg | tail -n 25 | sed 's/^/guest: /'
  exit 8
`;

function write(): void {
  runScript(machines.exec, 'm', WRITER, (line) => say(line.startsWith('guest:') ? line : `flushed ${line}`)).then(
    (status) => say(`writer ended ${status}`),
    (error: unknown) => say(`writer not begun: ${String(error)}`),
  );
}

async function removeClone(): Promise<void> {
  const clone = (await machines.list({})).find(({ name }) => name !== 'm');
  if (!clone) return;
  if (clone.state === 'running') await machines.kill({ machine: clone.id });
  await act(`remove ${clone.name}`, () => machines.remove({ machine: clone.id, purge: random() < 0.5 }));
}

async function step(): Promise<void> {
  const all = await snapshots.list({ machine: 'm' });
  const clones = (await machines.list({})).length - 1;
  const name = `x${seed}-${++made}`;
  const dice = random();
  const some = pick(all, random)?.name ?? '';
  if (dice < 0.35 && all.length < MOST_SNAPSHOTS) {
    await act(`snapshot ${name}`, () => snapshots.create({ machine: 'm', name, note: '' }));
  } else if (dice < 0.5 && all.length > 1) {
    await act(`forget ${some}`, () => snapshots.remove({ machine: 'm', snapshot: some }));
  } else if (dice < 0.65 && all.length > 0) {
    await act(`restore ${some}`, () => snapshots.restore({ machine: 'm', snapshot: some }));
    write();
  } else if (dice < 0.75) {
    size += MIB;
    await act('grow m', () => machines.growDisk({ machine: 'm', slot: 0, sizeBytes: size }));
  } else if (clones >= MOST_CLONES) {
    await removeClone();
  } else if (dice < 0.88 && all.length > 0) {
    const full = random() < 0.3;
    await act(`clone ${name}`, () => machines.clone({ machine: 'm', name, snapshot: some, full }));
  } else {
    await act(`fork ${name}`, () => machines.fork({ machine: 'm', name }));
  }
}

say('open');
const before = await machines.inspect({ machine: 'm' });
size = before.disks[0]?.sizeBytes ?? 0;
if (before.state !== 'running') {
  const first = pick(await snapshots.list({ machine: 'm' }), random);
  // To boot takes long; what was flushed was looked at before.
  if (first && random() < 0.7) {
    await act(`restore ${first.name}`, () => snapshots.restore({ machine: 'm', snapshot: first.name }));
  } else {
    await machines.start({ machine: 'm' });
  }
}
write();
for (;;) {
  await step();
  await new Promise((resolve) => setTimeout(resolve, random() * 150));
}
