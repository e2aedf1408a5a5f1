import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownDirectory } from './ownership.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'innkeeper-owner-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** A process that wants the directory, says what became of that, and waits. */
function contender() {
  const module = new URL('./ownership.ts', import.meta.url).href;
  const script = `
    import { ownDirectory } from ${JSON.stringify(module)};
    setInterval(() => undefined, 1000);
    ownDirectory(${JSON.stringify(directory)}, 'background').then(
      () => console.log('mine'),
      (error) => { console.log(error.code + ' ' + error.data?.pid); process.exit(); },
    );`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const answer = once(createInterface({ input: child.stdout }), 'line').then(([line]) => String(line));
  const kill = async (): Promise<void> => {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  return { pid: child.pid, answer, kill };
}

describe('a data directory', () => {
  it('has one owner, who gives it back', async () => {
    const first = await ownDirectory(directory, 'app');
    await expect(ownDirectory(directory, 'background')).rejects.toMatchObject({
      code: 'unavailable',
      because: `it is in use by the Innkeeper app (process ${process.pid})`,
    });
    await first.release();
    await (await ownDirectory(directory, 'background')).release();
  });

  it('goes to exactly one of many that want it at once, and to the next when that one is killed', async () => {
    for (let round = 0; round < 3; round++) {
      const contenders = Array.from({ length: 5 }, contender);
      const answers = await Promise.all(contenders.map(({ answer }) => answer));
      const winners = contenders.filter((_, at) => answers[at] === 'mine');
      expect(winners).toHaveLength(1);
      expect(new Set(answers)).toEqual(new Set(['mine', `unavailable ${winners[0]?.pid}`]));
      await winners[0]?.kill();
    }
    await (await ownDirectory(directory, 'app')).release();
    expect(await readdir(join(directory, 'owner'))).toEqual([]);
  });

  it('is not held by a file that means nothing, or by another process with the same number', async () => {
    await (await ownDirectory(directory, 'app')).release();
    await writeFile(join(directory, 'owner/7'), 'garbage');
    await (await ownDirectory(directory, 'app')).release();
    const stranger = { pid: process.pid, identity: `${process.pid} 1 another boot`, host: 'app' };
    await writeFile(join(directory, 'owner/9'), JSON.stringify(stranger));
    await (await ownDirectory(directory, 'app')).release();
  });
});
