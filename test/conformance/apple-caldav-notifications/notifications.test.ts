/**
 * The collection of notifications. apple/caldav-notifications section 4.
 */
import assert from 'node:assert/strict';
import type { XmlElement } from '../../../src/formats/xml/element.ts';
import { hrefsIn } from '../../support/answer.ts';
import { must } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';

must(
  'apple/caldav-notifications section 4.1.1',
  'notification-URL of a principal names the collection',
  async ({ alice, team }) => {
    const path = `${alice.calendars}notifications/`;
    const one = (value: XmlElement): void => assert.deepEqual(hrefsIn(value), [path]);
    await alice
      .propfind(alice.principal, '0', ['CS:notification-URL'])
      .expectProperties(alice.principal, { 'CS:notification-URL': one });
    const all = await alice.propfind(alice.principal, '0').expect(207);
    assert.ok(!all.multistatus().at(alice.principal).properties.has(clark('CS:notification-URL')));
    await alice
      .propfind(team.principal, '0', ['CS:notification-URL'])
      .expectProperties(team.principal, { 'CS:notification-URL': undefined });
  },
);

must(
  'apple/caldav-notifications section 4.1',
  'the collection is one of notifications, and empty',
  async ({ alice }) => {
    const path = `${alice.calendars}notifications/`;
    await alice.propfind(path, '1', ['D:resourcetype']).expectMembers([path]);
    await alice
      .propfind(path, '0', ['D:resourcetype'])
      .expectProperties(path, { 'D:resourcetype': ['D:collection', 'CS:notification'] });
    await alice.sync(path, '').expectMembers([]);
  },
);

must(
  'apple/caldav-notifications section 4',
  'clients put nothing into it, and cannot take it away',
  async ({ alice }) => {
    const path = `${alice.calendars}notifications/`;
    await alice.put(`${path}a.xml`, '<a/>', { 'Content-Type': 'application/xml' }).expect(403);
    await alice.delete(path).expect(403);
    await alice.propfind(path, '1', ['D:resourcetype']).expectMembers([path]);
  },
);
