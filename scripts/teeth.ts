/**
 * `npm run test:teeth`: takes away each thing that the features declare, one after another, and runs the conformance tests until one
 * notices. Whatever no test notices is printed: it is not tested, or not needed. The last line is `N passed, N failed`.
 *
 * The tests most likely to notice come first: those that cite the declaration's section or name it, then those in whose requests and
 * answers its name was seen when nothing was missing.
 */
import type { Feature } from '../src/dav/feature.ts';
import { localOf, type XmlName } from '../src/formats/xml/name.ts';
import { standardFeatures } from '../src/server/features.ts';
import { nameOf } from '../test/support/conformance.ts';
import { openTestStore } from '../test/support/engine.ts';
import { inProcess } from '../test/support/in-process.ts';
import type { ServiceUnderTest } from '../test/support/service.ts';
import { conformanceCases, type FiledCase, failureOf } from './conformance-cases.ts';

interface Declaration {
  readonly kind: string;
  readonly title: string;
  /** What a test that is about it mentions. */
  readonly words: readonly string[];
  readonly spec: string | undefined;
  readonly without: readonly Feature[];
}

/** A case, and what was said on the wire while it ran. */
interface Heard {
  readonly one: FiledCase;
  readonly source: string;
  readonly traffic: string;
  readonly duration: number;
}

type Lists = Pick<
  Feature,
  | 'properties'
  | 'reports'
  | 'methods'
  | 'preconditions'
  | 'writeRules'
  | 'creatable'
  | 'keeps'
  | 'wellKnown'
  | 'complianceTokens'
  | 'provisions'
  | 'privileges'
  | 'subprincipals'
  | 'derivations'
>;

function declarationsOf(features: readonly Feature[]): readonly Declaration[] {
  const found: Declaration[] = [];
  const take = <K extends keyof Lists>(
    list: K,
    kind: string,
    describe: (
      item: NonNullable<Feature[K]>[number],
    ) => Pick<Declaration, 'title' | 'words'> & { readonly spec?: string },
  ): void => {
    for (const feature of features) {
      const items: readonly NonNullable<Feature[K]>[number][] = feature[list] ?? [];
      for (const item of items) {
        const { title, words, spec } = describe(item);
        const less = { ...feature, [list]: items.filter((other) => other !== item) };
        const without = features.map((other) => (other === feature ? less : other));
        found.push({ kind, title: `${feature.name}: ${title}`, words, spec, without });
      }
    }
  };
  const named = (name: XmlName): string => localOf(name);
  take('properties', 'property', ({ name, on, spec }) => ({
    title: `${name} on ${on.map((type) => (typeof type === 'string' ? type : type.kind)).join(', ')}`,
    words: [named(name)],
    spec,
  }));
  take('reports', 'report', ({ name, spec }) => ({ title: name, words: [named(name)], spec }));
  take('methods', 'method', ({ name, on, spec }) => ({
    title: `${name} on ${on.map((type) => (typeof type === 'string' ? type : type.kind)).join(', ')}`,
    words: [`${name} `, `.${name.toLowerCase()}(`],
    spec,
  }));
  take('preconditions', 'precondition', ({ name, spec }) => ({ title: name, words: [named(name)], spec }));
  take('writeRules', 'write rule', ({ into }) => ({ title: into.kind, words: ['.put(', 'PUT '] }));
  take('creatable', 'creatable collection', ({ type }) => ({
    title: type.kind,
    words: [type.kind, 'MKCALENDAR', 'MKCOL'],
  }));
  take('keeps', 'kept collection', ({ type, spec }) => ({ title: type.kind, words: ['DELETE '], spec }));
  take('wellKnown', 'well-known path', ({ path, spec }) => ({ title: path, words: [path], spec }));
  take('complianceTokens', 'word of the DAV header', (token) => ({ title: token, words: [`'${token}'`, token] }));
  take('provisions', 'provision', ({ segment, name }) => ({
    title: `${segment}/${name}`,
    words: [`${name}/`, segment],
  }));
  take('privileges', 'privilege', ({ name, spec }) => ({ title: name, words: [named(name)], spec }));
  take('derivations', 'derivation', ({ into, spec }) => ({ title: into.type.kind, words: [into.type.kind], spec }));
  take('subprincipals', 'principal below principals', ({ segment, type }) => ({
    title: segment,
    words: [segment],
    spec: type.spec,
  }));
  return found;
}

/** How much a case promises to notice. */
function promise({ one, source, traffic }: Heard, { words, spec }: Declaration): number {
  let score = 0;
  if ('spec' in one.claim && one.claim.spec === spec) score += 4;
  if (words.some((word) => source.includes(word) || one.title.includes(word))) score += 4;
  if (words.some((word) => traffic.includes(word))) score += 1;
  return score;
}

/** The service with everything that passes written down. */
function listening(service: ServiceUnderTest, hear: (text: string) => void): ServiceUnderTest {
  const decoder = new TextDecoder();
  return {
    ...service,
    async send(sent) {
      const received = await service.send(sent);
      const headers = Object.entries(received.headers).map(([name, value]) => `${name}: ${value}`);
      const bodies = [sent.body, received.body].map((body) => (body === undefined ? '' : decoder.decode(body)));
      hear([`${sent.method} ${sent.target}`, ...headers, ...bodies].join('\n'));
      return received;
    },
  };
}

/**
 * Runs everything with nothing missing. Cases that fail then can show nothing; nor can one that fails on a second service over the same
 * store, because it would seem to notice whatever is taken away.
 */
async function rehearse(
  cases: readonly FiledCase[],
  service: ServiceUnderTest,
  second: ServiceUnderTest,
): Promise<readonly Heard[]> {
  const heard: Heard[] = [];
  for (const one of cases) {
    let traffic = '';
    const hear = (text: string): void => {
      traffic += `${text}\n`;
    };
    const began = performance.now();
    const failure = (await failureOf(one, listening(service, hear))) ?? (await failureOf(one, second));
    if (failure === undefined) {
      heard.push({ one, source: one.body.toString(), traffic, duration: performance.now() - began });
    } else {
      console.log(`✖ fails although nothing is missing, so it is left out: ${nameOf(one)}\n  in ${one.file}`);
    }
  }
  return heard;
}

/** The first case that notices, of all, the most promising first. */
async function noticed(
  declaration: Declaration,
  heard: readonly Heard[],
  service: ServiceUnderTest,
): Promise<FiledCase | undefined> {
  const ordered = heard
    .map((one) => ({ one, score: promise(one, declaration) }))
    .sort((a, b) => b.score - a.score || a.one.duration - b.one.duration);
  for (const { one } of ordered) if ((await failureOf(one.one, service)) !== undefined) return one.one;
  return undefined;
}

const chosen = process.argv.slice(2).filter((word) => word !== '--verbose');
const verbose = process.argv.includes('--verbose');
const began = performance.now();
const features = standardFeatures();
const store = await openTestStore();
const { cases } = await conformanceCases();
const heard = await rehearse(cases, await inProcess(store, { features }), await inProcess(store, { features }));
console.log(`${heard.length} tests, ${((performance.now() - began) / 1000).toFixed(1)} s for all`);

const missed: Declaration[] = [];
const counts = new Map<string, number>();
const declarations = declarationsOf(features).filter(
  ({ kind, title }) => chosen.length === 0 || chosen.some((part) => `${kind} ${title}`.includes(part)),
);
for (const [at, declaration] of declarations.entries()) {
  const { kind, title, without } = declaration;
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${at + 1}/${declarations.length} ${kind} ${title}`);
  const by = await noticed(declaration, heard, await inProcess(store, { features: without }));
  if (by === undefined) missed.push(declaration);
  else counts.set(kind, (counts.get(kind) ?? 0) + 1);
  if (verbose && by !== undefined) console.log(`${kind} ${title}\n    noticed by ${nameOf(by)}`);
}
await store.close();

if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');
for (const [kind, count] of counts) console.log(`${kind}: ${count} noticed`);
if (missed.length > 0) console.log('\nNo test noticed that these were missing:');
for (const { kind, title, spec } of missed) console.log(`✖ ${kind} ${title}${spec === undefined ? '' : ` (${spec})`}`);
const broken = cases.length - heard.length;
if (broken > 0) console.log(`\n${broken} tests fail although nothing is missing`);
if (missed.length + broken > 0) process.exitCode = 1;
console.log(`${((performance.now() - began) / 1000).toFixed(0)} s`);
console.log(`${declarations.length - missed.length} passed, ${missed.length + broken} failed`);
