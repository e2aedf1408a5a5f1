import { conformanceTests, runConformanceTest } from './conformance.ts';

/**
 * Runs the riscv-tests that stand, built, in the folder RISCV_TESTS, and prints the list that
 * docs/conformance/riscv-tests.md keeps:
 *
 *     RISCV_TESTS=/path/to/riscv-tests/isa node src-core/machine/core/testing/run-conformance.ts
 */
const folder = process.env['RISCV_TESTS'];
if (folder === undefined || folder === '') {
  console.error('RISCV_TESTS does not say where the built tests are.');
  process.exit(2);
}

const results = conformanceTests(folder).map((path) => runConformanceTest(path));
const failures = results.filter(({ passed }) => !passed);

const groups = new Map<string, string[]>();
for (const { name, passed } of results) {
  const [suite = '', environment = '', ...rest] = name.split('-');
  const group = `${suite}-${environment}`;
  if (passed) groups.set(group, [...(groups.get(group) ?? []), rest.join('-')]);
}
for (const [group, names] of groups) console.log(`- **${group}** (${names.length}): ${names.join(', ')}`);
for (const { name, detail } of failures) console.error(`FAILED ${name}: ${detail}`);
console.log(`\n${results.length - failures.length} of ${results.length} passed.`);
process.exit(failures.length === 0 && results.length > 0 ? 0 : 1);
