/**
 * After an update: times that a former version wrote into the index are made anew in the background.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { renewSomeTimes } from '../../src/operations/renew-times.ts';
import { isBeingRenewed, verifyStore } from '../../src/operations/verify.ts';
import { UNBOUNDED } from '../../src/store/records.ts';
import type { TestAdministration } from './an-administration.ts';
import { calendar, card, collectionAt, event, imported, SAM, stored, withUsers } from './some-files.ts';

const EVENTS = 120;

/** Two users' calendars and cards, as a former version would have left them: with every trait. */
function updated(body: (admin: TestAdministration, rows: (sql: string) => readonly string[]) => Promise<void>) {
  return withUsers(async (admin) => {
    const events = Array.from({ length: EVENTS }, (_, at) => event(`e${at}`, 'RRULE:FREQ=MONTHLY', `SUMMARY:At ${at}`));
    await imported(admin, [calendar(...events), card('d', 'EMAIL:ada@example.com')]);
    await imported(admin, [calendar(event('sam', 'DTSTART;VALUE=DATE:20260105', 'RRULE:FREQ=YEARLY'))], {
      address: SAM,
    });
    const database = new DatabaseSync(join(admin.folder, 'davit.sqlite'));
    const rows = (sql: string) =>
      database
        .prepare(sql)
        .all()
        .map((row) => JSON.stringify(row));
    try {
      const { days } = UNBOUNDED.traits;
      database.exec(`update object set years = ${days}, days = ${days}, hours = ${days}`);
      database.exec(`insert into meta (name, value) values ('times', '0 0 ')`);
      await body(admin, rows);
    } finally {
      database.close();
    }
  });
}

const ALL = `select name, years, days, hours, span, first_at, last_at, revision, etag, modified from object order by account_id, coll, name`;
const D = '{"name":"d.vcf"}';
const OLD = `select name from object where days = ${UNBOUNDED.traits.days}`;

async function toTheEnd(admin: TestAdministration): Promise<number> {
  for (let rounds = 1; ; rounds++) if (!(await renewSomeTimes(admin))) return rounds;
}

describe('times of before', () => {
  test('are made anew a few at a time, and nothing else changes', () =>
    updated(async (admin, rows) => {
      const before = [await stored(admin, 'calendars/default'), await collectionAt(admin, 'calendars/default')];
      assert.equal(await isBeingRenewed(admin), true);
      const left: number[] = [];
      while (await renewSomeTimes(admin)) left.push(rows(OLD).length);
      assert.ok(new Set(left).size > 3, 'little by little');
      assert.deepEqual(rows(OLD), [D], 'cards have no times');
      assert.equal(await isBeingRenewed(admin), false);
      assert.deepEqual(
        [await stored(admin, 'calendars/default'), await collectionAt(admin, 'calendars/default')],
        before,
      );
      for await (const { faults } of verifyStore(admin)) assert.deepEqual(faults, []);
      assert.equal(await renewSomeTimes(admin), false);
    }));

  test('are the same that a write makes', () =>
    updated(async (admin, rows) => {
      await toTheEnd(admin);
      const renewed = rows(`select years, days, hours, span, first_at, last_at from object where name = 'e7.ics'`);
      const again = calendar(event('again', 'RRULE:FREQ=MONTHLY', 'SUMMARY:At 7'));
      await imported(admin, [again]);
      assert.deepEqual(
        rows(`select years, days, hours, span, first_at, last_at from object where name = 'again.ics'`),
        renewed,
      );
    }));

  test('are gone on with where it was broken off, and by two at once', () =>
    updated(async (admin, rows) => {
      await renewSomeTimes(admin);
      await renewSomeTimes(admin);
      const some = rows(OLD).length;
      assert.ok(some > 1 && some < EVENTS + 2, `${some} left`);
      await Promise.all([toTheEnd(admin), toTheEnd(admin)]);
      assert.deepEqual(rows(OLD), [D]);
      const whole = rows(ALL);
      assert.equal(await renewSomeTimes(admin), false);
      assert.deepEqual(rows(ALL), whole);
    }));

  test('stay as they are where an object cannot be read, or its collection went', () =>
    updated(async (admin, rows) => {
      const database = new DatabaseSync(join(admin.folder, 'davit.sqlite'));
      database.exec(`update body set data = x'78' where number = (select number from object where name = 'e3.ics')
        and coll = (select coll from object where name = 'e3.ics')
        and account_id = (select account_id from object where name = 'e3.ics')`);
      database.close();
      await renewSomeTimes(admin);
      await renewSomeTimes(admin);
      const sams = await collectionAt(admin, 'calendars/default', SAM);
      await admin.store.write(admin.origin(), (tx) => tx.collections.remove(sams));
      await toTheEnd(admin);
      assert.deepEqual(rows(OLD).toSorted(), [D, '{"name":"e3.ics"}']);
    }));
});
