import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultDataDirectory } from '../../src-main/service/os/data-directory.ts';
import { createService } from '../../src-main/service/service.ts';
import { ConsoleProbe } from '../../src-main/service/testing/console-probe.ts';

const IMAGE = 'debian-13-tiny';
const POLL_MS = 2;

/** What v86, in Node, takes to restore a running guest of 128 MB: from, to. */
export const V86_RESTORE_MS = [69, 383] as const;

type Service = Awaited<ReturnType<typeof createService>>;

/** A service in a directory of its own, with one image that `inn image pull` made. */
export class BenchService {
  readonly folder: string;
  readonly service: Service;
  readonly #image: string;

  private constructor(folder: string, service: Service, image: string) {
    this.folder = folder;
    this.service = service;
    this.#image = image;
  }

  static async open(image = IMAGE): Promise<BenchService> {
    const images = join(defaultDataDirectory(), 'images', image);
    if (!existsSync(images)) throw new Error(`the benchmark needs the image ${image}: inn image pull ${image}`);
    const folder = mkdtempSync(join(tmpdir(), 'inn-bench-'));
    cpSync(images, join(folder, 'images', image), { recursive: true });
    const service = await createService({ dataDirectory: folder, host: 'background', version: 'bench' });
    return new BenchService(folder, service, image);
  }

  get machines(): Service['handlers']['machines'] {
    return this.service.handlers.machines;
  }

  get snapshots(): Service['handlers']['snapshots'] {
    return this.service.handlers.snapshots;
  }

  /** A machine that has booted, and whose agent answers. */
  async running(name: string, memoryBytes: number): Promise<void> {
    const source = { kind: 'image', image: this.#image } as const;
    await this.machines.create({ name, source, memoryBytes, disks: [], start: true });
    await this.agentAnswers(name);
  }

  async agentAnswers(machine: string): Promise<void> {
    while ((await this.machines.inspect({ machine })).agent !== 'ready') await pause(POLL_MS);
  }

  /** Keys are typed and the guest's answer to them is on the screen. */
  async echoes(machine: string): Promise<void> {
    const console = await ConsoleProbe.open((input, stream) => this.machines.console(input, stream), machine);
    // What was on the screen before comes as well, at some time: only these keys prove that the guest answered.
    const keys = Math.random().toString(36).slice(2, 8);
    await console.type(keys);
    await console.shows(keys);
    console.close();
  }

  async close(): Promise<void> {
    await this.service.dispose();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((go) => setTimeout(go, milliseconds));
}

/** @returns milliseconds */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export function median(figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[figures.length >> 1] ?? NaN;
}

/** One line: what was measured, its median, the goal, and all figures. */
export function report(what: string, figures: readonly number[], goal: number | null, unit = 'ms'): void {
  const middle = median(figures);
  const verdict = goal === null ? '' : ` (goal ${goal} ${unit}: ${middle <= goal ? 'met' : 'missed'})`;
  const all = figures.map((figure) => figure.toFixed(unit === 'ms' ? 0 : 1)).join(' ');
  console.log(`  ${what.padEnd(34)}${middle.toFixed(1).padStart(7)} ${unit}${verdict}   ${all}`);
}

/** Beside what v86 publishes: how many times as fast. */
export function besideV86(milliseconds: number): string {
  const [fast, slow] = V86_RESTORE_MS;
  const times = (theirs: number): string => (theirs / milliseconds).toFixed(1);
  return `  v86 restores 128 MB in ${fast} to ${slow} ms: ${times(fast)} to ${times(slow)} times as long`;
}
