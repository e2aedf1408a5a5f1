import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Stands in all that is outside, in contents and in names. */
export const MARKER = 'XoutsideX';

/** Entries that lead out of the folder, for whoever follows them. */
export const TRAPS = ['abs', 'rel', 'file', 'up', 'loop', 'nowhere', 'pipe'] as const;
/** Directories and files that another process keeps swapping for links to the outside. */
export const SWAPPED = ['s0', 's1', 's2', 'f0', 'f1'] as const;

/** A folder to be shared, beside one that no guest may see or touch. */
export class TrappedFolder {
  readonly base = realpathSync(mkdtempSync(join(tmpdir(), 'inn-trap-')));
  readonly share = join(this.base, 'share');
  readonly outside = join(this.base, 'outside');
  readonly #before: string;
  #swapper: ChildProcess | undefined;

  constructor() {
    mkdirSync(join(this.outside, `${MARKER}-folder`), { recursive: true });
    for (const name of ['a', 'b', 'secret', `${MARKER}-file`, `${MARKER}-folder/a`])
      writeFileSync(join(this.outside, name), `${MARKER} ${name}`.repeat(10));
    mkdirSync(this.share);
    this.#setTraps();
    this.#before = this.describeOutside();
  }

  /** Inode numbers of all that is outside. */
  get outsideInodes(): Set<bigint> {
    return new Set(walk(this.outside).map((path) => lstatSync(path, { bigint: true }).ino));
  }

  /** Names, contents, rights and times of all that is outside. */
  describeOutside(): string {
    return [describeTree(this.outside), ...readdirSync(this.base).sort()].join('\n');
  }

  get isOutsideUntouched(): boolean {
    return this.describeOutside() === this.#before;
  }

  /** Starts a process that swaps directories for links and back, as fast as it can. */
  startSwapping(): Promise<void> {
    const swapper = spawn(process.execPath, ['-e', SWAPPER, this.share, this.outside, SWAPPED.join()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#swapper = swapper;
    return new Promise((resolve) => swapper.stdout.once('data', () => resolve()));
  }

  async stopSwapping(): Promise<void> {
    const swapper = this.#swapper;
    if (!swapper) return;
    this.#swapper = undefined;
    await new Promise((resolve) => {
      swapper.once('exit', resolve);
      swapper.kill('SIGKILL');
    });
  }

  remove(): void {
    rmSync(this.base, { recursive: true, force: true });
  }

  #setTraps(): void {
    const { share, outside } = this;
    for (const [name, target] of [
      ['abs', outside],
      ['rel', '../outside'],
      ['file', join(outside, 'secret')],
      ['up', '..'],
      ['loop', 'loop'],
      ['nowhere', 'no/such/thing'],
    ] as const)
      symlinkSync(target, join(share, name));
    if (process.platform !== 'win32') spawnSync('mkfifo', [join(share, 'pipe')]);
    mkdirSync(join(share, 'd/e'), { recursive: true });
    for (const name of ['a', 'd/a', 'd/e/a']) writeFileSync(join(share, name), 'inside');
  }
}

/** Names, contents, rights and times of all that is in a directory. */
export function describeTree(directory: string): string {
  const lines = walk(directory).map((path) => {
    const { mode, mtimeNs, ctimeNs, ino, nlink, size } = lstatSync(path, { bigint: true });
    const content = (mode & 0o170000n) === 0o100000n ? readFileSync(path, 'latin1') : '';
    return [path, mode, mtimeNs, ctimeNs, ino, nlink, size, content].join(' ');
  });
  return lines.join('\n');
}

/** Links are not followed. */
function walk(path: string): string[] {
  const isDirectory = lstatSync(path).isDirectory();
  const inside = isDirectory ? readdirSync(path).sort() : [];
  return [path, ...inside.flatMap((name) => walk(join(path, name)))];
}

/** Whatever the guest does to its entries meanwhile, they are made anew. */
const SWAPPER = `
const fs = require('node:fs');
const [share, outside, names] = process.argv.slice(1);
const attempt = (work) => { try { work(); } catch {} };
const round = () => {
  for (const name of names.split(',')) {
    const here = share + '/' + name;
    const parked = share + '/.' + name;
    const target = name.startsWith('s') ? outside : outside + '/secret';
    attempt(() => name.startsWith('s') ? fs.mkdirSync(here) : fs.writeFileSync(here, 'inside', { flag: 'wx' }));
    attempt(() => fs.renameSync(here, parked));
    attempt(() => fs.symlinkSync(target, here));
    attempt(() => fs.unlinkSync(here));
    attempt(() => fs.renameSync(parked, here));
  }
};
process.stdout.write('swapping');
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.exit();
  for (let n = 0; n < 50; n++) round();
}, 0);
`;
