/**
 * What a file exports is for others: a function, a constant or a class that no other file takes is not exported. Types are left alone, as
 * those of what is exported.
 */
import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { filesIn } from './source-tree.ts';

const takers = ['src', 'test', 'scripts', 'examples', 'bin'].flatMap((folder) => filesIn(folder, '.ts', '.cjs'));

const EXPORTED = /^export (?:async )?(?:function\*?|const|class) (\w+)/gm;
const FROM = /\{([^{}]*)\}\s*from\s*'(\.[^']+)'/g;
/** Of these everything counts as taken. */
const WHOLE = /(?:\bimport\(|\*\s*from|\*\s*as\s+\w+\s*from)\s*'(\.[^']+)'/g;
const NAME = /(?:^|,)\s*(?:type\s+)?(\w+)/g;

test('nothing is exported that no other file takes', () => {
  const taken = new Set<string>();
  for (const { path, text } of takers) {
    const fileAt = (from: string): string => join(dirname(path), from).replaceAll('\\', '/');
    for (const [, names = '', from = ''] of text.matchAll(FROM)) {
      for (const [, name = ''] of names.matchAll(NAME)) taken.add(`${fileAt(from)}: ${name}`);
    }
    for (const [, from = ''] of text.matchAll(WHOLE)) taken.add(fileAt(from));
  }
  const found = filesIn('src', '.ts').flatMap(({ path, text }) =>
    Array.from(text.matchAll(EXPORTED), ([, name = '']) => ({ path, name: `${path}: ${name}` })),
  );
  assert.ok(found.length > 0);
  const alone = found.filter(({ path, name }) => !taken.has(name) && !taken.has(path));
  assert.deepEqual(
    alone.map(({ name }) => name),
    [],
  );
});
