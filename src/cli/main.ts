/**
 * The program: what the launcher in `bin/` runs.
 */
import { processTerminal } from './process-terminal.ts';
import { run } from './program.ts';

run(process.argv.slice(2), processTerminal()).then((code) => {
  process.exitCode = code;
});
