import { link, mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../src-core/base/errors.ts';
import { hasCode } from './os/file-problem.ts';
import { processIdentity } from './os/process-identity.ts';

/**
 * One data directory has one owner. Owners are numbered: `owner/N` names the process that is the Nth. Who wants to
 * be the next makes N+1, which the file system gives to one only, and only after N was found dead; so nothing is
 * ever taken from a living owner, and an owner that was killed at any moment leaves nothing that must be repaired.
 */
const FOLDER = 'owner';
const ownerSchema = z.object({ pid: z.number().int(), identity: z.string(), host: z.string() });
type Owner = z.infer<typeof ownerSchema>;

export interface Ownership {
  /** Gives the directory back. */
  release(): Promise<void>;
}

/** @throws AppError 'unavailable' with `data.pid` of the process that owns the directory */
export async function ownDirectory(dataDirectory: string, host: 'app' | 'background'): Promise<Ownership> {
  const folder = join(dataDirectory, FOLDER);
  await mkdir(folder, { recursive: true });
  const draft = join(folder, `draft-${randomBytes(6).toString('hex')}`);
  const identity = (await processIdentity(process.pid)) ?? '';
  const own: Owner = { pid: process.pid, identity, host };
  const text = JSON.stringify(own);
  const mine = await claim(folder, { draft, text }, dataDirectory);
  await clearBelow(folder, mine);
  return { release: () => rm(join(folder, String(mine)), { force: true }) };
}

interface Entry {
  readonly draft: string;
  readonly text: string;
}

async function claim(folder: string, entry: Entry, dataDirectory: string): Promise<number> {
  for (;;) {
    const highest = Math.max(0, ...(await numbers(folder)));
    const owner = highest === 0 ? null : await readOwner(join(folder, String(highest)));
    if (owner && (await isAlive(owner))) throw owned(dataDirectory, owner);
    const mine = highest + 1;
    if (!(await appear(entry, join(folder, String(mine))))) continue;
    // While this process looked, others may have come and gone, and taken their numbers away below a higher one.
    if (Math.max(...(await numbers(folder))) === mine) return mine;
    await rm(join(folder, String(mine)), { force: true });
  }
}

/** A hard link appears whole or not at all, and never over another. @returns false when another was first */
async function appear({ draft, text }: Entry, path: string): Promise<boolean> {
  await writeFlushed(draft, text);
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    // The owner that was faster has tidied the draft away: look again, and find it.
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function numbers(folder: string): Promise<number[]> {
  return (await readdir(folder)).filter((name) => /^[0-9]+$/.test(name)).map(Number);
}

/** @returns null when it is gone, or holds nothing that could be an owner */
async function readOwner(path: string): Promise<Owner | null> {
  try {
    return ownerSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (error instanceof z.ZodError || error instanceof SyntaxError || hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

/** A process number is given again to others, so the process must also be the one that wrote the file. */
async function isAlive({ pid, identity }: Owner): Promise<boolean> {
  const now = await processIdentity(pid);
  return now !== null && now === identity;
}

async function clearBelow(folder: string, mine: number): Promise<void> {
  for (const number of await numbers(folder))
    if (number < mine) await rm(join(folder, String(number)), { force: true });
  for (const name of await readdir(folder)) {
    // Drafts of processes that were killed here; a living one only loses its own draft's name.
    if (name.startsWith('draft-')) await rm(join(folder, name), { force: true });
  }
}

async function writeFlushed(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: 'wx' });
  const handle = await open(path, 'r+');
  await handle.sync();
  await handle.close();
}

function owned(dataDirectory: string, { pid, host }: Owner): AppError {
  return new AppError({
    code: 'unavailable',
    doing: `open ${dataDirectory}`,
    because: `it is in use by ${host === 'app' ? 'the Innkeeper app' : 'a background service'} (process ${pid})`,
    hint: host === 'app' ? 'Use the app, or quit it.' : 'Use that service, or end it with "inn stop".',
    data: { pid, host },
  });
}
