/**
 * How fast a shared folder is in a guest, beside a disk of the same guest: both end in files of this computer.
 *
 *     node bench/shares.ts [--mebibytes 64] [--rounds 3]      in INNKEEPER_HOME, which needs the image debian-13-tiny
 *
 * Sequential writing (with fsync) and reading (with an empty page cache) in requests of 1 MiB, and small files made,
 * read and deleted by one program. Times are the guest's own; the best round counts, for the computer is shared.
 */
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createService } from '../src-main/service/service.ts';

const { values } = parseArgs({
  options: { mebibytes: { type: 'string', default: '64' }, rounds: { type: 'string', default: '3' } },
});
const home = process.env['INNKEEPER_HOME'];
if (home === undefined) throw new Error('INNKEEPER_HOME names the data directory that has the image');
const base = realpathSync(mkdtempSync(join(tmpdir(), 'inn-bench-')));
const dataDirectory = join(base, 'data');
const hostDirectory = join(base, 'shared');
mkdirSync(hostDirectory);
cpSync(join(home, 'images'), join(dataDirectory, 'images'), { recursive: true });
const service = await createService({ dataDirectory, host: 'background', version: 'bench' });
const { machines, shares } = service.handlers;
const machine = 'bench';
const mebibytes = Number(values.mebibytes);

function sh(script: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const nothing = (): undefined => undefined;
    void machines.exec(
      { machine, command: ['sh', '-c', script], environment: {} },
      {
        write: (bytes) => {
          text += new TextDecoder().decode(bytes);
          return Promise.resolve();
        },
        ...{ onData: nothing, onFinish: nothing, onControl: nothing, onClose: nothing },
        end: () => resolve(text),
        fail: reject,
      },
    );
  });
}

/** Seconds of the guest that a script takes there. */
async function timed(script: string): Promise<number> {
  const text = await sh(`a=$(cut -d' ' -f1 /proc/uptime); ${script}; b=$(cut -d' ' -f1 /proc/uptime); echo "$a $b"`);
  const [from, to] = (text.trim().split('\n').pop() ?? '').split(' ').map(Number);
  return Math.max((to ?? NaN) - (from ?? NaN), 0.01);
}

const FRESH = 'sync; echo 3 >/proc/sys/vm/drop_caches';
const measures = {
  'write MiB/s': (at: string) => `dd if=/dev/zero of=${at}/big bs=1M count=${mebibytes} conv=fsync 2>/dev/null`,
  'read MiB/s': (at: string) => `dd if=${at}/big of=/dev/null bs=1M 2>/dev/null`,
  'make files/s': (at: string) => `mkdir ${at}/d; i=0; while [ $i -lt 1000 ]; do i=$((i+1)); echo $i >${at}/d/$i; done`,
  'read files/s': (at: string) => `cat ${at}/d/* >/dev/null`,
  'delete files/s': (at: string) => `rm -r ${at}/d`,
};

async function measure(at: string): Promise<Map<string, number>> {
  const best = new Map<string, number>();
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [name, script] of Object.entries(measures)) {
      await sh(FRESH);
      const amount = name.includes('MiB') ? mebibytes : 1000;
      best.set(name, Math.max(best.get(name) ?? 0, amount / (await timed(script(at)))));
    }
  }
  return best;
}

try {
  const source = { kind: 'image', image: 'debian-13-tiny' } as const;
  const disks = [{ sizeBytes: 4 * mebibytes * 2 ** 20 }];
  await machines.create({ name: machine, source, memoryBytes: 256 * 2 ** 20, disks, start: false });
  await shares.add({ machine, hostDirectory, guestDirectory: '/mnt/share', readOnly: false });
  await machines.start({ machine });
  while (!(await machines.inspect({ machine })).shares.every(({ mounted }) => mounted))
    await new Promise((go) => setTimeout(go, 20));
  console.log(
    await sh(
      'modprobe virtio_blk; modprobe ext4; mkfs.ext2 -F /dev/vda >/dev/null 2>&1 || mke2fs -F /dev/vda >/dev/null; mkdir -p /mnt/disk; mount -t ext4 -o noatime /dev/vda /mnt/disk 2>&1',
    ),
  );
  const [share, disk] = [await measure('/mnt/share'), await measure('/mnt/disk')];
  console.log(`${''.padEnd(16)}${'shared folder'.padStart(14)}${'own disk'.padStart(12)}`);
  for (const [name, figure] of share)
    console.log(
      `${name.padEnd(16)}${figure.toFixed(0).padStart(14)}${(disk.get(name) ?? NaN).toFixed(0).padStart(12)}`,
    );
} finally {
  await service.dispose();
  rmSync(base, { recursive: true, force: true });
}
