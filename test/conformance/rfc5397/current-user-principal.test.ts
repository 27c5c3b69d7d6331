/**
 * DAV:current-user-principal: who asks. RFC 5397 section 3.
 */

import assert from 'node:assert/strict';
import type { XmlElement } from '../../../src/formats/xml/element.ts';
import { hrefsIn } from '../../support/answer.ts';
import { card, event } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { must } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';

const NAME = 'D:current-user-principal';

/** One resource of every kind. */
async function everyKind(alice: Client, team: { readonly principal: string }): Promise<readonly string[]> {
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  await alice.put(`${alice.addressbook}a.vcf`, card()).expect(201);
  return [
    '/',
    '/principals/',
    alice.principal,
    team.principal,
    '/calendars/',
    alice.calendars,
    alice.calendar,
    `${alice.calendar}a.ics`,
    `${alice.calendars}inbox/`,
    `${alice.calendars}outbox/`,
    `${alice.calendars}notifications/`,
    '/addressbooks/',
    alice.addressbooks,
    alice.addressbook,
    `${alice.addressbook}a.vcf`,
  ];
}

must('RFC 5397 section 3', 'every resource says whose request this is', async ({ alice, team }) => {
  const self = (value: XmlElement): void => assert.deepEqual(hrefsIn(value), [alice.principal]);
  for (const path of await everyKind(alice, team)) {
    await alice.propfind(path, '0', [NAME]).expectProperties(path, { [NAME]: self });
  }
});

must('RFC 5397 section 3', 'whoever logs in by an alias is the same principal', async ({ alice }) => {
  const [local, domain] = alice.address.split('@');
  const alias = alice.as({ user: `${local}-also@${domain}`, password: alice.password });
  const self = (value: XmlElement): void => assert.deepEqual(hrefsIn(value), [alice.principal]);
  await alice.propfind(alice.principal, '0', [NAME]).expectProperties(alice.principal, { [NAME]: self });
  await alias.propfind('/', '0', [NAME]).expectProperties('/', { [NAME]: self });
});

must('RFC 5397 section 3', 'it is protected, and not in allprop', async ({ alice }) => {
  await alice
    .proppatch(alice.calendar, { set: { [NAME]: '<D:href xmlns:D="DAV:">/principals/bob/</D:href>' } })
    .expectProperties(alice.calendar, { [NAME]: 403 });
  const all = await alice.propfind(alice.calendar, '0').expect(207);
  assert.ok(!all.multistatus().at(alice.calendar).properties.has(clark(NAME)));
});

must('RFC 6764 section 6', 'without a password it is asked for, with a challenge', async ({ anonymous }) => {
  for (const path of ['/', '/principals/', '/calendars/', '/addressbooks/']) {
    await anonymous
      .propfind(path, '0', [NAME])
      .expect(401)
      .expectHeader('WWW-Authenticate', /^Basic realm="/);
  }
});
