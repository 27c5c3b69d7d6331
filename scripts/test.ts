/**
 * `npm test`: everything but the tests that need other programs, and the conformance tests on both engines. Parts of paths choose
 * files: `npm test -- propfind`. The last line is `N passed, N failed`.
 */
import { missingPostgres } from '../test/support/postgres.ts';
import { NOTHING, type RunOptions, runTests, sum, summary, type Tally, testFiles } from './run-tests.ts';

const SYSTEM = new Set(testFiles('test/system/**/*.test.ts'));
const chosen = process.argv.slice(2);

function files(pattern: string): readonly string[] {
  return testFiles(pattern)
    .filter((file) => !SYSTEM.has(file))
    .filter((file) => chosen.length === 0 || chosen.some((part) => file.includes(part)));
}

/** The conformance tests on PostgreSQL, all on one cluster. Skipped loudly where there is none; a failure under CI. */
async function onPostgres(): Promise<Tally> {
  const options: RunOptions = {
    label: 'conformance, on PostgreSQL',
    together: true,
    env: { DAVIT_TEST_ENGINE: 'postgres' },
  };
  try {
    if (missingPostgres() !== undefined) return { ...NOTHING, skipped: 1 };
  } catch (error) {
    console.log(`\n✖ ${String(error)}`);
    return { ...NOTHING, failed: 1 };
  }
  return runTests(files('test/conformance/**/*.test.ts'), options);
}

const tally = sum(await runTests(files('test/**/*.test.ts'), { label: 'everything, on SQLite' }), await onPostgres());
if (tally.failed > 0) process.exitCode = 1;
console.log(summary(tally));
