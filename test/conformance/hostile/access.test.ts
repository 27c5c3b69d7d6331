/**
 * Hostile cases about other people's things: guessed addresses, other tenants, odd paths.
 */
import assert from 'node:assert/strict';
import { card, event } from '../../support/builders.ts';
import { hostile } from '../../support/conformance.ts';
import { XMLNS } from '../../support/names.ts';

hostile('S1 the things of another user answer as missing ones do, to every method', async ({ alice, bob, carol }) => {
  const object = `${bob.calendar}a.ics`;
  await bob.put(object, event()).expect(201);
  const missing = bob.calendars.replace(bob.address, 'nobody-of-that-name@example.com');
  for (const thief of [alice, carol]) {
    const places = [
      ...(thief === carol ? [bob.principal] : []),
      `${bob.principal}calendar-proxy-write/`,
      bob.calendars,
      bob.calendar,
      object,
      bob.addressbook,
      `${bob.calendars}inbox/`,
      `${bob.calendars}outbox/`,
    ];
    for (const path of [...places, missing, `${missing}default/a.ics`]) {
      await thief.propfind(path, '0', ['D:displayname']).expect(404);
      await thief.propfind(path, '1', ['D:displayname']).expect(404);
      await thief.get(path).expect(404);
      await thief.delete(path).expect(404);
      await thief.proppatch(path, { set: { 'D:displayname': 'mine' } }).expect(404);
      await thief.sync(path, '').expect(404);
    }
    for (const path of [`${bob.calendar}new.ics`, `${missing}default/new.ics`])
      await thief.put(path, event()).expect(404, 409);
    const taken = await thief.mkcalendar(`${bob.calendars}new/`);
    const nowhere = await thief.mkcalendar(`${missing}new/`);
    assert.equal(taken.status, nowhere.status);
    assert.ok(taken.status >= 400);
  }
  await bob.get(object).expect(200);
  await bob.propfind(bob.calendar, '1', ['D:getetag']).expectMembers([bob.calendar, object]);
});

hostile('S3 a request without credentials gets nothing from those of the one before it', async ({ alice, bob }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event({ SUMMARY: 'SECRET-PLAN' })).expect(201);
  const nobody = alice.as(undefined);
  for (let i = 0; i < 5; i++) {
    await alice.get(path).expect(200);
    const refused = await nobody.get(path).expect(401);
    assert.ok(!refused.text.includes('SECRET-PLAN'));
    await nobody.propfind(alice.calendars, '1', ['D:displayname']).expect(401);
    await nobody.put(path, event()).expect(401);
    await bob.get(path).expect(404);
  }
  await alice.get(path).expect(200).expectText('SECRET-PLAN');
});

hostile('S1 the answer about a guessed thing reads like the one about a missing thing', async ({ alice, bob }) => {
  await bob.put(`${bob.calendar}a.ics`, event()).expect(201);
  const theirs = await alice.get(`${bob.calendar}a.ics`).expect(404);
  const none = await alice.get(`${bob.calendar}b.ics`).expect(404);
  assert.equal(theirs.text.replace('a.ics', ''), none.text.replace('b.ics', ''));
  assert.deepEqual(Object.keys(theirs.headers).sort(), Object.keys(none.headers).sort());
});

hostile(
  'S4 the collection of principals, a multiget and an expansion tell nothing about strangers',
  async ({ alice, bob, carol }) => {
    await bob.put(`${bob.calendar}a.ics`, event({ SUMMARY: 'SECRET-PLAN' })).expect(201);
    await bob.put(`${bob.addressbook}a.vcf`, card({ FN: 'SECRET-FRIEND' })).expect(201);
    for (const thief of [alice, carol]) {
      for (const path of ['/', '/principals/', '/calendars/', '/addressbooks/']) {
        const answer = await thief.propfind(path, '1', ['D:displayname', 'D:owner']).expect(207);
        assert.ok(!decodeURIComponent(answer.text).includes(bob.address), path);
      }
      const multiget = `<C:calendar-multiget ${XMLNS}><D:prop><C:calendar-data/></D:prop><D:href>${bob.calendar}a.ics</D:href></C:calendar-multiget>`;
      const objects = await thief.report(thief.calendar, multiget, '1').expect(207);
      assert.ok(!objects.text.includes('SECRET-PLAN'));
      assert.equal(objects.multistatus().at(`${bob.calendar}a.ics`).status, 404);
      const cards = `<CR:addressbook-multiget ${XMLNS}><D:prop><CR:address-data/></D:prop><D:href>${bob.addressbook}a.vcf</D:href></CR:addressbook-multiget>`;
      const addresses = await thief.report(thief.addressbook, cards, '1').expect(207);
      assert.ok(!addresses.text.includes('SECRET-FRIEND'));
    }
  },
);

hostile('S16 odd spellings of a path name one resource, or none', async ({ alice, bob }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  await bob.put(`${bob.calendar}b.ics`, event()).expect(201);
  await alice.get(path.replace('a.ics', '%61.ics')).expect(200);
  const other = bob.address;
  const climbs = [
    `${alice.calendar}../../${other}/default/b.ics`,
    `${alice.calendar}%2e%2e/%2e%2e/${other}/default/b.ics`,
    `${alice.calendar}..%2f..%2f${other}%2fdefault%2fb.ics`,
  ];
  await alice.get(`${alice.calendar}..%5c..%5c${other}%5cdefault%5cb.ics`).expect(400, 404);
  for (const climb of climbs) {
    await alice.get(climb).expect(400, 404);
    await alice.put(climb, event(), { 'Content-Type': 'text/calendar' }).expect(400, 403, 404, 409);
  }
  await alice.get(`${alice.calendar}a.ics%00`).expect(400, 404);
  await alice.put(`${alice.calendar}%00.ics`, event()).expect(400);
  await alice.put(`${alice.calendar}${'x'.repeat(4000)}.ics`, event()).expect(400, 414);
  await alice.get(`${alice.calendar}%ff.ics`).expect(400, 404);
  await alice.get(`${alice.calendar}%zz.ics`).expect(400, 404);
  await bob.propfind(bob.calendar, '1', ['D:getetag']).expectMembers([bob.calendar, `${bob.calendar}b.ics`]);
  await alice.propfind(alice.calendar, '1', ['D:getetag']).expectMembers([alice.calendar, path]);
});

hostile('S16 names that differ in case or in normalisation are different names', async ({ alice }) => {
  const names = ['a.ics', 'A.ics', 'caf%C3%A9.ics', 'cafe%CC%81.ics'];
  for (const name of names) await alice.put(`${alice.calendar}${name}`, event()).expect(201);
  await alice
    .propfind(alice.calendar, '1', ['D:getetag'])
    .expectMembers([alice.calendar, ...names.map((name) => `${alice.calendar}${name}`)]);
});

hostile('S17 metacharacters of other languages in names, UIDs and searches are letters', async ({ alice }) => {
  const odd = `x'); drop table object; -- %_*(|)(uid=*)\\`;
  const path = `${alice.calendar}${encodeURIComponent(odd)}.ics`;
  await alice.put(`${alice.calendar}plain.ics`, event({ SUMMARY: 'plain' })).expect(201);
  await alice.put(path, event({ UID: odd.replaceAll('\\', ''), SUMMARY: '100% _sure_' })).expect(201);
  await alice.get(path).expect(200);
  const match = (text: string): string =>
    `<C:calendar-query ${XMLNS}><D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">` +
    `<C:prop-filter name="SUMMARY"><C:text-match>${text}</C:text-match></C:prop-filter></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`;
  for (const text of ['%', '_', '0% _s']) await alice.report(alice.calendar, match(text), '1').expectMembers([path]);
  for (const text of ['p_ain', 'pl%n', '.*', "' or 1=1"])
    await alice.report(alice.calendar, match(text), '1').expectMembers([]);
});
