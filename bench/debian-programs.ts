/**
 * Debian's programs, in our machine and in QEMU's: what they print must be the same, byte for byte. OpenSSL, Python, Perl,
 * GCC and what it compiles, zstd, SQLite and Redis from Debian's packages, installed once into one disk, of which each
 * machine gets a copy; its first process runs them all.
 *
 *     npm run -s bench:debian-programs -- [--keep FOLDER]
 *
 * Needs the image debian-13 (inn image pull debian-13), the network, and qemu-system-riscv64 and qemu-img. With --keep the
 * disk stays in that folder with what was printed, and is not made again where it is there.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { qemuVersion } from './boot/qemu.ts';
import { outputsOf, type Output } from './debian-programs/outputs.ts';
import { prepare, type Prepared } from './debian-programs/prepare.ts';

const { values } = parseArgs({ options: { keep: { type: 'string' } } });
const version = qemuVersion();
if (version === null) throw new Error('there is no qemu-system-riscv64 to compare with');

const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'inn-bench-'));
mkdirSync(folder, { recursive: true });
try {
  const prepared = await preparedIn(folder);
  const [ours, theirs] = [await inCopy(prepared, 'ours'), await inCopy(prepared, 'qemu')];
  for (const [who, outputs] of Object.entries({ ours, theirs }))
    for (const [name, { bytes }] of outputs) writeFileSync(join(folder, `${name}.${who}`), bytes);
  process.exitCode = tell(ours, theirs) ? 0 : 1;
} finally {
  if (values.keep === undefined) rmSync(folder, { recursive: true, force: true });
}

async function preparedIn(place: string): Promise<Prepared> {
  const note = join(place, 'prepared.json');
  if (existsSync(note)) return JSON.parse(readFileSync(note, 'utf8')) as Prepared;
  const prepared = await prepare(place);
  writeFileSync(note, JSON.stringify(prepared));
  return prepared;
}

/** Each machine writes to a disk of its own. */
async function inCopy(prepared: Prepared, who: 'ours' | 'qemu'): Promise<ReadonlyMap<string, Output>> {
  const disk = join(folder, `${who}.raw`);
  execFileSync('qemu-img', ['convert', '-O', 'raw', prepared.disk, disk]);
  try {
    return await outputsOf(who, { ...prepared, disk });
  } finally {
    rmSync(disk);
  }
}

/** @returns whether all programs ended well and printed the same */
function tell(ours: ReadonlyMap<string, Output>, theirs: ReadonlyMap<string, Output>): boolean {
  let isSame = ours.size > 0;
  console.log(`${''.padEnd(20)}${'bytes'.padStart(8)}${'innkeeper'.padStart(12)}${(version ?? '').padStart(14)}`);
  for (const name of new Set([...ours.keys(), ...theirs.keys()])) {
    const [mine, other] = [ours.get(name), theirs.get(name)];
    const good = mine?.status === 0 && other?.status === 0 && mine.bytes.length > 0 && mine.bytes.equals(other.bytes);
    isSame &&= good;
    const times = [mine, other].map((each) => `${(each?.seconds ?? NaN).toFixed(1)} s`);
    const bytes = String(mine?.bytes.length ?? '-').padStart(8);
    console.log(
      `${name.padEnd(20)}${bytes}${(times[0] ?? '').padStart(12)}${(times[1] ?? '').padStart(14)}  ${good ? 'same' : 'DIFFERENT'}`,
    );
    if (!good) console.log(firstDifference(mine, other));
  }
  return isSame;
}

function firstDifference(mine: Output | undefined, other: Output | undefined): string {
  const lines = [mine, other].map((each) => each?.bytes.toString('latin1').split('\n') ?? []);
  const at = (lines[0] ?? []).findIndex((line, index) => line !== lines[1]?.[index]);
  const [a, b] = lines.map((each) => each[Math.max(0, at)] ?? 'nothing');
  return `  status ${mine?.status} and ${other?.status}; line ${at + 1}:\n  ${a}\n  ${b}`;
}
