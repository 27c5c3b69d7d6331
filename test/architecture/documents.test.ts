/**
 * TypeScript in documents is checked like any other: each block becomes a file, with imports for the names it takes for granted, and all
 * of them are compiled at once. A block cannot hide: one without a language, or with another word for TypeScript, is refused.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { filesIn, ROOT, type SourceFile } from './source-tree.ts';

const documents: readonly SourceFile[] = [
  ...['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md', 'CHANGELOG.md']
    .filter((path) => existsSync(join(ROOT, path)))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') })),
  ...filesIn('docs', '.md'),
  ...filesIn('examples', '.md'),
];

/** Where names come from that blocks use without importing them. A block that needs more imports it, or gets a line here. */
const TAKEN_FOR_GRANTED: Readonly<Record<string, string>> = {
  must: 'test/support/conformance.ts',
  should: 'test/support/conformance.ts',
  may: 'test/support/conformance.ts',
  declined: 'test/support/conformance.ts',
  hostile: 'test/support/conformance.ts',
  quirk: 'test/support/conformance.ts',
  event: 'test/support/builders.ts',
  todo: 'test/support/builders.ts',
  card: 'test/support/builders.ts',
  storeContract: 'test/contract/store.contract.ts',
  defineProperty: 'src/dav/property.ts',
  stored: 'src/dav/property.ts',
  precondition: 'src/dav/errors.ts',
  Feature: 'src/dav/feature.ts',
  Report: 'src/dav/report.ts',
  Store: 'src/store/store.ts',
  textOf: 'src/formats/xml/element.ts',
  calendar: 'src/features/caldav/index.ts',
  standardFeatures: 'src/server/features.ts',
  createService: 'src/server/service.ts',
};

interface Block {
  readonly document: string;
  /** Of its first line of code, counted from 1. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
}

/** The fenced blocks of a document, indented ones too. */
function blocksOf({ path, text }: SourceFile): readonly Block[] {
  const blocks: Block[] = [];
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const [, indent = '', fence, language = ''] = /^([ >]*)(`{3,}|~{3,})\s*([^\s`]*)/.exec(lines[i]!) ?? [];
    if (fence === undefined) continue;
    const start = i + 1;
    const closing = new RegExp(`^[ >]*${fence[0]}{${fence.length},}\\s*$`);
    for (i = start; i < lines.length && !closing.test(lines[i]!); ) i++;
    const code = lines.slice(start, i).map((line) => line.slice(indent.length));
    blocks.push({ document: path, line: start + 1, language, code: code.join('\n') });
  }
  return blocks;
}

/** What the compiler says of the blocks, each complaint with the document and its line. */
function complaintsAbout(blocks: readonly Block[]): readonly string[] {
  mkdirSync(join(ROOT, '.tmp'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.tmp', 'documents-'));
  try {
    const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false };
    const config = { extends: '../../tsconfig.json', compilerOptions, include: ['*.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    for (const [i, block] of blocks.entries()) {
      // In one line, so that line 2 of the file is line 1 of the block.
      writeFileSync(join(folder, `block-${i}.ts`), `${importsFor(block)}export {};\n${block.code}\n`);
    }
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { stdout, stderr, status } = spawnSync(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (status === 0) return [];
    const found = `${stdout}${stderr}`.split('\n').filter((line) => line !== '' && !line.startsWith(' '));
    return found.map((line) =>
      line.replace(/^block-(\d+)\.ts\((\d+),\d+\)/, (_, number: string, at: string) => {
        const block = blocks[Number(number)]!;
        return `${block.document}:${block.line + Number(at) - 2}`;
      }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Imports of the names in the table that the block mentions and does not itself bring in. */
function importsFor({ code }: Block): string {
  const own = new Set(
    [...code.matchAll(/\b(?:const|let|function|class|interface|type)\s+(\w+)/g)].map(([, name]) => name),
  );
  for (const [, names = ''] of code.matchAll(/\bimport\s+(?:type\s+)?\{([^}]*)\}/g))
    for (const name of names.split(',')) own.add(name.trim().split(/\s+/).at(-1));
  return Object.entries(TAKEN_FOR_GRANTED)
    .filter(([name]) => !own.has(name) && new RegExp(`\\b${name}\\b`).test(code))
    .map(([name, path]) => `import { ${/^[A-Z]/.test(name) ? 'type ' : ''}${name} } from '../../${path}'; `)
    .join('');
}

describe('documents', () => {
  const blocks = documents.flatMap(blocksOf);

  test('name the language of each block, and TypeScript as ts', () => {
    const wrong = blocks
      .filter(({ language }) => language === '' || /^(?:typescript|tsx?|mts|javascript|jsx?|mjs)$/i.test(language))
      .filter(({ language }) => language !== 'ts')
      .map(({ document, line, language }) => `${document}:${line}: ${language === '' ? 'no language' : language}`);
    assert.deepEqual(wrong, []);
  });

  test('hold TypeScript that compiles', () => {
    const code = blocks.filter(({ language }) => language === 'ts');
    assert.ok(code.length > 0, 'the scan finds blocks');
    assert.deepEqual(complaintsAbout(code), []);
  });

  test('are read so that wrong TypeScript is found where it stands', () => {
    const text =
      'Words.\n\n- Indented:\n\n  ```ts\n  const one: number = 1;\n  const two: number = "2";\n  ```\n\n```sh\nls\n```\n';
    const found = blocksOf({ path: 'a.md', text });
    assert.deepEqual(
      found.map(({ line, language }) => [line, language]),
      [
        [6, 'ts'],
        [11, 'sh'],
      ],
    );
    const complaints = complaintsAbout(found.slice(0, 1));
    assert.equal(complaints.length, 1, complaints.join('\n'));
    assert.match(complaints[0]!, /^a\.md:7: error TS2322/);
  });
});
