import { reseedProgram } from '../reseed-program.ts';
import { isDirectory } from './environment.ts';
import { makeDirectories, replaceFile } from './files.ts';
import { os } from './quickjs.ts';
import type { Failure } from './request-failure.ts';
import { toolEnds } from './tool.ts';

/** Some systems let nothing be executed in one or the other. */
const FOLDERS = ['/var/lib/innkeeper', '/run', '/tmp'];

/** Mixes `seed` into the kernel's random numbers and makes it draw new ones from them. @returns why it did not work */
export async function reseed(seed: Uint8Array): Promise<Failure> {
  let because = 'there is no place for a program';
  for (const folder of FOLDERS) {
    if (!isDirectory(folder) && makeDirectories(folder) < 0) continue;
    const path = `${folder}/innkeeper-reseed`;
    if (replaceFile(path, reseedProgram(), 0o700) < 0) continue;
    const { status, said } = await toolEnds([path], poolInfo(seed));
    os.remove(path);
    if (status === 0) return undefined;
    because = `the kernel did not take new random bits (status ${status}) ${said}`.trim();
  }
  return because;
}

/** struct rand_pool_info of linux/random.h: entropy in bits, size in bytes, the bytes. */
function poolInfo(seed: Uint8Array): Uint8Array {
  const info = new Uint8Array(8 + seed.length);
  const view = new DataView(info.buffer);
  view.setInt32(0, seed.length * 8, true);
  view.setInt32(4, seed.length, true);
  info.set(seed, 8);
  return info;
}
