import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { scriptText } from '../../src-main/service/testing/exec-text.ts';
import { BenchService, pause } from '../service/bench-service.ts';

const MACHINE = 'programs';
const MEMORY_BYTES = 2 ** 30;
const PACKAGES = ['openssl', 'python3', 'perl', 'gcc', 'libc6-dev', 'zstd', 'xz-utils', 'sqlite3', 'redis-server'];
const PLACE = '/opt/programs';
const POLL_MS = 500;

/** What is started twice: a disk with the programs on it, and what boots it. */
export interface Prepared {
  readonly kernel: string;
  readonly initrd: string;
  readonly commandLine: string;
  /** A disk of 8 GiB or so, mostly holes. */
  readonly disk: string;
}

/** The files that go into the guest, by their path below `PLACE`. */
function files(): [string, Buffer][] {
  const here = import.meta.dirname;
  const programs = readdirSync(join(here, 'programs')).map((name) => `programs/${name}`);
  return ['prepare.sh', 'run.sh', ...programs].map((name) => [name, readFileSync(join(here, name))]);
}

async function run(bench: BenchService, script: string): Promise<void> {
  const { text, exitStatus } = await scriptText(bench.machines.exec, MACHINE, script);
  if (exitStatus !== 0) throw new Error(`${script.slice(0, 80)} ended with ${exitStatus}: ${text.slice(-2000)}`);
}

/** Debian's packages from its archive, through the guest's network. */
async function install(bench: BenchService): Promise<void> {
  const source = { kind: 'image', image: 'debian-13' } as const;
  const userData = `#cloud-config\npackages: [${PACKAGES.join(', ')}]\n`;
  await bench.machines.create({ name: MACHINE, source, memoryBytes: MEMORY_BYTES, disks: [], userData, start: true });
  for (;;) {
    const { configuration, failure } = await bench.machines.inspect({ machine: MACHINE });
    if (failure !== null || configuration.state === 'failed') throw new Error(JSON.stringify(failure ?? configuration));
    if (configuration.state === 'done') return;
    await pause(POLL_MS);
  }
}

async function powerOff(bench: BenchService): Promise<string> {
  await bench.machines.stop({ machine: MACHINE, graceMs: 60_000 });
  for (;;) {
    const { state, disks } = await bench.machines.inspect({ machine: MACHINE });
    const path = disks[0]?.path;
    if (state === 'stopped' && path !== undefined) return path;
    await pause(POLL_MS);
  }
}

/** Installs the programs into a new machine of the image debian-13, and takes its disk out. @throws Error */
export async function prepare(folder: string): Promise<Prepared> {
  const bench = await BenchService.open('debian-13');
  try {
    await install(bench);
    for (const [name, content] of files())
      await run(
        bench,
        `mkdir -p ${PLACE}/programs && echo ${content.toString('base64')} | base64 -d >${PLACE}/${name} && chmod 755 ${PLACE}/${name}`,
      );
    await run(bench, `systemctl disable redis-server; ${PLACE}/prepare.sh`);
    const own = await powerOff(bench);
    const disk = join(folder, 'disk.raw');
    execFileSync('qemu-img', ['convert', '-O', 'raw', own, disk]);
    const image = join(bench.folder, 'images/debian-13');
    const [kernel, initrd] = [join(folder, 'kernel'), join(folder, 'initrd')];
    copyFileSync(join(image, 'kernel'), kernel);
    copyFileSync(join(image, 'initrd'), initrd);
    const { boot } = JSON.parse(readFileSync(join(image, 'image.json'), 'utf8')) as { boot: { commandLine: string } };
    return { kernel, initrd, disk, commandLine: `${boot.commandLine} init=${PLACE}/run.sh` };
  } finally {
    await bench.close();
  }
}
