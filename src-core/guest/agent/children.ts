import { os } from './quickjs.ts';

/** Called once, with the status as a shell tells it. */
type Ended = (status: number) => void;

/**
 * QuickJS looks at pending signals and then sleeps in select(): a SIGCHLD in between is seen only when something
 * else happens. So while there are children, and only then, they are also looked after every now and then.
 */
const LOOK_AFTER_MS = 1000;

const children = new Map<number, Ended>();
let timer: unknown;

export function watchChildren(): void {
  os.signal(os.SIGCHLD, reap);
}

/** Must be called in the same turn in which the child was started. */
export function onChildEnd(pid: number, ended: Ended): void {
  children.set(pid, ended);
  timer ??= os.setTimeout(lookAfter, LOOK_AFTER_MS);
}

export function childRuns(pid: number): boolean {
  return children.has(pid);
}

/** Soon, because there is reason to believe that one has ended. */
export function reap(): void {
  for (;;) {
    const [pid, status] = os.waitpid(-1, os.WNOHANG);
    if (pid <= 0) return;
    const ended = children.get(pid);
    children.delete(pid);
    ended?.(statusOf(status));
  }
}

function lookAfter(): void {
  timer = undefined;
  reap();
  if (children.size > 0) timer ??= os.setTimeout(lookAfter, LOOK_AFTER_MS);
}

/** wait(2): the low seven bits are the signal that ended it. */
function statusOf(status: number): number {
  const signal = status & 0x7f;
  return signal === 0 ? (status >> 8) & 0xff : 128 + signal;
}
