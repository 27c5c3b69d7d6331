/**
 * Programs from Debian packages that some tests need. Where one is missing, these tests are skipped loudly; under `CI=true` they fail.
 */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const LIST = join(import.meta.dirname, '..', '..', '.ci', 'debian-packages');

/** The path of a program; servers lie where the search path of ordinary users does not lead. A path stands for itself: that of a library. */
export function programNamed(command: string): string | undefined {
  if (command.startsWith('/')) return existsSync(command) ? command : undefined;
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin'];
  return folders
    .map((folder) => join(folder, command))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/**
 * What to give as `skip` to tests that need these commands: false, or why they cannot run and what brings the packages.
 * @throws Error instead under `CI=true`
 */
export function skipWithout(...commands: readonly string[]): string | false {
  const missing = commands.filter((command) => programNamed(command) === undefined);
  if (missing.length === 0) return false;
  const reason = `${missing.join(' and ')} not installed: apt-get install ${missing.map(packageOf).join(' ')}`;
  if (process.env.CI === 'true') throw new Error(reason);
  console.error(`\n*** SKIPPED *** ${reason}\n`);
  return reason;
}

function packageOf(command: string): string {
  const lines = readFileSync(LIST, 'utf8').split('\n');
  const words = lines.map((line) => line.trim().split(/\s+/)).find(([name]) => name === command);
  return words?.[1] ?? command;
}
