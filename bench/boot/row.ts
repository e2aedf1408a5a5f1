import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const TELL_EVERY = 20;

/**
 * Boots our machine so many times, each in a process of its own.
 * @param args what the benchmark was called with
 * @returns whether all came to where they were to come
 */
export function bootInARow(boots: number, args: readonly string[]): boolean {
  const at = args.indexOf('--boots');
  const others = [...args.slice(0, at), ...args.slice(at + 2)];
  const once = [join(import.meta.dirname, '../boot.ts'), ...others, '--only', 'ours', '--quiet'];
  const seconds: number[] = [];
  let failed = 0;
  for (let boot = 1; boot <= boots; boot++) {
    const { status, stdout } = spawnSync(process.execPath, once, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (status !== 0) {
      failed++;
      console.log(`boot ${boot}: ${stdout.trim()}`);
    }
    seconds.push(Number(/([\d.]+) s of processor/.exec(stdout)?.[1] ?? NaN));
    if (boot % TELL_EVERY === 0) console.log(`${boot} boots, ${failed} failed`);
  }
  seconds.sort((a, b) => a - b);
  const [least, middle, most] = [seconds[0], seconds[seconds.length >> 1], seconds.at(-1)];
  console.log(`${boots} boots in a row, ${failed} failed; seconds of processor: ${least} to ${most}, median ${middle}`);
  return failed === 0;
}
