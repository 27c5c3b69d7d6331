import assert from 'node:assert/strict';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { WRITING } from '../../src/dav/privilege.ts';
import { accountAt, setPassword } from '../../src/operations/accounts.ts';
import { demoPasswordsFile, isUntouched, keptLogins, makeDemo, refuseOpenDemo } from '../../src/operations/demo.ts';
import { verifyPassword } from '../../src/operations/passwords.ts';
import { type CollectionRecord, NO_COLLECTION } from '../../src/store/records.ts';
import { refusal, type TestAdministration, withAdmin } from './an-administration.ts';

const JANE = 'jane@demo.example.com';
const SAM = 'sam@demo.example.com';

/** The collections in one home of the demo account, by name. */
function members(admin: TestAdministration, segment: string): Promise<ReadonlyMap<string, CollectionRecord>> {
  return admin.store.read(async (tx) => {
    const jane = await accountAt(tx, JANE);
    const home = (await tx.collections.in(jane.id, NO_COLLECTION)).find((one) => one.name === segment);
    assert.ok(home);
    return new Map((await tx.collections.in(jane.id, home.id)).map((one) => [one.name, one]));
  });
}

async function dataOf(
  admin: TestAdministration,
  collection: CollectionRecord | undefined,
  name: string,
): Promise<string> {
  assert.ok(collection);
  const object = await admin.store.read((tx) => tx.objects.read(collection, name));
  return Buffer.from(object?.data ?? []).toString();
}

describe('the demo', () => {
  test('has the four calendars for events and to-dos, the inbox, the outbox, and one address book', () =>
    withAdmin(async (admin) => {
      await makeDemo(admin, admin.folder);
      const calendars = await members(admin, 'calendars');
      const shown = [...calendars.values()]
        .filter((one) => one.kind === 'calendar')
        .map(({ name, properties }) => [
          name,
          properties['{DAV:}displayname'],
          properties['{urn:ietf:params:xml:ns:caldav}supported-calendar-component-set'],
          properties['{http://apple.com/ns/ical/}calendar-order'],
        ]);
      assert.deepEqual(shown.sort(), [
        ['02f29dd9516f1f0c415527e0a60cb3f7', 'Birthdays', 'VEVENT,VTODO', '0'],
        ['0f9263536b9fc61ada745644735bfd8f', 'Work', 'VEVENT,VTODO', '0'],
        ['default', 'Family', 'VEVENT,VTODO', '0'],
        ['edfab414adccd8b67f7727e3ae03b85b', 'Important Dates', 'VEVENT,VTODO', '0'],
      ]);
      assert.ok(calendars.has('inbox') && calendars.has('outbox'));
      assert.deepEqual([...(await members(admin, 'addressbooks')).keys()], ['default']);
    }));

  test('has the birthday with its alarm and the card, untidy as real data are', () =>
    withAdmin(async (admin) => {
      await makeDemo(admin, admin.folder);
      const birthdays = (await members(admin, 'calendars')).get('02f29dd9516f1f0c415527e0a60cb3f7');
      const event = await dataOf(admin, birthdays, '33992bd8-d3fe-4b07-baaf-c43d0042fae8.ics');
      for (const line of ['RRULE:FREQ=YEARLY;INTERVAL=1;WKST=MO', 'BEGIN:VALARM', 'TRIGGER:-P1D']) {
        assert.ok(event.includes(`\r\n${line}\r\n`), line);
      }
      assert.match(event, /\r\nLAST-MODIFIED;X-VOBJ-FLOATINGTIME-ALLOWED=TRUE:20200503T203005\r\n/);
      const book = (await members(admin, 'addressbooks')).get('default');
      const card = await dataOf(admin, book, '49e6be92-e235-4372-91cd-145673caed4f.vcf');
      assert.match(card, /^BEGIN:VCARD\r\nVERSION:3\.0\r\n.*\r\nEMAIL;TYPE=OTHER;PREF=1:[^@]+@example\.com\r\n/s);
    }));

  test('is shared: a second user may write into every calendar, and into nothing else', () =>
    withAdmin(async (admin) => {
      await makeDemo(admin, admin.folder);
      await admin.store.read(async (tx) => {
        const [jane, sam] = [await accountAt(tx, JANE), await accountAt(tx, SAM)];
        const grants = await tx.grants.between(jane.id, [sam.id]);
        const calendars = [...(await members(admin, 'calendars')).values()];
        const shared = calendars.filter((one) => one.shared).map((one) => one.id);
        assert.deepEqual(grants.map((one) => one.collection.id).sort(), shared.sort());
        assert.equal(shared.length, 4);
        assert.ok(calendars.every((one) => one.shared === (one.kind === 'calendar')));
        for (const { privileges } of grants) assert.deepEqual(privileges, WRITING);
      });
    }));

  test('keeps its random passwords in a file for the owner alone', () =>
    withAdmin(async (admin) => {
      assert.equal(keptLogins(admin.folder), undefined);
      const logins = await makeDemo(admin, admin.folder);
      assert.deepEqual(keptLogins(admin.folder), logins);
      assert.equal(statSync(demoPasswordsFile(admin.folder)).mode & 0o777, 0o600);
      const [jane, sam] = logins;
      assert.deepEqual([jane?.address, sam?.address], [JANE, SAM]);
      assert.match(jane?.password ?? '', /^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/);
      assert.notEqual(jane?.password, sam?.password);
      const account = await admin.store.read((tx) => accountAt(tx, JANE));
      assert.ok(await verifyPassword(account.passwordHash ?? '', jane?.password ?? ''));
    }));

  test('made a second time, changes nothing', () =>
    withAdmin(async (admin) => {
      assert.ok(await isUntouched(admin));
      const logins = await makeDemo(admin, admin.folder);
      assert.ok(!(await isUntouched(admin)));
      const before = await members(admin, 'calendars');
      const account = await admin.store.read((tx) => accountAt(tx, JANE));
      assert.deepEqual(await makeDemo(admin, admin.folder), logins);
      assert.deepEqual(await members(admin, 'calendars'), before);
      assert.deepEqual(await admin.store.read((tx) => accountAt(tx, JANE)), account);
    }));

  test('made a second time, brings back what is missing, and passwords that work', () =>
    withAdmin(async (admin) => {
      await makeDemo(admin, admin.folder);
      const work = (await members(admin, 'calendars')).get('0f9263536b9fc61ada745644735bfd8f');
      assert.ok(work);
      await admin.store.write(admin.origin(), (tx) => tx.collections.remove(work));
      await setPassword(admin, JANE, 'another password');
      rmSync(demoPasswordsFile(admin.folder));
      const [jane] = await makeDemo(admin, admin.folder);
      assert.ok((await members(admin, 'calendars')).get('0f9263536b9fc61ada745644735bfd8f')?.shared);
      const account = await admin.store.read((tx) => accountAt(tx, JANE));
      assert.ok(await verifyPassword(account.passwordHash ?? '', jane?.password ?? ''));
    }));

  test('a damaged file of passwords is not taken for one', () =>
    withAdmin(async (admin) => {
      writeFileSync(demoPasswordsFile(admin.folder), `${JANE} abc\n`);
      await assert.rejects(makeDemo(admin, admin.folder), refusal(/no password for sam@demo.example.com/));
      assert.equal(readFileSync(demoPasswordsFile(admin.folder), 'utf8'), `${JANE} abc\n`);
    }));

  test('is not opened to the network', () =>
    withAdmin(async (admin) => {
      await refuseOpenDemo(admin, '0.0.0.0');
      await makeDemo(admin, admin.folder);
      await assert.rejects(
        refuseOpenDemo(admin, '0.0.0.0'),
        refusal(/davit domain remove demo\.example\.com --with-accounts/),
      );
    }));
});
