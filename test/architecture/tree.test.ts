/**
 * What holds for every committed file: what it must not mention, how long it may be, and that exported things are described.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { filesIn, lineAt, ROOT, type SourceFile } from './source-tree.ts';

const ENDINGS = [
  '.ts',
  '.cjs',
  '.mjs',
  '.js',
  '.json',
  '.md',
  '.toml',
  '.sql',
  '.html',
  '.css',
  '.sh',
  '.ics',
  '.vcf',
  '.yml',
  '.service',
];

const committed: readonly SourceFile[] = [
  ...['src', 'test', 'scripts', 'docs', 'examples', 'bin'].flatMap((folder) => filesIn(folder, ...ENDINGS)),
  ...[
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    'package.json',
    'package-lock.json',
    '.ci/run',
    '.npmrc',
  ]
    .filter((path) => existsSync(join(ROOT, path)))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') })),
];
const sources = filesIn('src', '.ts');

/** Where a file was made is of no interest to who reads it, and a package is fetched from wherever its reader fetches packages. */
const FORBIDDEN: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a path of some machine', /(?:^|[\s"'`(=:])\/(?:home|Users|root|work|workspace|mnt)\/[\w.-]+/g],
  [
    'a package registry',
    /\bregistry\.[a-z]+(?:js)?\.org|\bregistry\.yarnpkg\.com|"resolved":|\/artifactory\/|\bnpm\.pkg\.github\.com/g,
  ],
];

describe('the tree', () => {
  for (const [what, pattern] of FORBIDDEN) {
    test(`no committed file mentions ${what}`, () => {
      const found = committed
        .filter(({ path }) => path !== 'test/architecture/tree.test.ts')
        .flatMap(({ path, text }) =>
          [...text.matchAll(pattern)].map((match) => `${path}:${lineAt(text, match.index)}: ${match[0].trim()}`),
        );
      assert.deepEqual(found, []);
    });
  }

  test('a source file has one subject: at most 400 lines', () => {
    const long = sources
      .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > 400);
    assert.deepEqual(long, []);
  });

  test('every file opens with what it is for', () => {
    const written = [...sources, ...filesIn('test/support', '.ts'), ...filesIn('scripts', '.ts')];
    const silent = written.filter(({ text }) => !/^(?:#!.*\n)?\/\*\*\s*(?:\n \* )?\S/.test(text));
    assert.deepEqual(
      silent.map(({ path }) => path),
      [],
    );
  });

  test('what is exported to be called or read is described', () => {
    assert.deepEqual(sources.flatMap(undescribed), []);
  });

  test('file names are words in kebab case, and none of them empty words', () => {
    const wrong = sources.filter(({ path }) => {
      const name = path.split('/').at(-1) ?? '';
      return !/^[a-z0-9]+(?:-[a-z0-9]+)*\.ts$/.test(name) || /\b(?:utils?|helpers?|manager|misc|common)\b/.test(name);
    });
    assert.deepEqual(
      wrong.map(({ path }) => path),
      [],
    );
  });
});

/**
 * Exported functions, constants and classes without a docstring before them. The only one of a file is described by the paragraph that opens
 * it, and lines of one kind that stand together (overloads, a table of names) share the docstring above the first. A type describes its
 * members instead; whether it needs a sentence of its own is for its reader to judge.
 */
function undescribed({ path, text }: SourceFile): readonly string[] {
  const lines = text.split('\n');
  const exported = lines.flatMap((line, at) => {
    const name = /^export (?:async )?(?:function\*?|const|class) (\w+)/.exec(line)?.[1];
    return name === undefined ? [] : [{ name, at }];
  });
  if (exported.length === 1) return [];
  return exported
    .filter(({ at }) => !/\*\/\s*$|^export .*[;}]$/.test(lines[at - 1] ?? ''))
    .map(({ name, at }) => `${path}:${at + 1}: ${name}`);
}
