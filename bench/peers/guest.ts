import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writeCpio } from '../../src-core/images/formats/cpio.ts';
import type { CpioNode } from '../../src-core/images/formats/cpio.ts';

const INIT = 'bench/init';
/** For every kernel: no self-tests, which are most of a boot; a panic ends the machine. */
export const TRIMMED = [
  'quiet panic=-1 cryptomgr.notests',
  'initcall_blacklist=jent_mod_init,load_system_certificate_list,trace_eval_init,btf_vmlinux_init',
  `rdinit=/${INIT}`,
].join(' ');

/**
 * The initramfs of an image with the programs and an init of ours added: the kernel unpacks one archive after another.
 * @returns the file, in `folder`
 */
export function withPrograms(initrd: string, programs: readonly string[], init: string, folder: string): string {
  const file = (content: Uint8Array): CpioNode => ({ kind: 'file', mode: 0o755, content });
  const tree = new Map<string, CpioNode>([[INIT, file(Buffer.from(init))]]);
  tree.set('proc', { kind: 'directory', mode: 0o555 });
  for (const program of programs) tree.set(`bench/${basename(program)}`, file(readFileSync(program)));
  const whole = join(folder, 'initrd');
  writeFileSync(whole, Buffer.concat([readFileSync(initrd), writeCpio(tree, 0)]));
  return whole;
}
