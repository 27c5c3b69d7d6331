/**
 * `npm run conformance`: runs the conformance tests and writes `docs/conformance.md` from them. With `--check` it writes nothing and
 * fails when the file is not what a fresh run makes.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Feature } from '../src/dav/feature.ts';
import { standardFeatures } from '../src/server/features.ts';
import { type Declined, type Force, nameOf } from '../test/support/conformance.ts';
import { openTestStore } from '../test/support/engine.ts';
import { inProcess } from '../test/support/in-process.ts';
import { conformanceCases, type FiledCase, failureOf } from './conformance-cases.ts';
import { ROOT } from './run-tests.ts';

const FILE = join(ROOT, 'docs', 'conformance.md');

/** What the specifications are about; the tables of contents do not say. */
const SUBJECTS: Readonly<Record<string, string>> = {
  'apple/caldav-ctag': 'getctag',
  'apple/caldav-notifications': 'Notifications',
  'apple/caldav-proxy': 'Delegation',
  'RFC 2426': 'vCard 3.0',
  'RFC 3253': 'REPORT and expand-property',
  'RFC 3744': 'Access control',
  'RFC 4331': 'Quota',
  'RFC 4791': 'CalDAV',
  'RFC 4918': 'WebDAV',
  'RFC 5397': 'current-user-principal',
  'RFC 5545': 'iCalendar',
  'RFC 5689': 'Extended MKCOL',
  'RFC 5842': 'resource-id',
  'RFC 5995': 'add-member',
  'RFC 6321': 'xCal',
  'RFC 6350': 'vCard 4.0',
  'RFC 6352': 'CardDAV',
  'RFC 6578': 'Collection synchronization',
  'RFC 6638': 'Scheduling',
  'RFC 6764': 'Discovery',
  'RFC 6868': 'Encoded parameters',
  'RFC 7095': 'jCard',
  'RFC 7240': 'Prefer, in general',
  'RFC 7265': 'jCal',
  'RFC 7529': 'Recurrence in other calendars',
  'RFC 7617': 'Basic authentication',
  'RFC 7808': 'Time zone service',
  'RFC 7809': 'Time zones by reference',
  'RFC 7953': 'Availability',
  'RFC 7986': 'Newer properties',
  'RFC 8144': 'Prefer',
  'RFC 8607': 'Managed attachments',
  'RFC 9073': 'Participants and places',
  'RFC 9074': 'Alarms',
  'RFC 9110': 'HTTP',
  'RFC 9111': 'Caching',
  'RFC 9253': 'Links and relations',
};

/** The hostile cases there are: security, and data loss and correctness. */
const HOSTILE: readonly string[] = [
  ...Array.from({ length: 22 }, (_, i) => `S${i + 1}`),
  ...Array.from({ length: 18 }, (_, i) => `D${i + 1}`),
];

const FORCES: readonly Force[] = ['must', 'should', 'may'];

interface Result {
  readonly one: FiledCase;
  readonly passed: boolean;
}

interface Citation {
  readonly specification: string;
  readonly section: string;
}

function citation(spec: string): Citation | undefined {
  const match = /^(.+) section ([0-9A-Z][0-9A-Za-z.]*)$/.exec(spec);
  return match === null ? undefined : { specification: match[1]!, section: match[2]! };
}

interface Heading {
  readonly title: string;
  /** How often the section says MUST. */
  readonly musts: number;
}

/** Sections of a specification, in its order. */
function contents(specification: string): ReadonlyMap<string, Heading> {
  const name = specification.replace(/^RFC (\d+)$/, 'rfc$1').replace(/^apple\//, 'apple-');
  const file = join(ROOT, 'specs', `${name}.toc`);
  if (!existsSync(file)) return new Map();
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return new Map(
    lines.map((line) => {
      const space = line.indexOf(' ');
      const [title = '', musts] = line.slice(space + 1).split('\t');
      // A title that cites another specification does so in our words, as all else here.
      const ours = title.replace(/(RFC \d+), Section /g, '$1 section ');
      return [line.slice(0, space), { title: ours, musts: Number(musts ?? 0) }] as const;
    }),
  );
}

/** The sections that the features say they come from: what has none of these tests is work to do. */
function declaredSections(features: readonly Feature[]): readonly string[] {
  return features.flatMap((feature) =>
    [
      ...[
        feature.properties,
        feature.reports,
        feature.methods,
        feature.preconditions,
        feature.wellKnown,
        feature.keeps,
      ],
      feature.privileges,
    ]
      .flatMap((list) => [...(list ?? [])])
      .map((declaration) => declaration.spec),
  );
}

function document(results: readonly Result[], declined: readonly Declined[], declared: readonly string[]): string {
  const bySpec = new Map<string, Map<string, { results: Result[]; declined: Declined[] }>>();
  const at = (spec: string): { results: Result[]; declined: Declined[] } | undefined => {
    const found = citation(spec);
    if (found === undefined) return undefined;
    const { specification, section } = found;
    const sections = bySpec.get(specification) ?? new Map<string, { results: Result[]; declined: Declined[] }>();
    bySpec.set(specification, sections);
    const entry = sections.get(section) ?? { results: [], declined: [] };
    sections.set(section, entry);
    return entry;
  };
  for (const spec of declared) at(spec);
  for (const one of declined) at(one.spec)?.declined.push(one);
  for (const result of results) {
    const { claim } = result.one;
    if ('spec' in claim) at(claim.spec)?.results.push(result);
  }
  const specifications = [...bySpec.keys()].sort(byNumber);
  const out: string[] = [
    '# Conformance',
    '',
    'Made by `npm run conformance` from the tests in `test/conformance/`; not written by hand. Each test names the section that it proves',
    'and how strongly the specification asks for it. A section from which a declaration comes but which no test names says so. Below each',
    'table stand the sections that say MUST, to a server or a client, and that no test names: what is not tested yet, or tested under the',
    'name of another section.',
    '',
    '| specification | subject | must | should | may | declined | sections without a test |',
    '| --- | --- | --- | --- | --- | --- | --- |',
  ];
  for (const specification of specifications) {
    const entries = [...bySpec.get(specification)!.values()];
    const all = entries.flatMap((entry) => entry.results);
    const counts = FORCES.map((force) => all.filter(({ one }) => one.claim.kind === force).length);
    const refused = entries.flatMap((entry) => entry.declined).length;
    const empty = entries.filter((entry) => entry.results.length + entry.declined.length === 0).length;
    out.push(
      `| [${specification}](#${anchor(specification)}) | ${SUBJECTS[specification] ?? ''} | ${[...counts, refused, empty].join(' | ')} |`,
    );
  }
  for (const specification of specifications) {
    const sections = bySpec.get(specification)!;
    const titles = contents(specification);
    const order = [...titles.keys()];
    out.push('', `## ${specification}`, '', '| section | force | what | result |', '| --- | --- | --- | --- |');
    for (const section of [...sections.keys()].sort((a, b) => order.indexOf(a) - order.indexOf(b))) {
      const entry = sections.get(section)!;
      const label = `${section} ${cell(titles.get(section)?.title ?? '')}`;
      for (const force of FORCES) {
        for (const { one, passed } of entry.results.filter((result) => result.one.claim.kind === force)) {
          out.push(`| ${label} | ${force} | ${cell(one.title)} | ${passed ? 'holds' : '**fails**'} |`);
        }
      }
      for (const { title, reason } of entry.declined)
        out.push(`| ${label} | | ${cell(title)} | declined: ${cell(reason)} |`);
      if (entry.results.length + entry.declined.length === 0) out.push(`| ${label} | | | no test yet |`);
    }
    const open = [...titles].filter(([section, { musts }]) => musts > 0 && !sections.has(section));
    if (open.length > 0) out.push('', `No test names: ${open.map(([section]) => section).join(', ')}.`);
  }
  out.push('', '## Behaviour that no document describes', '', '| force | what | result |', '| --- | --- | --- |');
  for (const { one, passed } of results) {
    if (!('spec' in one.claim) || citation(one.claim.spec) !== undefined) continue;
    out.push(`| ${one.claim.kind} | ${cell(one.title)} | ${passed ? 'holds' : '**fails**'} |`);
  }
  out.push(
    ...numbered('Hostile cases', 'hostile', results, HOSTILE),
    ...numbered('What real clients need', 'quirk', results, []),
  );
  return `${out.join('\n')}\n`;
}

/** Hostile cases and quirks, by number. */
function numbered(
  title: string,
  kind: 'hostile' | 'quirk',
  results: readonly Result[],
  known: readonly string[],
): readonly string[] {
  const rows = results
    .flatMap(({ one, passed }) =>
      one.claim.kind === kind ? [{ number: one.claim.number, title: one.title, passed }] : [],
    )
    .sort((a, b) => byNumber(a.number, b.number));
  const tested = new Set(rows.map(({ number }) => number));
  const open = known.filter((number) => !tested.has(number));
  return [
    '',
    `## ${title}`,
    '',
    '| number | what | result |',
    '| --- | --- | --- |',
    ...rows.map((row) => `| ${row.number} | ${cell(row.title)} | ${row.passed ? 'holds' : '**fails**'} |`),
    ...(open.length === 0 ? [] : ['', `No test yet: ${open.join(', ')}.`]),
  ];
}

/** `RFC 822` before `RFC 4918`, `Q-9-2` before `Q-9-10`. */
function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function anchor(title: string): string {
  return title.toLowerCase().replaceAll('/', '').replaceAll(' ', '-');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

const features = standardFeatures();
const { cases, declined } = await conformanceCases();
const service = await inProcess(await openTestStore(), { features });
const results: Result[] = [];
for (const one of cases) {
  const failure = await failureOf(one, service);
  if (failure !== undefined)
    console.log(`✖ ${nameOf(one)}\n  in ${one.file}\n${failure.message.replaceAll(/^/gm, '  ')}\n`);
  results.push({ one, passed: failure === undefined });
}
await service.close();

const fresh = document(results, declined, declaredSections(features));
const failed = results.filter(({ passed }) => !passed).length;
if (failed > 0) process.exitCode = 1;
if (!process.argv.includes('--check')) writeFileSync(FILE, fresh);
else if (!existsSync(FILE) || readFileSync(FILE, 'utf8') !== fresh) {
  console.log('docs/conformance.md is not what the tests say: run `npm run conformance` and commit it');
  process.exitCode = 1;
}
console.log(`${results.length - failed} passed, ${failed} failed`);
