import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';

/** The steps of `npm run check` and `npm test`, and how their passes and failures are counted. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
  /** What is told of each failure at the very end, where it is found without reading all the output. */
  readonly failures?: readonly string[];
}

export interface Step {
  readonly name: string;
  run(): Promise<Count>;
}

export const root = join(import.meta.dirname, '..');
const results = join(root, 'out/test-results');

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

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Each failed test by file and name with what it said, and each file that could not be loaded. */
function failuresIn(report: VitestReport): string[] {
  return report.testResults.flatMap(({ name, message, assertionResults }) => {
    const file = relative(root, name);
    if (message !== '') return [`${file}: ${message}`];
    return assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => `${file} > ${fullName}: ${failureMessages.join('\n')}`);
  });
}

/** One project of the vitest configuration, counted test by test. No test at all is a failure. */
export function vitestStep(project: string, environment: NodeJS.ProcessEnv = {}, ...prefix: readonly string[]): Step {
  return {
    name: `${project} tests`,
    async run() {
      const file = join(results, `${project}.json`);
      mkdirSync(results, { recursive: true });
      rmSync(file, { force: true });
      const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
      const ok = await execute([...prefix, 'vitest', 'run', '--project', project, ...reporters], environment);
      try {
        const report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
        // A suite that could not even be loaded has no failed test but is a failure all the same.
        const failed = Math.max(report.numFailedTests, ok && report.numPassedTests > 0 ? 0 : 1);
        return { passed: report.numPassedTests, failed, failures: failuresIn(report) };
      } catch {
        return { passed: 0, failed: 1 };
      }
    },
  };
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
  for (const step of steps) {
    console.log(`\n── ${step.name}`);
    const count = await step.run();
    passed += count.passed;
    failed += count.failed;
    if (count.failed > 0) failures.push(step.name, ...(count.failures ?? []));
  }
  if (failures.length > 0) console.log(`\nfailed:\n${failures.join('\n')}`);
  console.log(`\n${String(passed)} passed, ${String(failed)} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
