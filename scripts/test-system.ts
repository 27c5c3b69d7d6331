/**
 * `npm run test:system`: the tests that need other programs, and the conformance tests over TLS against Davit as `npm start` runs it.
 * Says first what is missing and which line brings it. The last line is `N passed, N failed`.
 */
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { NOTHING, ROOT, runTests, sum, summary, type Tally, testFiles } from './run-tests.ts';

/** Where programs lie that are not on an ordinary user's PATH. */
function folders(): readonly string[] {
  const versions = '/usr/lib/postgresql';
  const postgres = ((): readonly string[] => {
    try {
      return readdirSync(versions).map((version) => join(versions, version, 'bin'));
    } catch {
      return [];
    }
  })();
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', ...postgres];
}

function isThere(command: string, where: readonly string[]): boolean {
  if (command.startsWith('/')) return existsSync(command);
  return where.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The packages whose command is not here. */
function missingPackages(): readonly string[] {
  const where = folders();
  return readFileSync(join(ROOT, '.ci', 'debian-packages'), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .flatMap((line) => {
      const [command = '', name = ''] = line.trim().split(/\s+/);
      return isThere(command, where) ? [] : [name];
    });
}

const missing = missingPackages();
const chosen = process.argv.slice(2);
const pick = (pattern: string): readonly string[] =>
  testFiles(pattern).filter((file) => chosen.length === 0 || chosen.some((part) => file.includes(part)));

let tally: Tally = NOTHING;
if (missing.length > 0) {
  console.log(`\n!!! Programs are missing; the tests that need them are skipped. This brings them (as root):\n`);
  console.log(`    apt-get install -y --no-install-recommends ${missing.join(' ')}\n`);
  if (process.env.CI === 'true') tally = { ...NOTHING, failed: 1 };
}
const withPrograms = await runTests(pick('test/system/**/*.test.ts'), { label: 'with other programs', concurrency: 1 });
tally = sum(tally, withPrograms);
const overTls = await runTests(pick('test/conformance/**/*.test.ts'), {
  label: 'conformance, over TLS',
  together: true,
  env: { DAVIT_TEST_MODE: 'tls' },
});
tally = sum(tally, overTls);
if (tally.failed > 0) process.exitCode = 1;
console.log(summary(tally));
