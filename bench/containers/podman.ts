import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { timeCommand } from './our-containers.ts';
import type { CommandTimes } from './our-containers.ts';

const BUSYBOX = '/bin/busybox';
const IMAGE = 'bench-busybox';

/** Debian's podman with runc, on this computer's own kernel and processor: what containers cost without a machine of software. */
export class Podman {
  readonly #folder = mkdtempSync(join(tmpdir(), 'inn-bench-podman-'));

  /** An image of this computer's own busybox. @returns null where podman, runc or busybox is not here, or does not work */
  static open(): Podman | null {
    const podman = new Podman();
    const root = join(podman.#folder, 'image');
    mkdirSync(join(root, 'bin'), { recursive: true });
    try {
      cpSync(BUSYBOX, join(root, 'bin/busybox'), { dereference: true });
      for (const name of ['sh', 'echo', 'sleep']) symlinkSync('busybox', join(root, 'bin', name));
      const { stdout } = spawnSync('tar', ['-C', root, '-c', '.'], { maxBuffer: 2 ** 26 });
      const { status } = spawnSync('podman', [...podman.#options, 'import', '-', IMAGE], { input: stdout });
      if (status === 0 && podman.#run(['true']).status === 0) return podman;
    } catch {
      // Said by the caller.
    }
    podman.close();
    return null;
  }

  time(expected: string, ...command: readonly string[]): Promise<CommandTimes> {
    return timeCommand(['podman', ...this.#options, ...RUN, IMAGE, ...command], expected);
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #run(command: readonly string[]): ReturnType<typeof spawnSync> {
    return spawnSync('podman', [...this.#options, ...RUN, IMAGE, 'busybox', ...command]);
  }

  get #options(): readonly string[] {
    const places = ['--root', join(this.#folder, 'root'), '--runroot', join(this.#folder, 'run')];
    return [...places, '--storage-driver', 'overlay', '--runtime', 'runc'];
  }
}

/** Limits that may be set without CAP_SYS_RESOURCE. */
const RUN = ['run', '--rm', '--network', 'none', '--ulimit', 'nofile=4096:4096', '--ulimit', 'nproc=1000:1000'];
