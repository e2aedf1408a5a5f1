import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

const GUEST_FOLDER = '/bench';
const SOURCES = join(import.meta.dirname, '../programs');

/** What is measured, in the order in which the guest runs it. The first word is the name of the program's source file. */
export interface Program {
  readonly name: string;
  readonly group: 'integer' | 'floating point' | 'kernel' | 'tools';
  /** What a shell in the guest runs; it prints what it computed. */
  readonly command: string;
}

const inC = (group: Program['group'], ...names: readonly string[]): Program[] =>
  names.map((name) => ({ name, group, command: `${GUEST_FOLDER}/${name}` }));

export const PROGRAMS: readonly Program[] = [
  ...inC('integer', 'sieve', 'crc32', 'matmul-int', 'memcpy', 'fib', 'bytecode', 'sort', 'list', 'calls'),
  ...inC('floating point', 'matmul-double', 'nbody'),
  ...inC('kernel', 'syscalls', 'page-faults', 'pipe', 'fork-exec'),
  { name: 'sha256sum', group: 'tools', command: 'head -c 33554432 /dev/zero | sha256sum' },
  { name: 'gzip', group: 'tools', command: 'head -c 16777216 /dev/zero | gzip -c | wc -c' },
  { name: 'shell loop', group: 'tools', command: 'i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done; echo $i' },
];

/** A cross compiler of Debian's. */
export interface Compiler {
  readonly program: string;
  /** What to do where it is not there. */
  readonly hint: string;
  /** What this architecture needs besides. */
  readonly flags: readonly string[];
}

/** Compiles all programs, statically linked. @returns their files @throws Error that says what to install */
export function compile({ program: compiler, hint, flags }: Compiler, folder: string): readonly string[] {
  if (spawnSync(compiler, ['--version']).status !== 0) throw new Error(`there is no ${compiler}: ${hint}`);
  mkdirSync(folder, { recursive: true });
  return readdirSync(SOURCES).map((source) => {
    const program = join(folder, basename(source, '.c'));
    execFileSync(compiler, ['-O2', '-static', ...flags, '-o', program, join(SOURCES, source), '-lm'], {
      stdio: 'inherit',
    });
    return program;
  });
}

/** Lines of a shell's script that run everything and say when each begins and ends. @param folder where the programs are */
export function shellRuns(programs: readonly Program[], folder: string): string {
  const runs = programs.map(({ name, command }) => `echo "@begin ${name}"\necho "@end $(${command})"`);
  return runs.join('\n').replaceAll(`${GUEST_FOLDER}/`, `${folder}/`);
}

/** Process 1 of the guest, which switches the machine off in the end. */
export function initScript(programs: readonly Program[]): string {
  return `#!/bin/sh
export PATH=/bin:/sbin:/usr/bin:/usr/sbin
mount -t proc proc /proc
mount -t devtmpfs dev /dev
${shellRuns(programs, GUEST_FOLDER)}
echo @done
poweroff -f
`;
}
