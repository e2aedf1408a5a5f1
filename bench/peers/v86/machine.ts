/**
 * A PC of v86's in a process of its own, with its serial port on standard output. Says `@ready` when everything is loaded.
 *
 *     node bench/peers/v86/machine.ts --folder FOLDER --append TEXT --memory MIB
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { V86 } from 'v86';
import { quiet } from '../../boot/quiet.ts';

const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: '.' },
    append: { type: 'string', default: '' },
    memory: { type: 'string', default: '256' },
  },
});
const NEWLINE = 10;

/** A copy: what Node reads may be part of a larger buffer. */
const file = (name: string): { buffer: ArrayBuffer } => {
  return { buffer: new Uint8Array(readFileSync(join(values.folder, name))).buffer };
};
const emulator = new V86({
  wasm_path: fileURLToPath(import.meta.resolve('v86/build/v86.wasm')),
  memory_size: Number(values.memory) * 2 ** 20,
  bios: file('bios'),
  vga_bios: file('vga-bios'),
  bzimage: file('kernel'),
  initrd: file('initrd'),
  cmdline: values.append,
  autostart: false,
});
let line: number[] = [];
emulator.add_listener('serial0-output-byte', (byte) => {
  line.push(byte);
  if (byte !== NEWLINE) return;
  process.stdout.write(Uint8Array.from(line));
  line = [];
});
await new Promise<void>((go) => emulator.add_listener('emulator-ready', () => go()));
await quiet();
process.stdout.write('@ready\n');
await emulator.run();
