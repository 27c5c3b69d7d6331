/**
 * The storage contract, part: the index itself. What a search would miss is named, and times are made anew without a trace.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MissedObject } from '../../src/store/indexed.ts';
import type { ObjectIndex } from '../../src/store/records.ts';
import { NO_COLLECTION, UNBOUNDED } from '../../src/store/records.ts';
import type { NewPlace } from './world.ts';
import { index, inWorld, ORIGIN } from './world.ts';

const DAY = 86_400;
const TRAITS = { years: 2 ** 52 + 1, days: 2 ** 40 + 6, hours: 2 ** 33 + 1 };
/** Forty days: neither of the shortest class nor of the next. */
const GIVEN = index({
  ...{ first: 100, last: 40 * DAY, clock: 'reader', traits: TRAITS },
  texts: { SUMMARY: 'quarterly meeting', LOCATION: 'ab', UID: 'one', DESCRIPTION: 'x'.repeat(5000) },
});

export function indexedContract(place: NewPlace): void {
  describe('the index', () => {
    const cases: readonly (readonly [string, Partial<ObjectIndex>, Partial<MissedObject> | undefined])[] = [
      ['as it is', {}, undefined],
      ['with times that begin later', { first: 101 }, undefined],
      ['with times that end earlier', { last: 40 * DAY - 1 }, undefined],
      ['with fewer traits', { traits: { ...TRAITS, days: 2 ** 40 + 2 } }, undefined],
      ['with fewer texts', { texts: { UID: 'one' } }, undefined],
      ['of another component', { component: 'VTODO' }, { component: 'VEVENT' }],
      ['with times that begin earlier', { first: 99 }, { time: 'first' }],
      ['with times that end later', { last: 40 * DAY + 0.5 }, { time: 'last' }],
      ['with another year', { traits: { ...TRAITS, years: 2 ** 52 + 3 } }, { time: 'traits' }],
      ['with another hour', { traits: { ...TRAITS, hours: 2 ** 34 } }, { time: 'traits' }],
      ['by another clock', { clock: 'utc' }, { time: 'traits' }],
      ['with another text', { texts: { ...GIVEN.texts, SUMMARY: 'yearly meeting' } }, { texts: ['SUMMARY'] }],
      ['with one text more', { texts: { ...GIVEN.texts, COMMENT: '' } }, { texts: ['COMMENT'] }],
      ['with another identifier', { texts: { ...GIVEN.texts, UID: 'two' } }, { texts: ['UID'] }],
    ];
    test(
      'names what a search would miss an object by, and nothing where it would be found',
      inWorld(place, async ({ store, calendar, put }) => {
        await put('a', '', GIVEN);
        await put('b', '', { ...GIVEN, ...UNBOUNDED });
        for (const [what, change, expected] of cases) {
          const asked = { ...GIVEN, ...change };
          const found = await store.read((tx) =>
            tx.index.missed(calendar, [
              { name: 'absent', index: asked },
              { name: 'a', index: asked },
            ]),
          );
          const nothing = { name: 'a', component: undefined, time: undefined, texts: [] };
          assert.deepEqual(found, expected === undefined ? [] : [{ ...nothing, ...expected }], what);
          const [inAnyTime] = await store.read((tx) => tx.index.missed(calendar, [{ name: 'b', index: asked }]));
          assert.equal(inAnyTime?.time, undefined, `${what}, where the index has every time`);
        }
      }),
    );

    test(
      'has times made anew, of objects that nobody has written since, and nobody notices',
      inWorld(place, async ({ store, calendar, put, write, record }) => {
        const [a, b] = [await put('a', 'x', UNBOUNDED), await put('b', 'x', UNBOUNDED)];
        await put('b', 'y', UNBOUNDED);
        const state = async () => ({
          ...(await store.read(async (tx) => ({
            all: await tx.objects.readPage(calendar, { limit: 9 }),
            history: await tx.history.of(calendar, 'a', 9),
            changes: await tx.changes.objects(calendar, { since: 0, upTo: 99, limit: 9 }),
          }))),
          record: await record(calendar),
        });
        const before = await state();
        await write((tx) =>
          tx.index.renewTimes(
            calendar,
            [a, b].map(({ name, revision }) => ({ name, revision, times: GIVEN })),
          ),
        );
        assert.deepEqual(await state(), before);
        const piece = { years: 2 ** 51, days: 0, hours: 0 };
        const range = { start: 200, end: 300, pieces: { utc: [piece], reader: [piece] } };
        const found = await store.read((tx) => tx.objects.matching(calendar, { range }, { limit: 9 }));
        assert.deepEqual(
          found.map(({ name }) => name),
          ['b'],
        );
        assert.deepEqual(
          await store.read((tx) => tx.index.missed(calendar, [{ name: 'a', index: { ...GIVEN, texts: {} } }])),
          [],
        );
      }),
    );

    test(
      'has nothing to be made anew in a new store, and says so to whoever would go on',
      inWorld(place, async ({ store, write }) => {
        assert.equal(await store.read((tx) => tx.index.renewedTo()), undefined);
        const from = { account: 0, collection: 0, name: '' };
        assert.equal(await write((tx) => tx.index.renewed(from, { ...from, account: 1 })), false);
        assert.equal(await store.read((tx) => tx.index.renewedTo()), undefined);
      }),
    );

    test(
      'goes through the collections of all accounts in order',
      inWorld(place, async ({ store, tenant, calendar }) => {
        await store.write(ORIGIN, async (tx) => {
          const account = await tx.directory.addAccount({
            ...{ tenant, kind: 'individual', address: 'bob@example.com', aliases: [], displayName: '' },
            passwordHash: undefined,
          });
          await tx.collections.add(account.id, { parent: NO_COLLECTION, name: 'x', kind: 'x', properties: {} });
        });
        const kinds: string[] = [];
        await store.read(async (tx) => {
          for (let at = { account: 0, collection: 0 }; ; ) {
            const next = await tx.index.collectionAfter(at);
            if (next === undefined) return;
            kinds.push(next.kind);
            at = { account: next.account, collection: next.id };
          }
        });
        assert.deepEqual(kinds, ['calendar-home', 'calendar', 'x']);
        assert.equal(
          await store.read((tx) => tx.index.collectionAfter({ account: calendar.account + 1, collection: 99 })),
          undefined,
        );
      }),
    );
  });
}
