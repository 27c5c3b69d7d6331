/**
 * Each dependency has a line in `docs/dependencies.md` that says why it is there, under its true licence, and its version is exact.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { isTable } from '../../src/operations/toml.ts';
import { ROOT } from './source-tree.ts';

const manifest = readJson('package.json');
/** The part of the document for what people install, and the part for what only we do. */
const [installed = '', development = ''] = readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8').split(
  /^## For development only$/m,
);

function readJson(path: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
  assert.ok(isTable(value), `${path} holds an object`);
  return value;
}

/** Names and versions; nothing where package.json has no such list. */
function listed(list: string): readonly (readonly [name: string, version: unknown])[] {
  const value = manifest[list] ?? {};
  assert.ok(isTable(value), `${list} is an object`);
  return Object.entries(value);
}

interface Line {
  readonly name: string;
  readonly licence: string;
  readonly reason: string;
}

/** The rows of the tables in a part, without their headings. */
function linesIn(part: string): readonly Line[] {
  return [...part.matchAll(/^\| `([^`]+)` \| ([^|]*) \| (.*) \|$/gm)].map(
    ([, name = '', licence = '', reason = '']) => ({
      name,
      licence,
      reason,
    }),
  );
}

describe('docs/dependencies.md', () => {
  const parts = [
    { what: 'what is installed', part: installed, lists: ['dependencies', 'optionalDependencies', 'peerDependencies'] },
    { what: 'what is for development only', part: development, lists: ['devDependencies'] },
  ];
  for (const { what, part, lists } of parts) {
    test(`has one line for each package in ${what}, and no other`, () => {
      const packages = lists.flatMap((list) => listed(list).map(([name]) => name));
      assert.ok(packages.length > 0);
      assert.deepEqual(
        linesIn(part)
          .map(({ name }) => name)
          .toSorted(),
        packages.toSorted(),
      );
    });
  }

  test('gives each line a reason, and the licence that the package has', () => {
    const wrong = linesIn(installed + development).filter(({ name, licence, reason }) => {
      const path = `node_modules/${name}/package.json`;
      // The binaries of other systems are not installed here.
      const own = existsSync(join(ROOT, path)) ? readJson(path).license : licence;
      return reason === '' || licence !== own;
    });
    assert.deepEqual(wrong, []);
  });
});

test('versions in package.json are exact', () => {
  const all = Object.keys(manifest)
    .filter((key) => /dependencies$/i.test(key))
    .flatMap(listed);
  assert.ok(all.length > 10);
  const loose = all.filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/.test(String(version)));
  assert.deepEqual(loose, []);
});
