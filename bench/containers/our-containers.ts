import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultDataDirectory } from '../../src-main/service/os/data-directory.ts';
import { pause } from '../service/bench-service.ts';

const INN = fileURLToPath(new URL('../../out/main/inn.js', import.meta.url));
/** What is needed of a data directory in which containers have run: the node's image, and container images. */
const PARTS = ['images/container-node', 'containers/blobs', 'containers/layers', 'containers/images.json'];
const LONGEST_MS = 60_000;

/** What one command took, in milliseconds from its being spawned. */
export interface CommandTimes {
  readonly firstOutputMs: number;
  readonly wholeMs: number;
}

/** Spawns a command, and waits for its end. @throws Error when it fails or says something else than is expected */
export function timeCommand(command: readonly string[], expected: string, home?: string): Promise<CommandTimes> {
  const [name = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const env = home === undefined ? process.env : { ...process.env, INNKEEPER_HOME: home };
    const child = spawn(name, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    let firstOutputMs = NaN;
    const said: Buffer[] = [];
    child.stdout.on('data', (bytes: Buffer) => {
      if (said.length === 0) firstOutputMs = performance.now() - start;
      said.push(bytes);
    });
    const wrong: Buffer[] = [];
    child.stderr.on('data', (bytes: Buffer) => void wrong.push(bytes));
    child.on('error', reject);
    child.on('close', (status) => {
      const wholeMs = performance.now() - start;
      const text = Buffer.concat(said).toString();
      if (status === 0 && text === expected) resolve({ firstOutputMs, wholeMs });
      else reject(new Error(`${command.join(' ')}: status ${status}, ${text}${Buffer.concat(wrong).toString()}`));
    });
  });
}

/** A service in the background with a data directory of its own, and the command line beside it. */
export class OurContainers {
  readonly #home: string;
  readonly #service: ReturnType<typeof spawn>;

  private constructor(home: string) {
    this.#home = home;
    this.#service = spawn(process.execPath, [INN, 'serve'], {
      stdio: 'ignore',
      env: { ...process.env, INNKEEPER_HOME: home },
    });
  }

  static async open(): Promise<OurContainers> {
    const home = mkdtempSync(join(tmpdir(), 'inn-bench-'));
    for (const part of PARTS) {
      const from = join(defaultDataDirectory(), part);
      if (!existsSync(from))
        throw new Error('the benchmark needs containers that have run: inn ctr run --rm busybox true');
      cpSync(from, join(home, part), { recursive: true });
    }
    const ours = new OurContainers(home);
    await until(() => ours.#try(['status']).status === 0, 'the service does not start');
    return ours;
  }

  /** What a person would type after `inn`. @throws Error when it fails */
  run(...args: readonly string[]): string {
    const { status, stdout, stderr } = this.#try(args);
    if (status !== 0) throw new Error(`inn ${args.join(' ')}: status ${status}, ${stderr}`);
    return stdout;
  }

  time(expected: string, ...args: readonly string[]): Promise<CommandTimes> {
    return timeCommand([process.execPath, INN, ...args], expected, this.#home);
  }

  async untilAsleep(): Promise<void> {
    await until(() => this.run('ctr', 'node', 'ls').includes('asleep'), 'the node does not go to sleep');
  }

  async close(): Promise<void> {
    this.#try(['stop']);
    if (this.#service.exitCode === null) await new Promise((gone) => this.#service.once('exit', gone));
    rmSync(this.#home, { recursive: true, force: true });
  }

  #try(args: readonly string[]): ReturnType<typeof spawnSync> & { stdout: string; stderr: string } {
    const env = { ...process.env, INNKEEPER_HOME: this.#home };
    return spawnSync(process.execPath, [INN, ...args], { env, encoding: 'utf8' });
  }
}

async function until(isSo: () => boolean, otherwise: string): Promise<void> {
  const giveUp = Date.now() + LONGEST_MS;
  while (!isSo()) {
    if (Date.now() > giveUp) throw new Error(otherwise);
    await pause(100);
  }
}
