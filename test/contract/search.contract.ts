/**
 * The storage contract, part: the prefilter. It may answer too much, never too little, in order of name.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { ObjectIndex, Prefilter, TimeTraits } from '../../src/store/records.ts';
import { UNBOUNDED } from '../../src/store/records.ts';
import type { NewPlace, World } from './world.ts';
import { bytes, index, inWorld } from './world.ts';

type Indexed = readonly [name: string, index: ObjectIndex];

/** In several transactions, as an import does. */
async function putAll({ write, calendar }: World, objects: readonly Indexed[]): Promise<void> {
  for (let from = 0; from < objects.length; from += 200) {
    await write(async (tx) => {
      const put = ([name, given]: Indexed) =>
        tx.objects.put(calendar, { name, uid: `uid-${name}`, etag: '', data: bytes(name), index: given });
      await Promise.all(objects.slice(from, from + 200).map(put));
    });
  }
}

/** All pages. */
async function matching({ store, calendar }: World, prefilter: Prefilter, limit = 7): Promise<readonly string[]> {
  const found: string[] = [];
  for (;;) {
    const after = found.at(-1);
    const page = { limit, ...(after === undefined ? {} : { after }) };
    const some = await store.read((tx) => tx.objects.matching(calendar, prefilter, page));
    for (const each of some) assert.equal(Buffer.from(each.data).toString(), each.name);
    found.push(...some.map((each) => each.name));
    if (some.length < limit) return found;
  }
}

/** What the prefilter has to find, by its definition. */
function matches(
  name: string,
  { component, first, last, clock, traits, texts }: ObjectIndex,
  asked: Prefilter,
): boolean {
  if (asked.uid !== undefined && asked.uid !== `uid-${name}`) return false;
  if (asked.components !== undefined && !asked.components.includes(component)) return false;
  if (asked.range !== undefined) {
    const { start, end, pieces } = asked.range;
    const isIn = (bits: number, all: number) => (BigInt(bits) & ~BigInt(all)) === 0n;
    const hasAll = ({ years, days, hours }: TimeTraits) =>
      isIn(years, traits.years) && isIn(days, traits.days) && isIn(hours, traits.hours);
    if (first > end || last < start || !pieces[clock].some(hasAll)) return false;
  }
  if (asked.texts === undefined) return true;
  const holds = asked.texts.conditions.map(({ property, contains }) => texts[property]?.includes(contains) ?? false);
  return asked.texts.test === 'allof' ? holds.every((each) => each) : holds.some((each) => each);
}

const DAY = 86_400;
/** Another one for each run; a failure names it. */
const newSeed = () => Math.trunc(Math.random() * 2 ** 31);
const word = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', 'ü', '\u{1f600}', '%', '_', "'"), maxLength: 12 }),
  fc.constantFrom('meeting', 'meet', 'team meeting', 'eti', 'ab'),
);
const texts = fc.dictionary(fc.constantFrom('SUMMARY', 'LOCATION', 'UID'), word, { maxKeys: 3 });
const moment = fc.integer({ min: -2000 * DAY, max: 2000 * DAY });
const length = fc.oneof(fc.constant(0), fc.integer({ max: DAY * 2, min: 0 }), fc.integer({ min: 0, max: 40 * DAY }));
const bits = fc.oneof(fc.constant(2 ** 53 - 1), fc.constant(2 ** 53 - 2), fc.maxSafeNat());
const traits = fc.record({ years: bits, days: bits, hours: bits });
const clock = fc.constantFrom('utc', 'reader');
const time = fc.oneof(
  fc.constant(UNBOUNDED),
  fc.record({ first: moment, length, clock, traits }).map((one) => ({ ...one, last: one.first + one.length })),
  fc.record({ first: moment, last: fc.constant(UNBOUNDED.last), clock, traits }),
);
const fewBits = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 52 }).map((bit) => 2 ** bit),
);
const piece = fc.record({ years: fewBits, days: fewBits, hours: fewBits });
const pieces = fc.array(piece, { minLength: 1, maxLength: 20 });
const component = fc.constantFrom('VEVENT', 'VTODO', 'VJOURNAL');
const range = fc
  .record({ start: moment, length, pieces: fc.record({ utc: pieces, reader: pieces }) })
  .map((one) => ({ ...one, end: one.start + one.length }));
const NOTHING: TimeTraits = { years: 0, days: 0, hours: 0 };
const ANY = { utc: [NOTHING], reader: [NOTHING] };
const conditions = fc.array(fc.record({ property: fc.constantFrom('SUMMARY', 'LOCATION', 'UID'), contains: word }), {
  ...{ minLength: 1, maxLength: 3 },
});
const prefilter: fc.Arbitrary<Prefilter> = fc.record(
  {
    components: fc.uniqueArray(component, { minLength: 1 }),
    range,
    texts: fc.record({ test: fc.constantFrom('anyof', 'allof'), conditions }),
  },
  { requiredKeys: [] },
);

export function searchContract(place: NewPlace): void {
  describe('search', () => {
    test(
      'never answers too little: any index against any prefilter',
      inWorld(place, async (here) => {
        const object = fc.record({ component, time, texts }).map(({ time, ...rest }) => ({ ...rest, ...time }));
        const seed = newSeed();
        const objects = fc
          .sample(object, { seed, numRuns: 120 })
          .map((each, at): Indexed => [`${at % 10}-${at}`, index(each)]);
        await putAll(here, objects);
        const questions = fc.sample(prefilter, { seed, numRuns: 150 });
        for (const asked of questions) {
          const found = await matching(here, asked);
          assert.deepEqual(found, found.toSorted());
          assert.equal(new Set(found).size, found.length);
          const due = objects.filter(([name, each]) => matches(name, each, asked)).map(([name]) => name);
          const missing = due.filter((name) => !found.includes(name));
          assert.deepEqual(missing, [], `seed ${seed}: ${JSON.stringify(asked)}`);
        }
      }),
    );

    test(
      'a search for text equals looking at every text',
      inWorld(place, async (here) => {
        const seed = newSeed();
        const objects = fc
          .sample(texts, { seed, numRuns: 150 })
          .map((each, at): Indexed => [`${at}`, index({ texts: each })]);
        await putAll(here, objects);
        // Half of them get other texts, and some go.
        const replaced = fc
          .sample(texts, { seed: seed + 1, numRuns: 75 })
          .map((each, at): Indexed => [`${at * 2}`, index({ texts: each })]);
        await putAll(here, replaced);
        const now = new Map([...objects, ...replaced]);
        for (let at = 0; at < 150; at += 11) {
          await here.write((tx) => tx.objects.remove(here.calendar, `${at}`));
          now.delete(`${at}`);
        }
        for (const test of ['anyof', 'allof'] as const) {
          for (const asked of fc.sample(conditions, { seed, numRuns: 80 })) {
            const question: Prefilter = { texts: { test, conditions: asked } };
            const due = [...now].filter(([name, each]) => matches(name, each, question)).map(([name]) => name);
            assert.deepEqual(
              await matching(here, question),
              due.toSorted(),
              `seed ${seed}: ${JSON.stringify(question)}`,
            );
          }
        }
      }),
    );

    test(
      'long texts are found by any part, those too long to keep by everything',
      inWorld(place, async (here) => {
        const long = Array.from({ length: 400 }, (_, at) => `w${at * 7919}`).join(' ');
        await putAll(here, [
          ['long', index({ texts: { DESCRIPTION: long } })],
          ['longest', index({ texts: { DESCRIPTION: long.repeat(20) } })],
          ['short', index({ texts: { DESCRIPTION: 'short' } })],
        ]);
        const find = (contains: string) =>
          matching(here, { texts: { test: 'allof', conditions: [{ property: 'DESCRIPTION', contains }] } });
        assert.deepEqual(await find('w7919 w15838'), ['long', 'longest']);
        assert.deepEqual(await find('not there'), ['longest']);
        assert.deepEqual(await find('short'), ['longest', 'short']);
        await putAll(here, [['longest', index({ texts: { DESCRIPTION: 'short again' } })]]);
        assert.deepEqual(await find('short'), ['longest', 'short']);
        assert.deepEqual(await find('w7919'), ['long']);
        await putAll(here, [['long', index()]]);
        assert.deepEqual(await find('w7919'), []);
      }),
    );

    test(
      'an identifier is found by itself, and by any part of it unless it is wanted whole',
      inWorld(place, async (here) => {
        const uids = ['abc', 'abcd', 'xabc', 'abd', 'x'.repeat(5000)];
        await putAll(
          here,
          uids.map((UID, at) => [`${at}`, index({ texts: { UID } })]),
        );
        const find = (contains: string, whole: boolean) =>
          matching(here, { texts: { test: 'anyof', conditions: [{ property: 'UID', contains, whole }] } });
        assert.deepEqual(await find('abc', false), ['0', '1', '2', '4']);
        // The one that is too long to be kept may be any.
        assert.deepEqual(await find('abc', true), ['0', '4']);
        assert.deepEqual(await find('ab', true), ['4']);
        assert.deepEqual(await find('x'.repeat(5000), true), ['4']);
      }),
    );

    test(
      'endless series of other traits are left out, each by its clock',
      inWorld(place, async (here) => {
        const one = (bit: number) => 2 ** bit;
        const series = (['utc', 'reader'] as const).flatMap((clock) =>
          Array.from({ length: 53 }, (_, bit): Indexed => {
            const traits = { years: one(bit), days: one(bit), hours: one(52 - bit) };
            return [`${clock}-${bit}`, index({ first: 0, last: UNBOUNDED.last, clock, traits })];
          }),
        );
        await putAll(here, series);
        const asks = (bit: number) => ({ years: one(bit), days: 0, hours: one(52 - bit) });
        const pieces = { utc: [asks(52), asks(33), asks(2)], reader: [asks(0), { ...asks(7), days: one(8) }] };
        const range = { start: 1000 * DAY, end: 1007 * DAY, pieces };
        const due = ['reader-0', 'utc-2', 'utc-33', 'utc-52'];
        assert.deepEqual(await matching(here, { components: ['VEVENT'], range }), due);
        assert.deepEqual(await matching(here, { range }), due);
      }),
    );

    test(
      'UID and component are exact',
      inWorld(place, async (here) => {
        await putAll(here, [
          ['a', index()],
          ['b', index({ component: 'VTODO' })],
          ['c', index()],
        ]);
        assert.deepEqual(await matching(here, { uid: 'uid-b' }), ['b']);
        assert.deepEqual(await matching(here, { uid: 'uid-b', components: ['VEVENT'] }), []);
        assert.deepEqual(await matching(here, { components: ['VTODO'] }), ['b']);
        assert.deepEqual(await matching(here, { components: ['VEVENT', 'VTODO'] }, 2), ['a', 'b', 'c']);
        assert.deepEqual(await matching(here, {}, 2), ['a', 'b', 'c']);
      }),
    );

    test(
      'a question with more candidates than are worth sorting is answered the same',
      inWorld(place, async (here) => {
        const many = Array.from({ length: 5200 }, (_, at): Indexed => {
          return [
            `${at}`.padStart(5, '0'),
            index({ component: at % 2600 === 7 ? 'VTODO' : 'VEVENT', first: at, last: at }),
          ];
        });
        await putAll(here, many);
        const all = await matching(here, { range: { start: 0, end: 9999, pieces: ANY } }, 2000);
        assert.equal(all.length, 5200);
        assert.deepEqual(await matching(here, { components: ['VTODO'] }), ['00007', '02607']);
        const events = await matching(here, { components: ['VEVENT'], range: { start: 5, end: 9, pieces: ANY } });
        assert.deepEqual(events, ['00005', '00006', '00008', '00009']);
      }),
    );
  });
}
