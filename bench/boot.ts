/**
 * Boots a Linux guest without a window, and says what that cost.
 *
 *     npm run -s bench:boot                                                   the image debian-13-tiny to its prompt, ours and QEMU's
 *     node bench/boot.ts --kernel Image --initrd initrd.cpio --until TEXT     ours, then QEMU with the same files
 *     node bench/boot.ts --kernel Image --initrd initrd.cpio --interactive    a terminal; Ctrl-] ends it
 *     npm run -s bench:boot -- --boots 200                                    ours so many times in a row, and how many failed
 *
 * With `--ready`, a line `@ready` says when everything is loaded and the machine is about to be made.
 * With `--until`, what is printed is the processor time of the whole process from its first instruction for the
 * guest to the moment at which TEXT has appeared on the console: for QEMU the same, from /proc.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultDataDirectory } from '../src-main/service/os/data-directory.ts';
import { bootOurs } from './boot/ours.ts';
import { bootQemu, qemuVersion } from './boot/qemu.ts';
import { quiet } from './boot/quiet.ts';
import { printResult, type BootOptions } from './boot/result.ts';
import { bootInARow } from './boot/row.ts';

/** As facts of the guest have it: no self-tests, no module-signing keys, a panic ends the machine. */
const COMMAND_LINE = [
  'console=hvc0',
  'earlycon=sbi',
  'cryptomgr.notests',
  'initcall_blacklist=jent_mod_init,load_system_certificate_list,trace_eval_init,btf_vmlinux_init',
  'panic=-1',
].join(' ');

const { values } = parseArgs({
  options: {
    kernel: { type: 'string' },
    initrd: { type: 'string' },
    firmware: { type: 'string' },
    disk: { type: 'string', multiple: true, default: [] },
    append: { type: 'string', default: COMMAND_LINE },
    until: { type: 'string' },
    memory: { type: 'string', default: '256' },
    harts: { type: 'string', default: '1' },
    core: { type: 'string', default: 'out/core.wasm' },
    seconds: { type: 'string', default: '300' },
    only: { type: 'string' },
    interactive: { type: 'boolean', default: false },
    quiet: { type: 'boolean', default: false },
    exits: { type: 'boolean', default: false },
    ready: { type: 'boolean', default: false },
    boots: { type: 'string', default: '1' },
  },
});
if (values.boots !== '1') process.exit(bootInARow(Number(values.boots), process.argv.slice(2)) ? 0 : 1);

// Without files of the person's own: the image that `inn image pull debian-13-tiny` built.
const image = join(defaultDataDirectory(), 'images/debian-13-tiny');
const own = values.kernel !== undefined || values.firmware !== undefined;

const options: BootOptions = {
  kernel: own ? values.kernel : join(image, 'kernel'),
  initrd: own ? values.initrd : join(image, 'initrd'),
  firmware: values.firmware,
  disks: values.disk,
  commandLine: values.append,
  until: values.until ?? (own ? undefined : ':~#'),
  memoryBytes: Number(values.memory) * 2 ** 20,
  harts: Number(values.harts),
  core: values.core,
  mostSeconds: values.interactive ? Infinity : Number(values.seconds),
  interactive: values.interactive,
  quiet: values.quiet,
};

if (values.only !== 'qemu') await quiet();
if (values.ready) console.log('@ready');
const ours = values.only === 'qemu' ? null : await bootOurs(options);
if (ours) printResult('innkeeper', ours);
if (ours && values.exits)
  for (const { device, kind, count } of ours.exits) console.log(`  ${device} ${kind}: ${count}`);

const version = values.only === 'ours' || values.interactive ? null : qemuVersion();
if (version !== null) {
  const theirs = await bootQemu(options);
  printResult(version, theirs);
  if (ours) console.log(`ratio of processor time: ${(ours.processorSeconds / theirs.processorSeconds).toFixed(2)}`);
}
process.exit(ours && !ours.reached ? 1 : 0);
