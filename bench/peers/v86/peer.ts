import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { writeCpio } from '../../../src-core/images/formats/cpio.ts';
import { addBusybox, type SystemTree } from '../../../src-core/images/recipes/system-tree.ts';
import { TRIMMED, withPrograms } from '../guest.ts';
import { compile } from '../programs.ts';
import type { Peer } from '../run-peer.ts';
import { pcParts } from './parts.ts';

/**
 * Arithmetic in SSE2: with the x87 instructions that the compiler takes unless told, v86 needs six times as long for the
 * programs of doubles, and rounds otherwise than the other peers.
 */
const COMPILER = {
  program: 'i686-linux-gnu-gcc',
  hint: 'install gcc-i686-linux-gnu of Debian, or --without v86',
  flags: ['-msse2', '-mfpmath=sse'],
};
/** No time for mitigations of flaws that only real processors have. */
const COMMAND_LINE = `console=ttyS0 mitigations=off ${TRIMMED}`;

/** v86 with a guest of the same programs. @param folder for what is made @throws Error that says what is missing */
export async function v86(init: string, memory: string, folder: string): Promise<Peer> {
  mkdirSync(folder, { recursive: true });
  const programs = compile(COMPILER, join(folder, 'programs'));
  const { kernel, busybox, bios, vgaBios } = await pcParts();
  const tree: SystemTree = new Map();
  for (const path of ['dev', 'bin']) tree.set(path, { kind: 'directory', mode: 0o755 });
  // The kernel opens it for process 1, before that mounts /dev.
  tree.set('dev/console', { kind: 'character-device', mode: 0o600, major: 5, minor: 1 });
  addBusybox(tree, 'bin', busybox);
  const base = join(folder, 'base');
  writeFileSync(base, writeCpio(tree, 0));
  withPrograms(base, programs, init, folder);
  for (const [name, content] of Object.entries({ kernel, bios, 'vga-bios': vgaBios }))
    writeFileSync(join(folder, name), content);
  const machine = [join(import.meta.dirname, 'machine.ts'), '--folder', folder, '--memory', memory];
  return { name: `v86 ${version()}`, command: [process.execPath, ...machine, '--append', COMMAND_LINE] };
}

function version(): string {
  const file = createRequire(import.meta.url).resolve('v86/package.json');
  return /[\d.]+/.exec((JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version)?.[0] ?? '';
}
