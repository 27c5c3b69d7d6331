/**
 * What later documents add to iCalendar: kept as it is, in whole objects, in parts and in instances, and found by queries. RFC 7986 section 5,
 * RFC 9073 section 7, RFC 9074 section 3, RFC 9253 section 8, RFC 6868 section 3.
 */
import assert from 'node:assert/strict';
import { component, event, type Lines } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { must } from '../../support/conformance.ts';
import {
  calendarWith,
  comp,
  componentsIn,
  dataOf,
  finds,
  linesOf,
  param,
  prop,
  range,
  text,
} from '../rfc4791/queries.ts';

const EXPAND = '<C:expand start="20260702T000000Z" end="20260705T000000Z"/>';

/** Stores one event beside another one, and verifies that it comes back as it is. Answers their calendar and its path. */
async function kept(client: Client, lines: Lines, ...inside: readonly string[]) {
  const body = event({ RRULE: 'FREQ=DAILY', ...lines }, ...inside);
  const calendar = await calendarWith(client, { a: body, other: event() });
  const path = `${calendar}a.ics`;
  assert.equal((await client.get(path).expect(200)).text, body);
  assert.equal((await dataOf(client, path, '')).replaceAll(/\r?\n/g, '\r\n'), body);
  return { calendar, path };
}

must(
  'RFC 7986 section 5',
  'colours, images and conferences are kept, found, and in every instance',
  async ({ alice }) => {
    const { calendar, path } = await kept(alice, {
      COLOR: 'turquoise',
      'IMAGE;VALUE=URI;DISPLAY=BADGE;FMTTYPE=image/png': 'http://example.com/images/party.png',
      'CONFERENCE;VALUE=URI;FEATURE=PHONE,MODERATOR;LABEL=Moderator': 'tel:+1-412-555-0123,,,654321',
      'ATTENDEE;EMAIL=cyrus@example.com': 'mailto:opaque-token-1234@example.com',
    });
    await finds(alice, calendar, comp('VEVENT', prop('COLOR', text('TURQUOISE'))), ['a']);
    await finds(
      alice,
      calendar,
      comp('VEVENT', prop('CONFERENCE', text('tel:') + param('FEATURE', text('moderator')))),
      ['a'],
    );
    await finds(alice, calendar, comp('VEVENT', prop('ATTENDEE', param('EMAIL', text('cyrus@')))), ['a']);
    const data = await dataOf(alice, path, EXPAND);
    assert.equal(linesOf(data, 'VEVENT', 'CONFERENCE').length, 3);
    assert.equal(linesOf(data, 'VEVENT', 'IMAGE').length, 3);
  },
);

must(
  'RFC 9073 section 7',
  'participants and places within an event are kept, narrowed, found and expanded',
  async ({ alice }) => {
    const place = component('VLOCATION', { UID: 'place', NAME: 'The hall', 'LOCATION-TYPE': 'theater,concert' });
    const participant = component(
      'PARTICIPANT',
      { UID: 'soloist', 'PARTICIPANT-TYPE': 'PERFORMER', 'CALENDAR-ADDRESS': 'mailto:ann@example.com' },
      place,
    );
    const { calendar, path } = await kept(
      alice,
      { 'STYLED-DESCRIPTION;VALUE=TEXT;FMTTYPE=text/html': '<p>Music\\, at last</p>' },
      participant,
    );
    const part = await dataOf(
      alice,
      path,
      '<C:comp name="VCALENDAR"><C:comp name="VEVENT"><C:comp name="PARTICIPANT"><C:prop name="UID"/></C:comp></C:comp></C:comp>',
    );
    assert.deepEqual(componentsIn(part, 'PARTICIPANT'), [['UID:soloist']]);
    assert.deepEqual(componentsIn(part, 'VLOCATION'), []);
    const performer = comp('PARTICIPANT', prop('PARTICIPANT-TYPE', text('performer')));
    await finds(alice, calendar, comp('VEVENT', performer), ['a']);
    await finds(alice, calendar, comp('VEVENT', comp('PARTICIPANT', comp('VLOCATION', prop('NAME', text('hall'))))), [
      'a',
    ]);
    const expanded = await dataOf(alice, path, EXPAND);
    assert.equal(expanded.split('BEGIN:PARTICIPANT').length - 1, 3);
    assert.equal(componentsIn(expanded, 'VLOCATION').length, 3);
  },
);

must(
  'RFC 9074 section 3',
  'what alarms say of themselves is kept: acknowledged, snoozed, where they go off',
  async ({ alice }) => {
    const first = {
      UID: 'alarm-1',
      ACTION: 'DISPLAY',
      DESCRIPTION: 'Go',
      TRIGGER: '-PT15M',
      ACKNOWLEDGED: '20260702T094500Z',
    };
    const snooze = {
      ...{ UID: 'alarm-2', ACTION: 'DISPLAY', DESCRIPTION: 'Go', 'TRIGGER;VALUE=DATE-TIME': '20260702T095500Z' },
      'RELATED-TO;RELTYPE=SNOOZE': 'alarm-1',
    };
    const near = component(
      'VALARM',
      { UID: 'alarm-3', ACTION: 'DISPLAY', DESCRIPTION: 'Buy milk', TRIGGER: 'PT0S', PROXIMITY: 'ARRIVE' },
      component('VLOCATION', { UID: 'shop', URL: 'geo:40.443,-79.945;u=10' }),
    );
    const alarms = [component('VALARM', first), component('VALARM', snooze), near];
    const { calendar, path } = await kept(alice, { RRULE: undefined }, ...alarms);
    const alarm = (inside: string) => comp('VEVENT', comp('VALARM', inside));
    await finds(alice, calendar, alarm(prop('PROXIMITY')), ['a']);
    await finds(alice, calendar, alarm(prop('RELATED-TO', text('alarm-1') + param('RELTYPE', text('snooze')))), ['a']);
    await finds(alice, calendar, alarm(prop('PROXIMITY') + prop('ACKNOWLEDGED')), []);
    await finds(alice, calendar, alarm(range('20260702T095500Z', '20260702T095501Z')), ['a']);
    assert.deepEqual(linesOf(await dataOf(alice, path, EXPAND), 'VALARM', 'ACKNOWLEDGED'), [
      'ACKNOWLEDGED:20260702T094500Z',
    ]);
  },
);

must('RFC 9253 section 8', 'links, concepts and relations are kept and found', async ({ alice }) => {
  const { calendar } = await kept(alice, {
    'LINK;LINKREL=SOURCE;LABEL=Venue;VALUE=URI': 'http://example.com/events',
    CONCEPT: 'http://example.com/event-types/arts/music',
    REFID: 'itinerary-2014-11-17',
    'RELATED-TO;RELTYPE=FINISHTOSTART;GAP=PT1H': 'other-uid',
  });
  await finds(alice, calendar, comp('VEVENT', prop('LINK', param('LINKREL', text('source')))), ['a']);
  await finds(alice, calendar, comp('VEVENT', prop('CONCEPT', text('/arts/'))), ['a']);
  await finds(alice, calendar, comp('VEVENT', prop('REFID', text('itinerary-2014'))), ['a']);
  await finds(alice, calendar, comp('VEVENT', prop('RELATED-TO', param('GAP', text('PT1H')))), ['a']);
});

must(
  'RFC 6868 section 3',
  'encoded parameters are kept as they are, and compared as what they mean',
  async ({ alice }) => {
    const { calendar } = await kept(alice, {
      "ATTENDEE;CN=George Herman ^'Babe^' Ruth^nPirates^^": 'mailto:babe@example.com',
    });
    const cn = (value: string) => comp('VEVENT', prop('ATTENDEE', param('CN', text(value, 'collation="i;octet"'))));
    await finds(alice, calendar, cn('"Babe" Ruth\nPirates^'), ['a']);
    await finds(alice, calendar, cn("^'Babe"), []);
  },
);
