/**
 * `npm run check`: format and lint, types, architecture, generated documents, conformance, tests. `--fast` stops before the
 * conformance tests (for a hook before a commit), `--no-test` before all tests but those.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run-tests.ts';

const BIOME = join(ROOT, 'node_modules/@biomejs/cli-linux-x64/biome');
const node = process.execPath;
const fast = process.argv.includes('--fast');
const noTest = fast || process.argv.includes('--no-test');

interface Step {
  readonly title: string;
  readonly command: string;
  readonly parameters: readonly string[];
}

const steps: readonly Step[] = [
  { title: 'types', command: node, parameters: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'] },
  { title: 'architecture', command: node, parameters: ['scripts/test.ts', 'test/architecture/'] },
  { title: 'documents', command: node, parameters: ['scripts/documents.ts', '--check'] },
  ...(fast ? [] : [{ title: 'conformance', command: node, parameters: ['scripts/conformance.ts', '--check'] }]),
  ...(noTest ? [] : [{ title: 'tests', command: node, parameters: ['scripts/test.ts'] }]),
];

function passes({ title, command, parameters }: Step): boolean {
  console.log(`\n── ${title}`);
  const began = performance.now();
  const { status, error } = spawnSync(command, parameters, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error !== undefined) console.log(String(error));
  console.log(`── ${title}: ${status === 0 ? 'good' : 'BAD'}, ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return status === 0;
}

const bad: string[] = [];
if (existsSync(BIOME)) {
  if (!passes({ title: 'format and lint', command: BIOME, parameters: ['check', '.'] })) bad.push('format and lint');
} else {
  console.log('\n!!! format and lint are NOT checked: the formatter is installed for Linux on x64 only\n');
}
for (const step of steps) if (!passes(step)) bad.push(step.title);
if (bad.length > 0) {
  console.log(`\nnot good: ${bad.join(', ')}`);
  process.exitCode = 1;
}
