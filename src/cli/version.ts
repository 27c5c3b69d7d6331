/**
 * The version of this Davit.
 */
import { readFileSync } from 'node:fs';

/** As `package.json` has it. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return /"version":\s*"([^"]+)"/.exec(text)?.[1] ?? 'unknown';
}
