/**
 * A wrong citation is worse than none: every section that code, tests or documents name must stand in a table of contents in `specs/`,
 * which `scripts/make-tocs.ts` made from the specifications themselves.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { catalogue } from '../../src/dav/catalogue.ts';
import { standardFeatures } from '../../src/server/features.ts';
import { filesIn, lineAt, ROOT } from './source-tree.ts';

const SPECS = join(ROOT, 'specs');

/** Section numbers by specification: `RFC 4791`, `draft-…`, `apple/…`. */
const tables = new Map(
  readdirSync(SPECS)
    .filter((name) => name.endsWith('.toc'))
    .map((name) => {
      const title = name
        .replace(/\.toc$/, '')
        .replace(/^rfc(\d+)$/, 'RFC $1')
        .replace(/^apple-/, 'apple/');
      const lines = readFileSync(join(SPECS, name), 'utf8').split('\n');
      return [title, new Set(lines.map((line) => line.split(' ')[0] ?? ''))] as const;
    }),
);

const CITATION = /\b(RFC \d+|draft-[A-Za-z0-9-]+|apple\/[a-z-]+) section ([0-9A-Z][0-9A-Za-z.]*)/g;
/** Ways to cite that the check above would not see. */
const OTHER_SPELLING =
  /\bRFC ?\d+,? ?(?:§|Section|sec\.|Sec\.|sections|, section|appendix|Appendix)|\bRFC\d+\b(?!['\]])/g;

function resolves(specification: string, section: string): boolean {
  return tables.get(specification)?.has(section.replace(/\.$/, '')) ?? false;
}

const texts = [
  ...filesIn('src', '.ts', '.sql', '.html'),
  ...filesIn('test', '.ts', '.ics', '.http'),
  ...filesIn('scripts', '.ts'),
  ...filesIn('docs', '.md'),
  ...filesIn('examples', '.ts', '.md'),
];

describe('citations', () => {
  test('every cited section exists', () => {
    const wrong: string[] = [];
    let count = 0;
    for (const { path, text } of texts) {
      for (const match of text.matchAll(CITATION)) {
        count++;
        const [citation, specification = '', section = ''] = match;
        if (!resolves(specification, section)) wrong.push(`${path}:${lineAt(text, match.index)}: ${citation}`);
      }
    }
    assert.ok(count > 100, 'the scan finds citations');
    assert.deepEqual(wrong, []);
  });

  test('sections are cited in one spelling: RFC number, the word section, the number', () => {
    const wrong = texts
      .filter(({ path }) => !path.startsWith('test/architecture/'))
      .flatMap(({ path, text }) =>
        [...text.matchAll(OTHER_SPELLING)].map((match) => `${path}:${lineAt(text, match.index)}: ${match[0]}`),
      );
    assert.deepEqual(wrong, []);
  });

  test('every declaration says where it comes from', () => {
    const wrong: string[] = [];
    for (const { what, spec } of declarations()) {
      const match = new RegExp(`^${CITATION.source}$`).exec(spec);
      if (spec.startsWith('behaviour: ') && spec.length > 'behaviour: '.length) continue;
      if (match === null || !resolves(match[1]!, match[2]!)) wrong.push(`${what}: ${spec}`);
    }
    assert.deepEqual(wrong, []);
  });
});

function declarations(): readonly { readonly what: string; readonly spec: string }[] {
  const { features } = catalogue(standardFeatures());
  return features.flatMap((feature) => [
    ...feature.specs.map((spec) => ({ what: `feature ${feature.name}`, spec })),
    ...(feature.resourceTypes ?? []).map(({ kind, spec }) => ({ what: `resource type ${kind}`, spec })),
    ...(feature.properties ?? []).map(({ name, spec }) => ({ what: `property ${name}`, spec })),
    ...(feature.reports ?? []).map(({ name, spec }) => ({ what: `report ${name}`, spec })),
    ...(feature.methods ?? []).map(({ name, spec }) => ({ what: `method ${name}`, spec })),
    ...(feature.preconditions ?? []).map(({ name, spec }) => ({ what: `precondition ${name}`, spec })),
    ...(feature.wellKnown ?? []).map(({ path, spec }) => ({ what: `well-known ${path}`, spec })),
    ...(feature.keeps ?? []).map(({ type, spec }) => ({ what: `keeps ${type.kind}`, spec })),
  ]);
}
