import { findTool, isDirectory } from './environment.ts';
import { os, readSmallFile } from './quickjs.ts';
import type { Failure } from './request-failure.ts';
import { runTool } from './tool.ts';

const FORCE_AFTER_MS = 10_000;
const NS_PER_MS = 1_000_000n;
const NS_PER_SECOND = 1_000_000_000n;

/** Sets the clock to `ns` since 1970. date(1) knows only whole seconds, so it is called when one begins. */
export function setTime(ns: bigint): Promise<Failure> {
  const second = ns / NS_PER_SECOND + 1n;
  const waitMs = Number((second * NS_PER_SECOND - ns) / NS_PER_MS);
  return new Promise((resolve) => {
    const set = (): void =>
      runTool(['date', '-u', '-s', `@${second}`], (status) => resolve(status === 0 ? undefined : 'date failed'));
    os.setTimeout(set, waitMs);
  });
}

/**
 * Shuts the system down as its init wants it. An init that does not know how (a script) is helped: what runs is told,
 * file systems are written, and the kernel is asked.
 */
export function powerOff(): void {
  if (isDirectory('/run/systemd/system')) {
    // Not `systemctl poweroff`, which would first start the login manager to ask it.
    runTool(['systemctl', 'start', '--no-block', '--job-mode=replace-irreversibly', 'poweroff.target']);
    return;
  }
  runTool(['poweroff']);
  os.setTimeout(forcePowerOff, initObeys() ? FORCE_AFTER_MS : 0);
}

/** busybox init and sysvinit are asked by `poweroff` through a signal or a pipe; a script as pid 1 hears neither. */
function initObeys(): boolean {
  const name = readSmallFile('/proc/1/comm')?.trim() ?? '';
  return name === 'init' || name === 'linuxrc' || name === 'busybox';
}

function forcePowerOff(): void {
  runTool(['sync'], () => runTool(['umount', '-a', '-r'], () => runTool(['poweroff', '-f'])));
}

export const canPowerOff = (): boolean => findTool('poweroff') !== undefined || findTool('systemctl') !== undefined;
