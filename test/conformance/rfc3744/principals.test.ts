/**
 * Principals: what a client learns of itself, and where its things are. RFC 3744 section 4, RFC 5397, RFC 4791 section 6.2.1.
 */
import assert from 'node:assert/strict';
import { hrefIn, hrefsIn } from '../../support/answer.ts';
import { event } from '../../support/builders.ts';
import { must, should } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';

must(
  'RFC 5397 section 3',
  'current-user-principal is on every resource and leads to the principal',
  async ({ alice }) => {
    await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
    const everywhere = [
      '/',
      '/principals/',
      '/calendars/',
      '/addressbooks/',
      alice.principal,
      alice.calendars,
      alice.addressbook,
    ];
    for (const path of [...everywhere, alice.calendar, `${alice.calendar}a.ics`]) {
      const answer = await alice.propfind(path, '0', ['D:current-user-principal']).expect(207);
      const value = answer.multistatus().at(path).properties.get(clark('D:current-user-principal'));
      assert.equal(value?.status, 200, path);
      await alice.propfind(hrefIn(value!.element), '0', ['D:resourcetype']).expectProperties(alice.principal, {
        'D:resourcetype': (type) => assert.ok(JSON.stringify(type).includes('{DAV:}principal')),
      });
    }
  },
);

must('RFC 3744 section 4', 'a principal has a display name', async ({ alice }) => {
  await alice
    .propfind(alice.principal, '0', ['D:displayname'])
    .expectProperties(alice.principal, { 'D:displayname': 'alice' });
});

must(
  'RFC 3744 section 4.2',
  'principal-URL is the principal, asked from the principal or from the root',
  async ({ alice }) => {
    for (const path of [alice.principal, '/']) {
      await alice.propfind(path, '0', ['D:principal-URL']).expectProperties(path, {
        'D:principal-URL': (value) => assert.deepEqual(hrefsIn(value), [alice.principal]),
      });
    }
  },
);

must('RFC 3744 section 4.1', 'alternate-URI-set holds the mail addresses', async ({ alice }) => {
  await alice.propfind(alice.principal, '0', ['D:alternate-URI-set']).expectProperties(alice.principal, {
    'D:alternate-URI-set': (value) => assert.ok(hrefsIn(value).includes(`mailto:${alice.address}`)),
  });
});

must('RFC 3744 section 4.3', 'group-member-set of a group names its members', async ({ alice, bob, team }) => {
  await alice.propfind(team.principal, '0', ['D:group-member-set']).expectProperties(team.principal, {
    'D:group-member-set': (value) =>
      assert.deepEqual([...hrefsIn(value)].sort(), [alice.principal, bob.principal].sort()),
  });
});

must('RFC 3744 section 4.4', 'group-membership names the groups one is in', async ({ alice, team }) => {
  await alice.propfind(alice.principal, '0', ['D:group-membership']).expectProperties(alice.principal, {
    'D:group-membership': (value) => assert.deepEqual(hrefsIn(value), [team.principal]),
  });
});

must(
  'RFC 3744 section 5.8',
  'principal-collection-set names the collection of principals on every resource',
  async ({ alice }) => {
    for (const path of ['/', alice.principal, alice.calendars, alice.calendar]) {
      await alice.propfind(path, '0', ['D:principal-collection-set']).expectProperties(path, {
        'D:principal-collection-set': (value) => assert.deepEqual(hrefsIn(value), ['/principals/']),
      });
    }
  },
);

must('RFC 3744 section 5.1', 'owner of what an account holds is its principal', async ({ alice }) => {
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  for (const path of [alice.calendars, alice.calendar, alice.addressbook, `${alice.calendar}a.ics`]) {
    await alice.propfind(path, '0', ['D:owner']).expectProperties(path, {
      'D:owner': (value) => assert.deepEqual(hrefsIn(value), [alice.principal]),
    });
  }
});

must('RFC 4791 section 6.2.1', 'calendar-home-set leads to the home that lists the calendars', async ({ alice }) => {
  for (const path of [alice.principal, '/']) {
    await alice.propfind(path, '0', ['C:calendar-home-set']).expectProperties(path, {
      'C:calendar-home-set': (value) => assert.deepEqual(hrefsIn(value), [alice.calendars]),
    });
  }
});

must(
  'RFC 6352 section 7.1.1',
  'addressbook-home-set leads to the home that lists the address books',
  async ({ alice }) => {
    for (const path of [alice.principal, '/']) {
      await alice.propfind(path, '0', ['CR:addressbook-home-set']).expectProperties(path, {
        'CR:addressbook-home-set': (value) => assert.deepEqual(hrefsIn(value), [alice.addressbooks]),
      });
    }
  },
);

must('RFC 6638 section 2.4.2', 'calendar-user-type tells people from groups', async ({ alice, team }) => {
  await alice
    .propfind(alice.principal, '0', ['C:calendar-user-type'])
    .expectProperties(alice.principal, { 'C:calendar-user-type': 'INDIVIDUAL' });
  await alice
    .propfind(team.principal, '0', ['C:calendar-user-type'])
    .expectProperties(team.principal, { 'C:calendar-user-type': 'GROUP' });
});

should(
  'behaviour: email-address-set tells Apple clients the addresses of a principal',
  'it holds every address',
  async ({ alice }) => {
    await alice.propfind(alice.principal, '0', ['CS:email-address-set']).expectProperties(alice.principal, {
      'CS:email-address-set': (value) => assert.ok(JSON.stringify(value).includes(alice.address)),
    });
  },
);

must('RFC 3744 section 2', 'a principal is no place to store things', async ({ alice }) => {
  await alice.put(`${alice.principal}a.ics`, event()).expect(403, 404, 405, 409);
  await alice.proppatch(alice.principal, { set: { 'D:displayname': 'Queen' } }).expectProperties(alice.principal, {
    'D:displayname': 403,
  });
});
