/**
 * `docs/operating.md`, run as the README is: its commands are cut out and run beside a Davit that serves the demo, and what it prints is
 * compared with what comes. The port 8443 may be taken, so it is another one; `npx davit` is the program of this work tree.
 */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { skipWithout } from '../support/debian.ts';
import { temporaryFolder } from '../support/engine.ts';
import { assertPrinted } from '../support/printed.ts';
import { davit, PROGRAM, type RunningDavit, startDavit } from '../support/program.ts';
import { blocksOf, type Ran, runCommands, shellCommands } from '../support/shell-blocks.ts';

const DOCUMENT = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'operating.md'), 'utf8');
const walk = shellCommands(DOCUMENT);

describe('docs/operating.md', { skip: skipWithout('curl', 'openssl') }, () => {
  const folder = temporaryFolder('operating');
  let running: RunningDavit;
  let ran: readonly Ran[];

  before(async () => {
    running = await startDavit({ data: join(folder, 'davit-data') });
    ran = await runCommands(
      walk.map((one) => ({ ...one, command: one.command.replaceAll('8443', String(running.port)) })),
      { folder, env: {}, preamble: `npx() { shift; '${process.execPath}' '${PROGRAM}' "$@"; }` },
    );
  });
  after(async () => {
    await running?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [at, { line, command, prints }] of walk.entries()) {
    test(`line ${line}: ${command.split('\n')[0]}`, () => {
      const { status, printed } = ran[at] ?? { status: -1, printed: '' };
      assert.equal(status, 0, printed);
      if (prints !== undefined) assertPrinted(prints, printed);
    });
  }

  test('the configuration is such as Davit takes', async () => {
    for (const { text } of blocksOf(DOCUMENT, 'toml')) {
      const file = join(folder, 'configuration.toml');
      writeFileSync(file, text);
      await davit(['config', '--config', file], { folder });
    }
  });

  test('every command of an administrator is in it or in the README', () => {
    const readme = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');
    const said = DOCUMENT + readme;
    const program = readFileSync(join(import.meta.dirname, '..', '..', 'src', 'cli', 'program.ts'), 'utf8');
    const commands = [...program.matchAll(/command\(\s*(\w+),\s*'(\w+)'/g)].map(([, parent = '', name = '']) => {
      const above = { davit: [], member: ['group', 'member'], administrator: ['domain', 'administrator'] }[parent];
      return ['davit', ...(above ?? [parent]), name].join(' ');
    });
    assert.ok(commands.length > 20);
    assert.deepEqual(
      commands.filter((command) => !said.includes(command)),
      [],
    );
  });
});
