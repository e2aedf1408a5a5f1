/**
 * The same programs in the same guest on different machines of software: Innkeeper's and QEMU's, one after the other in
 * each round, so that whatever else the computer does hits both. Processor seconds of the whole process, medians, ratios.
 * Of ours, the boot begins when the program is loaded, as it is in the service before anybody starts a machine.
 *
 *     npm run -s bench:peers -- [--rounds 5] [--only sieve,gzip]
 *
 * Needs the image debian-13-tiny, riscv64-linux-gnu-gcc (Debian: gcc-riscv64-linux-gnu) and qemu-system-riscv64.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultDataDirectory } from '../src-main/service/os/data-directory.ts';
import { qemuVersion } from './boot/qemu.ts';
import { COMMAND_LINE, withPrograms } from './peers/guest.ts';
import { compile, initScript, PROGRAMS } from './peers/programs.ts';
import type { Program } from './peers/programs.ts';
import { runPeer } from './peers/run-peer.ts';
import type { Peer, PeerTimes } from './peers/run-peer.ts';
import { median } from './service/bench-service.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
    memory: { type: 'string', default: '256' },
  },
});
const COMPILER = 'riscv64-linux-gnu-gcc';
const image = join(defaultDataDirectory(), 'images/debian-13-tiny');
if (!existsSync(image)) throw new Error('the benchmark needs an image: inn image pull debian-13-tiny');
const version = qemuVersion();
if (version === null) throw new Error('there is no qemu-system-riscv64 to compare with');
const wanted = values.only?.split(',');
const programs = PROGRAMS.filter(({ name }) => !wanted || wanted.includes(name));

const folder = mkdtempSync(join(tmpdir(), 'inn-bench-'));
try {
  const kernel = join(image, 'kernel');
  const compiled = compile(COMPILER, join(folder, 'programs'));
  const initrd = withPrograms(join(image, 'initrd'), compiled, initScript(programs), folder);
  const memory = values.memory;
  const ours: Peer = {
    name: 'innkeeper',
    command: [
      ...[
        process.execPath,
        join(import.meta.dirname, 'boot.ts'),
        '--ready',
        '--only',
        'ours',
        '--memory',
        memory,
        '--seconds',
        '600',
      ],
      ...['--kernel', kernel, '--initrd', initrd, '--append', `console=hvc0 ${COMMAND_LINE}`],
    ],
  };
  const qemu: Peer = {
    name: version,
    command: [
      ...[
        'qemu-system-riscv64',
        '-machine',
        'virt',
        '-m',
        memory,
        '-display',
        'none',
        '-monitor',
        'none',
        '-no-reboot',
      ],
      ...['-serial', 'null', '-device', 'virtio-serial-pci,disable-legacy=on', '-chardev', 'stdio,id=c,signal=off'],
      ...['-device', 'virtconsole,chardev=c', '-device', 'virtio-rng-pci,disable-legacy=on'],
      ...['-kernel', kernel, '-initrd', initrd, '-append', `console=hvc0 ${COMMAND_LINE}`],
    ],
  };
  const rounds: PeerTimes[][] = [];
  for (let round = 0; round < Number(values.rounds); round++) rounds.push([await runPeer(ours), await runPeer(qemu)]);
  tell(rounds, [ours.name, qemu.name]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function tell(rounds: readonly (readonly PeerTimes[])[], names: readonly string[]): void {
  const middle = (peer: number, figure: (times: PeerTimes) => number): number =>
    median(rounds.flatMap((round) => (round[peer] ? [figure(round[peer])] : [])));
  const row = (name: string, figure: (times: PeerTimes) => number): number => {
    const mine = middle(0, figure);
    const theirs = middle(1, figure);
    console.log(
      `${name.padEnd(16)}${mine.toFixed(2).padStart(10)}${theirs.toFixed(2).padStart(12)}${(mine / theirs).toFixed(2).padStart(9)}`,
    );
    return mine / theirs;
  };
  console.log(`processor seconds, medians of ${rounds.length}\n`);
  console.log(`${''.padEnd(16)}${(names[0] ?? '').padStart(10)}${(names[1] ?? '').padStart(12)}${'ratio'.padStart(9)}`);
  row('boot', ({ boot }) => boot);
  const ratios = new Map<Program['group'], number[]>();
  for (const { name, group } of programs) {
    differ(name, rounds);
    const ratio = row(name, (times) => times.programs.get(name)?.seconds ?? NaN);
    ratios.set(group, [...(ratios.get(group) ?? []), ratio]);
  }
  console.log('\ngeometric means of the ratios (below 1: Innkeeper needs less):');
  for (const [group, all] of ratios) {
    const mean = Math.exp(all.reduce((sum, ratio) => sum + Math.log(ratio), 0) / all.length);
    console.log(`  ${group.padEnd(16)}${mean.toFixed(2)}`);
  }
}

/** @throws Error when the peers did not compute the same */
function differ(name: string, rounds: readonly (readonly PeerTimes[])[]): void {
  const answers = new Set(rounds.flat().map((times) => times.programs.get(name)?.answer));
  if (answers.size !== 1 || answers.has(''))
    throw new Error(`${name}: ${[...answers].map((answer) => `“${answer}”`).join(', ')}`);
}
