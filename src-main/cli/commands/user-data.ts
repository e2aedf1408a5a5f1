import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { MachineView } from '../../../src-core/contract/machines.ts';
import { fileProblem } from '../../service/os/file-problem.ts';
import type { CliIo } from '../io.ts';
import { printable } from '../output.ts';

/** @param path as typed @throws AppError when the file cannot be read */
export function readUserData(io: CliIo, path: string, doing: string): string {
  try {
    return readFileSync(resolve(io.cwd, path), 'utf8');
  } catch (error) {
    throw fileProblem(`${doing} (read ${path})`, error);
  }
}

/** Tells what of the user-data is passed over. */
export function warnOfUserData(io: CliIo, { configuration }: MachineView): void {
  for (const warning of configuration.warnings) io.stderr.write(`User-data, ${printable(warning)}\n`);
}

/** For `inn vm inspect`. */
export function configurationFacts({ configuration }: MachineView): (readonly [string, string])[] {
  const { state, step, failure } = configuration;
  if (state === 'none') return [];
  const told = state === 'left-to-guest' ? "left to the guest's own cloud-init" : state;
  return [
    ['configuration', step === null ? told : `${told}: ${step}`],
    ...(failure === null ? [] : [['configuration failure', failure] as const]),
  ];
}
