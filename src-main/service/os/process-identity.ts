import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { hasCode } from './file-problem.ts';

const run = promisify(execFile);

/**
 * Tells a process from every other that has had its number, before or since: by when it began.
 * @returns null when there is no such process
 */
export async function processIdentity(pid: number): Promise<string | null> {
  if (!exists(pid)) return null;
  if (process.platform === 'linux') return linuxIdentity(pid);
  const began = process.platform === 'win32' ? await beganOnWindows(pid) : await beganByPs(pid);
  return began === '' ? null : `${pid} ${began}`;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, but somebody else's.
    return hasCode(error, 'EPERM');
  }
}

/** proc(5): field 22 of stat is the start time in clock ticks after boot. The name, field 2, may hold anything. */
async function linuxIdentity(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'latin1')).trim();
    return `${pid} ${fields[19] ?? ''} ${boot}`;
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ESRCH')) return null;
    throw error;
  }
}

async function beganByPs(pid: number): Promise<string> {
  return run('ps', ['-o', 'lstart=', '-p', String(pid)]).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
}

async function beganOnWindows(pid: number): Promise<string> {
  const script = `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`;
  return run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', script]).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
}
