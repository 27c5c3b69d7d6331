/**
 * Runs test files with Node's own runner, tells what fails while it runs, and counts.
 */
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run } from 'node:test';

/** The repository's root. */
export const ROOT = join(import.meta.dirname, '..');

/** What a run came to. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** No tests. */
export const NOTHING: Tally = { passed: 0, failed: 0, skipped: 0 };

/** Both together. */
export function sum(a: Tally, b: Tally): Tally {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** The line that ends a run: `12 passed, 0 failed`, and how many were skipped if any were. */
export function summary({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** Absolute paths of the test files that match, in order. */
export function testFiles(...patterns: readonly string[]): readonly string[] {
  return globSync(patterns, { cwd: ROOT })
    .map((path) => join(ROOT, path))
    .sort();
}

/** How to run. */
export interface RunOptions {
  /** What is said before: `on SQLite`. */
  readonly label: string;
  /** Files at once; 2 unless said otherwise. */
  readonly concurrency?: number;
  /** All files in this process, one after another: they share one service. */
  readonly together?: boolean;
  /** Variables for the tests. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How long a test may take, in milliseconds: one that does not come to an end is a failure, not a wait. */
const TIMEOUT = 120_000;

/** Runs the files and prints failures as they come, with a line for the whole at the end. */
export async function runTests(files: readonly string[], options: RunOptions): Promise<Tally> {
  const { label, concurrency = 2, together = false, env = {} } = options;
  if (files.length === 0) {
    console.log(`${label}: no test files`);
    return NOTHING;
  }
  const began = performance.now();
  const before = { ...process.env };
  Object.assign(process.env, env);
  const tally = { passed: 0, failed: 0, skipped: 0 };
  const silence = new AbortController();
  const stream = run(
    together
      ? { files: [...files], isolation: 'none', timeout: TIMEOUT }
      : {
          files: [...files],
          isolation: 'process',
          concurrency,
          timeout: TIMEOUT,
          signal: silence.signal,
        },
  );
  // A test that never gives the processor back cannot time itself out, and one that leaves something open keeps its process: that is ended
  // from here. To let processes exit before their end would lose what they have not told yet.
  const watch = setTimeout(() => silence.abort(new Error('its process does not come to an end')), 2 * TIMEOUT);
  // Tests in this process come to their end when nothing else is left to do.
  watch.unref();
  const heard = (): void => {
    watch.refresh();
  };
  stream.on('test:pass', heard).on('test:fail', heard);
  // A suite that fails because of a test in it is not another failure.
  stream.on('test:pass', ({ details, skip, todo }) => {
    if (details.type === 'suite') return;
    if ((skip !== undefined && skip !== false) || (todo !== undefined && todo !== false)) tally.skipped++;
    else tally.passed++;
  });
  stream.on('test:fail', ({ name, details, file }) => {
    if (details.type === 'suite' && 'failureType' in details.error && details.error.failureType === 'subtestsFailed')
      return;
    tally.failed++;
    const cause = details.error.cause ?? details.error;
    const where = file === undefined ? '' : `\n  in ${relative(ROOT, file)}`;
    console.log(`\n✖ ${name}${where}\n${indented(String(cause instanceof Error ? (cause.stack ?? cause) : cause))}`);
  });
  stream.on('test:stderr', ({ message }) => process.stderr.write(message));
  stream.on('test:stdout', ({ message }) => {
    if (process.env.DAVIT_TEST_VERBOSE !== undefined) process.stdout.write(message);
  });
  stream.resume();
  await once(stream, 'end');
  clearTimeout(watch);
  for (const name of Object.keys(env)) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  console.log(`${label}: ${summary(tally)} in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return tally;
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}
