/**
 * The same programs on different machines of software: Innkeeper's, QEMU's and v86's, one after the other in each round, so
 * that whatever else the computer does hits all; and on no machine of software, to show what that costs. Processor seconds of the whole process, medians, ratios. Of ours and of v86,
 * the boot begins when the program is loaded.
 *
 *     npm run -s bench:peers -- [--rounds 5] [--only sieve,gzip] [--without qemu,native,v86]
 *
 * Innkeeper and QEMU run the same guest, the image debian-13-tiny. v86 is a 32-bit PC: its guest has the same programs and
 * the same init, compiled for i686, on Debian 12's kernel and BusyBox for i386. That kernel is another one, and begins by
 * unpacking itself: boot, the kernel's work and tools are of different code there; integer and floating point are our own
 * programs.
 *
 * Needs the image debian-13-tiny, Debian's packages gcc-riscv64-linux-gnu, qemu-system-riscv64, gcc and busybox, and for v86
 * gcc-i686-linux-gnu.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { native } from './peers/native.ts';
import { initScript, PROGRAMS } from './peers/programs.ts';
import { innkeeper, qemu, riscvGuest } from './peers/riscv64.ts';
import { runPeer } from './peers/run-peer.ts';
import type { Peer, PeerTimes } from './peers/run-peer.ts';
import { printTable } from './peers/table.ts';
import { v86 } from './peers/v86/peer.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
    without: { type: 'string', default: '' },
    memory: { type: 'string', default: '256' },
  },
});
const wanted = values.only?.split(',');
const without = values.without.split(',');
const programs = PROGRAMS.filter(({ name }) => !wanted || wanted.includes(name));

const folder = mkdtempSync(join(tmpdir(), 'inn-bench-'));
try {
  const init = initScript(programs);
  const guest = riscvGuest(init, values.memory, join(folder, 'riscv64'));
  const peers: Peer[] = [innkeeper(guest)];
  if (!without.includes('qemu')) peers.push(qemu(guest));
  if (!without.includes('native')) peers.push(native(programs, join(folder, 'native')));
  if (!without.includes('v86')) peers.push(await v86(init, values.memory, join(folder, 'v86')));
  const rounds: PeerTimes[][] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const times: PeerTimes[] = [];
    for (const peer of peers) times.push(await runPeer(peer));
    rounds.push(times);
  }
  printTable(
    programs,
    rounds,
    peers.map(({ name }) => name),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
