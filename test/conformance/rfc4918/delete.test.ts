/**
 * DELETE. RFC 4918 section 9.6.
 */
import { card, event } from '../../support/builders.ts';
import { must } from '../../support/conformance.ts';

must('RFC 4918 section 9.6', 'a deleted object is gone, and its name and UID are free again', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  const object = event();
  await alice.put(path, object).expect(201);
  await alice.delete(path).expect(204);
  await alice.get(path).expect(404);
  await alice.delete(path).expect(404);
  await alice.put(`${alice.calendar}b.ics`, object).expect(201);
});

must('RFC 4918 section 9.6.1', 'a deleted collection takes its members along', async ({ alice }) => {
  const calendar = await alice.newCalendar('work');
  await alice.put(`${calendar}a.ics`, event()).expect(201);
  await alice.delete(calendar).expect(204);
  await alice.propfind(calendar, '0', ['D:resourcetype']).expect(404);
  await alice.get(`${calendar}a.ics`).expect(404);
  await alice.newCalendar('work');
  await alice.propfind(calendar, '1', ['D:getetag']).expectMembers([calendar]);
});

must(
  'RFC 4918 section 9.6.1',
  'DELETE of a collection with another Depth than infinity is refused',
  async ({ alice }) => {
    const calendar = await alice.newCalendar('work');
    await alice.delete(calendar, { Depth: '0' }).expect(400);
    await alice.delete(calendar, { Depth: '1' }).expect(400);
    await alice.delete(calendar, { Depth: 'infinity' }).expect(204);
  },
);

must(
  'RFC 9110 section 13.1.1',
  'If-Match guards against deleting what somebody else has changed',
  async ({ alice }) => {
    const path = `${alice.calendar}a.ics`;
    const object = event();
    const { etag } = await alice.put(path, object).expect(201);
    await alice.put(path, object.replace('Meeting', 'Party')).expect(204);
    await alice.delete(path, { 'If-Match': etag }).expect(412);
    await alice.get(path).expect(200);
  },
);

must('RFC 4918 section 9.6.1', 'a deleted folder takes all folders in it along', async ({ alice }) => {
  const paths = ['a/', 'a/b/', 'a/b/c/', 'a/1', 'a/b/2', 'a/b/c/3'].map((name) => alice.files + name);
  for (const path of paths) await (path.endsWith('/') ? alice.mkcol(path) : alice.put(path, path)).expect(201);
  await alice.delete(`${alice.files}a/b`).expect(204);
  await alice.propfind(alice.files, 'infinity', ['D:getetag']).expectMembers([alice.files, paths[0]!, paths[3]!]);
  await alice.delete(`${alice.files}a/`).expect(204);
  for (const path of paths) await alice.propfind(path, '0').expect(404);
});

must('RFC 4918 section 9.6', 'a home and the principal stay', async ({ alice }) => {
  await alice.delete(alice.calendars).expect(403, 405);
  await alice.delete(alice.principal).expect(403, 405);
  await alice.propfind(alice.calendars, '0', ['D:resourcetype']).expect(207);
});

must('RFC 6638 section 4.3.1.1', 'the default calendar stays, because invitations go there', async ({ alice }) => {
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  await alice.delete(alice.calendar).expectPrecondition('C:default-calendar-needed', 403);
  await alice.get(`${alice.calendar}a.ics`).expect(200);
});

must(
  'behaviour: a default address book always exists',
  'DELETE of the default address book empties it',
  async ({ alice }) => {
    await alice.put(`${alice.addressbook}a.vcf`, card()).expect(201);
    await alice.delete(alice.addressbook).expect(204);
    await alice.propfind(alice.addressbook, '1', ['D:getetag']).expectMembers([alice.addressbook]);
  },
);
