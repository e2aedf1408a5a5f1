import type { TerminalSize } from '../protocol.ts';
import { findTool } from './environment.ts';
import { os, readSmallFile } from './quickjs.ts';
import { runTool } from './tool.ts';

/**
 * QuickJS has no ioctl, so it can neither unlock a pseudo terminal (TIOCSPTLCK) nor make it a controlling one. The
 * program `script` of util-linux can, and every Debian has it; it copies between our pipes and the terminal.
 */
export const canOpenTerminals = (): boolean => findTool('script') !== undefined && findTool('stty') !== undefined;

/** @returns the command that runs `command` in a new terminal whose other end are standard input and output */
export function inTerminal(command: readonly string[], size: TerminalSize, shell: string): readonly string[] {
  // script starts what SHELL names: it must be one that knows this syntax; the program gets the wanted one back.
  const line =
    `stty ${sizeArguments(size).join(' ')} 2>/dev/null; SHELL=${quote(shell)}; export SHELL; ` +
    `exec ${command.map(quote).join(' ')}`;
  // -E: script assumes that who writes into a pipe wants no echo. -e: the status of the program.
  return ['script', '-q', '-e', '-E', 'always', '-c', line, '/dev/null'];
}

/** The kernel tells the foreground of the terminal by SIGWINCH. @param script process id of `script` */
export function resizeTerminal(script: number, size: TerminalSize): void {
  const device = terminalOf(script);
  if (device !== undefined) runTool(['stty', '-F', device, ...sizeArguments(size)]);
}

/** To what is in the terminal's foreground, as a key would; to `script` while there is nothing yet. */
export function signalForeground(script: number, signal: number): void {
  const child = readSmallFile(`/proc/${script}/task/${script}/children`)?.trim().split(' ')[0];
  // proc(5): the name in parentheses may contain anything; after it come state, ppid, pgrp, session, tty, tpgid.
  const stat = child ? readSmallFile(`/proc/${child}/stat`) : undefined;
  const foreground = Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[5] ?? 0);
  os.kill(foreground > 1 ? -foreground : script, signal);
}

/** Finds the terminal through the end that `script` holds: proc(5), "tty-index" of a pseudo terminal's master. */
function terminalOf(script: number): string | undefined {
  const [descriptors] = os.readdir(`/proc/${script}/fdinfo`);
  for (const descriptor of descriptors) {
    const index = /^tty-index:\s*(\d+)/m.exec(readSmallFile(`/proc/${script}/fdinfo/${descriptor}`) ?? '')?.[1];
    if (index !== undefined) return `/dev/pts/${index}`;
  }
  return undefined;
}

function sizeArguments({ columns, rows }: TerminalSize): readonly string[] {
  return ['rows', String(rows), 'cols', String(columns)];
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
