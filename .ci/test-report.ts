import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/** What a file of tests came to. */
export interface FileReport {
  /** From the project's root. '' stands for what belongs to no file. */
  readonly file: string;
  readonly passed: number;
  /** What failed, by name, with what it said: tests, hooks of groups, the file itself, and what nobody caught. */
  readonly failures: readonly string[];
}

/** Names the file that the report is written to. */
export const REPORT_VARIABLE = 'INNKEEPER_TEST_REPORT';

/** Vitest's own report in JSON leaves out hooks that fail and errors that no test catches. */
export default class TestReport implements Reporter {
  readonly onTestRunEnd: NonNullable<Reporter['onTestRunEnd']> = (modules, unhandled) => {
    const uncaught = new Map<string, string[]>();
    for (const error of unhandled) {
      const path = error['VITEST_TEST_PATH'];
      const file = typeof path === 'string' ? fromHere(path) : '';
      uncaught.set(file, [...(uncaught.get(file) ?? []), `nobody caught: ${said([error])}`]);
    }
    const reports = modules.map((module) => {
      const { file, passed, failures } = reportOf(module);
      const more = uncaught.get(file) ?? [];
      uncaught.delete(file);
      return { file, passed, failures: [...failures, ...more] };
    });
    for (const [file, failures] of uncaught) reports.push({ file, passed: 0, failures });
    const to = process.env[REPORT_VARIABLE];
    if (to === undefined) throw new Error(`${REPORT_VARIABLE} names no file`);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, JSON.stringify(reports satisfies FileReport[]));
  };
}

function reportOf(module: TestModule): FileReport {
  const failures: string[] = [];
  if (module.errors().length > 0) failures.push(said(module.errors()));
  for (const group of module.children.allSuites()) {
    if (group.errors().length > 0) failures.push(`${group.fullName}: ${said(group.errors())}`);
  }
  let passed = 0;
  for (const test of module.children.allTests()) {
    const result = test.result();
    if (result.state === 'passed') passed++;
    if (result.state === 'failed') failures.push(`${test.fullName}: ${said(result.errors)}`);
    // Where the process died in which it ran.
    if (result.state === 'pending') failures.push(`${test.fullName}: did not end`);
  }
  if (failures.length === 0 && !['passed', 'skipped'].includes(module.state())) failures.push(`is ${module.state()}`);
  return { file: fromHere(module.moduleId), passed, failures };
}

function fromHere(path: string): string {
  return relative(process.cwd(), path);
}

type Said = Pick<SerializedError, 'message' | 'stack' | 'cause'>;

function said(errors: readonly Said[]): string {
  const causes = ({ message, stack, cause }: Said): string => {
    const lines = (stack ?? message).split('\n').filter((line) => !line.includes('/node_modules/'));
    return `${lines.join('\n')}${cause ? `\nbecause of ${causes(cause)}` : ''}`;
  };
  return errors.map(causes).join('\n');
}
