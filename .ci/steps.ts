import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { REPORT_VARIABLE, type FileReport } from './test-report.ts';

/** The steps of `npm run check` and `npm test`, and how their passes and failures are counted. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
  /** What is told of each failure at the very end, where it is found without reading all the output. */
  readonly failures?: readonly string[];
  /** What failed and then passed: told in the same place, so that it gets mended. */
  readonly unsteady?: readonly string[];
}

export interface Step {
  readonly name: string;
  run(): Promise<Count>;
}

export const root = join(import.meta.dirname, '..');

function execute(command: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<boolean> {
  const [name = '', ...args] = command;
  const child = spawn(join(root, 'node_modules/.bin', name), args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...environment },
    shell: process.platform === 'win32',
  });
  return new Promise((resolve) => {
    child.on('error', () => resolve(false));
    child.on('exit', (status) => resolve(status === 0));
  });
}

/** A command that passes or fails as a whole. */
export function commandStep(name: string, ...command: readonly string[]): Step {
  return { name, run: async () => ((await execute(command)) ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }) };
}

/**
 * One project of the vitest configuration, counted test by test. No test at all is a failure. Files in which something
 * failed run once more: what passes then counts as passed, and is named at the end with what it had said.
 */
export function vitestStep(project: string, environment: NodeJS.ProcessEnv = {}, ...prefix: readonly string[]): Step {
  const run = async (files: readonly string[]): Promise<Map<string, FileReport> | undefined> => {
    const report = join(root, 'out/test-results', `${project}.json`);
    rmSync(report, { force: true });
    const reporters = ['--reporter=default', `--reporter=${join(import.meta.dirname, 'test-report.ts')}`];
    const command = [...prefix, 'vitest', 'run', '--project', project, ...reporters, ...files];
    const ok = await execute(command, { ...environment, [REPORT_VARIABLE]: report });
    if (!existsSync(report)) return undefined;
    const reports = JSON.parse(readFileSync(report, 'utf8')) as FileReport[];
    if (!ok && failing(reports).length === 0) reports.push({ file: '', passed: 0, failures: ['vitest failed'] });
    return new Map(reports.map((each) => [each.file, each]));
  };
  return {
    name: `${project} tests`,
    async run() {
      const first = await run([]);
      if (first === undefined) return { passed: 0, failed: 1, failures: ['there is no report'] };
      const reports = new Map(first);
      const again = failing(first.values()).flatMap(({ file }) => (file === '' ? [] : [file]));
      const second = again.length > 0 ? await run(again) : undefined;
      if (second !== undefined) {
        // What belonged to no file, such as the death of a process, was of one of these.
        reports.delete('');
        for (const [file, report] of second) reports.set(file, report);
      }
      const passed = [...reports.values()].reduce((sum, each) => sum + each.passed, 0);
      const failures = told(failing(reports.values()));
      const unsteady = told(failing(first.values()).filter(({ file }) => !reports.get(file)?.failures.length));
      return { passed, failed: passed > 0 ? failures.length : Math.max(1, failures.length), failures, unsteady };
    },
  };
}

function failing(reports: Iterable<FileReport>): FileReport[] {
  return [...reports].filter(({ failures }) => failures.length > 0);
}

function told(reports: readonly FileReport[]): string[] {
  return reports.flatMap(({ file, failures }) => failures.map((failure) => `${file} > ${failure}`));
}

export const checkSteps: readonly Step[] = [
  commandStep('format', 'prettier', '--check', '--log-level', 'warn', '.'),
  commandStep('types', 'tsc', '-b'),
  commandStep('lint', 'eslint', '--max-warnings', '0', '.'),
  commandStep('directions', 'node', '.ci/check-directions.ts'),
  vitestStep('unit'),
];

/** Runs all steps, also after a failure, and prints the closing line. Sets the exit status. */
export async function runSteps(steps: readonly Step[]): Promise<void> {
  let passed = 0;
  let failed = 0;
  const failures: string[] = [];
  const unsteady: string[] = [];
  for (const step of steps) {
    console.log(`\n── ${step.name}`);
    const count = await step.run();
    passed += count.passed;
    failed += count.failed;
    if (count.failed > 0) failures.push(step.name, ...(count.failures ?? []));
    unsteady.push(...(count.unsteady ?? []));
  }
  if (unsteady.length > 0) console.log(`\npassed only when run once more:\n${unsteady.join('\n')}`);
  if (failures.length > 0) console.log(`\nfailed:\n${failures.join('\n')}`);
  console.log(`\n${String(passed)} passed, ${String(failed)} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
