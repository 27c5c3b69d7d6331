import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { etagOf } from '../../src/dav/etag.ts';
import { switchBirthdays } from '../../src/operations/birthdays.ts';
import { addDirectory } from '../../src/operations/directories/directories.ts';
import { type StoredFault, verifyStore } from '../../src/operations/verify.ts';
import { PIECE, UNBOUNDED } from '../../src/store/records.ts';
import { refusal, type TestAdministration } from './an-administration.ts';
import { calendar, card, collectionAt, event, imported, JANE, SAM, stored, todo, withUsers } from './some-files.ts';

async function faults(admin: TestAdministration, address?: string): Promise<readonly StoredFault[]> {
  const all: StoredFault[] = [];
  for await (const { faults: some } of verifyStore(admin, address)) all.push(...some);
  return all;
}

/** Changes rows behind the back of the store. */
function damage(admin: TestAdministration, ...statements: readonly string[]): void {
  const database = new DatabaseSync(join(admin.folder, 'davit.sqlite'));
  for (const statement of statements) {
    assert.equal(Number(database.prepare(statement).run().changes), 1, statement);
  }
  database.close();
}

/** With events, a task, cards and a file in two pieces. */
function withObjects(body: (admin: TestAdministration) => Promise<void>): Promise<void> {
  return withUsers(async (admin) => {
    await imported(admin, [
      calendar(
        event('a', 'SUMMARY:Quarterly meeting', 'RRULE:FREQ=YEARLY'),
        event('b', 'DTSTART:20260301T100000Z', 'DTEND:20260301T110000Z'),
        todo('c'),
      ),
      card('d', 'EMAIL:ada@example.com') + card('e'),
    ]);
    const home = await admin.store.read(async (tx) => {
      const jane = await tx.directory.accountByAddress(JANE);
      return jane === undefined ? undefined : (await tx.collections.along(jane.id, ['files']))[0];
    });
    assert.ok(home !== undefined);
    await admin.store.write(admin.origin(), async (tx) => {
      const pieces = [Buffer.alloc(PIECE, 1), Buffer.alloc(10, 2)];
      const id = await tx.contents.begin(home.account);
      await tx.contents.append(home.account, id, 0, pieces);
      const index = { component: '', ...UNBOUNDED, texts: {} };
      const content = { id, size: PIECE + 10 };
      const etag = etagOf(Buffer.concat(pieces));
      await tx.objects.put(home, { name: 'plan.bin', uid: '', etag, data: Buffer.alloc(0), content, index });
    });
    await body(admin);
  });
}

describe('davit verify', () => {
  test('finds nothing where all is well, and changes nothing', () =>
    withObjects(async (admin) => {
      const before = [await stored(admin, 'calendars/default'), await collectionAt(admin, 'calendars/default')];
      let objects = 0;
      for await (const verified of verifyStore(admin)) {
        objects += verified.objects;
        assert.deepEqual(verified.faults, []);
      }
      assert.equal(objects, 6);
      assert.deepEqual(
        [await stored(admin, 'calendars/default'), await collectionAt(admin, 'calendars/default')],
        before,
      );
    }));

  const NAMED = "name = 'a.ics'";
  const NUMBER = `number = (select number from object where ${NAMED}) and coll = (select coll from object where ${NAMED})`;
  const COLL = `account_id = (select account_id from object where ${NAMED}) and id = (select coll from object where ${NAMED})`;
  const AT = '/calendars/jane@example.com/default/a.ics';
  for (const [what, statement, about, reason] of [
    [
      'an entity tag of other bytes',
      `update object set etag = 'other' where ${NAMED}`,
      'etag',
      /not that of its bytes/,
    ],
    [
      'a size that is not that of the bytes',
      `update object set size = size + 5 where ${NAMED}`,
      'size',
      /and is said to have \d+ octets/,
    ],
    ['bytes that cannot be read', `update body set data = x'78' where ${NUMBER}`, 'rule', /no colon/],
    [
      'a rule that is broken',
      `update body set data = cast(replace(cast(data as text), 'FREQ=YEARLY', 'FREQ=NEVER') as blob) where ${NUMBER}`,
      'rule',
      /no recurrence rule/,
    ],
    [
      'another component in the index',
      `update object set component = 'VTODO' where ${NAMED}`,
      'index',
      /indexed as VTODO, and is VEVENT/,
    ],
    [
      'a first time in the index that is too late',
      `update object set first_at = first_at + 86400 where ${NAMED}`,
      'index',
      /around 2026-01-01/,
    ],
    [
      'a last time in the index that is too early',
      `update object set last_at = first_at + 1 where ${NAMED}`,
      'index',
      /would not find it/,
    ],
    [
      'times in the index that are on other days of the month',
      `update object set days = 1 where ${NAMED}`,
      'index',
      /would not find it/,
    ],
    [
      'another text in the index',
      `update object_text set value = 'other' where lower(value) = 'quarterly meeting'`,
      'index',
      /search for its SUMMARY/,
    ],
    ['another UID in the index', `update object set uid = 'other' where ${NAMED}`, 'rule', /keeps its UID/],
    [
      'a revision beyond that of the collection',
      `update object set revision = 1000 where ${NAMED}`,
      'revision',
      /revision 1000, beyond that of the collection, 2/,
    ],
  ] as const) {
    test(`names ${what}`, () =>
      withObjects(async (admin) => {
        damage(admin, statement);
        const found = (await faults(admin)).filter((one) => one.about === about);
        assert.deepEqual(
          found.map(({ path }) => path),
          [AT],
        );
        assert.match(found[0]?.reason ?? '', reason);
      }));
  }

  test('names two objects with one UID, once', () =>
    withObjects(async (admin) => {
      damage(admin, "update object set uid = 'a' where name = 'b.ics'");
      const found = (await faults(admin)).filter(({ about }) => about === 'uid');
      assert.deepEqual(found, [{ path: AT, about: 'uid', reason: 'its UID is also that of b.ics' }]);
    }));

  test('names usage that is not the sum', () =>
    withObjects(async (admin) => {
      damage(admin, 'update usage_of_account set octets = octets + 1');
      const [fault, ...others] = await faults(admin);
      assert.deepEqual([fault?.about, fault?.path, others.length], ['usage', '/principals/jane@example.com/', 0]);
    }));

  test('names a content without its pieces', () =>
    withObjects(async (admin) => {
      damage(admin, 'delete from content_piece where number = 1');
      const found = await faults(admin);
      assert.deepEqual(
        found.map(({ path, about }) => [path, about]),
        [
          ['/files/jane@example.com/plan.bin', 'content'],
          ['/files/jane@example.com/plan.bin', 'etag'],
        ],
      );
    }));

  test('names tombstones, and a pruning, that the collection has not come to', () =>
    withObjects(async (admin) => {
      const collection = await collectionAt(admin, 'calendars/default');
      await admin.store.write(admin.origin(), (tx) => tx.objects.remove(collection, 'b.ics'));
      damage(admin, 'update tombstone set revision = 500', `update collection set pruned_to = 400 where ${COLL}`);
      const found = await faults(admin);
      assert.deepEqual(
        found.map(({ path, about }) => [path, about]),
        [
          ['/calendars/jane@example.com/default/', 'tombstone'],
          ['/calendars/jane@example.com/default/b.ics', 'tombstone'],
        ],
      );
    }));

  test('names a calendar that changed later than its home', () =>
    withObjects(async (admin) => {
      damage(admin, `update collection set parent_revision = 900 where ${COLL}`);
      const found = await faults(admin);
      assert.deepEqual(
        found.map(({ path, about }) => [path, about]),
        [['/calendars/jane@example.com/default/', 'revision']],
      );
    }));

  /** Jane's cards, and the calendar of their birthdays. */
  const withBirthdays = (body: (admin: TestAdministration) => Promise<void>) =>
    withUsers(async (admin) => {
      const cards = ['one', 'two', 'three'].map((uid) => card(uid, 'BDAY:1815-12-10', 'ANNIVERSARY:1835-07-08'));
      await imported(admin, [cards.join('')]);
      await switchBirthdays(admin, JANE, true);
      assert.deepEqual(await faults(admin), []);
      await body(admin);
    });
  const BORN = `coll = (select id from collection where kind = 'birthdays') and uid = (select min(uid) from object
    where coll = (select id from collection where kind = 'birthdays'))`;
  for (const [what, statement, reason] of [
    ['is missing', `delete from object where ${BORN}`, 'it follows from a card, and is not there'],
    ['says something else', `update object set etag = 'other' where ${BORN}`, 'it is not what its card says'],
    ['comes of no card', `update object set name = 'x.ics' where ${BORN}`, 'no card has it any more'],
    ['would not be found', `update object set component = 'VTODO' where ${BORN}`, 'a search would not find it'],
  ] as const) {
    test(`names a birthday that ${what}`, () =>
      withBirthdays(async (admin) => {
        damage(admin, statement);
        const found = (await faults(admin)).filter(({ about }) => about === 'derived');
        assert.match(found[0]?.path ?? '', /^\/calendars\/jane@example\.com\/birthdays\/.+\.ics$/);
        assert.equal(found.at(-1)?.reason, reason);
      }));
  }

  test('names a birthday of a card that is not there any more', () =>
    withBirthdays(async (admin) => {
      damage(admin, `delete from object where name = 'two.vcf'`);
      const found = (await faults(admin)).filter(({ about }) => about === 'derived');
      assert.deepEqual(
        found.map(({ reason }) => reason),
        ['no card has it any more', 'no card has it any more'],
      );
    }));

  test('looks into the directories of tenants', () =>
    withUsers(async (admin) => {
      const { collection } = await addDirectory(admin, { name: 'staff', title: 'Staff', from: { kind: 'principals' } });
      const data = Buffer.from(card('one'));
      const index = { component: 'VCARD', ...UNBOUNDED, texts: {} };
      await admin.store.write(admin.origin(), (tx) =>
        tx.objects.put(collection, { name: 'one.vcf', uid: 'one', etag: 'other', data, index }),
      );
      const found = (await faults(admin)).filter(({ about }) => about === 'etag');
      assert.deepEqual(
        found.map(({ path }) => path.replace(/^.*\//, '')),
        ['one.vcf'],
      );
    }));

  test('looks at one account where one is named', () =>
    withObjects(async (admin) => {
      damage(admin, `update object set etag = 'other' where ${NAMED}`);
      assert.equal((await faults(admin, SAM)).length, 0);
      assert.equal((await faults(admin, JANE)).length, 1);
      await assert.rejects(faults(admin, 'nobody@example.com'), refusal(/There is no account/));
    }));
});
