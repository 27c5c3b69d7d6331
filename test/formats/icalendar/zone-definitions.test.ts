import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Component, propertyOf } from '../../../src/formats/icalendar/component.ts';
import { canonicalName, databaseZone } from '../../../src/formats/icalendar/timezones.ts';
import { withZoneDefinitions, zoneDefinitionsIn } from '../../../src/formats/icalendar/zone-definitions.ts';
import { calendar, component, event } from './instance-calendars.ts';

/** A VTIMEZONE with a fixed offset. */
function fixed(tzid: string): string {
  const standard = 'BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nEND:STANDARD';
  return component('VTIMEZONE', `TZID:${tzid}\n${standard}`);
}

function names({ components }: Component): readonly string[] {
  return components.map((one) => propertyOf(one, 'TZID')?.value ?? one.name);
}

const IN_BERLIN = 'DTSTART;TZID=Europe/Berlin:20260105T100000';

describe('RFC 7809 section 3.1.3: time zones of calendar data', () => {
  test('all that are referred to, in alarms and parts as well, each once', () => {
    const object = calendar(
      event(`${IN_BERLIN}\nDTEND;TZID=Asia/Tokyo:20260105T200000\nEXDATE;TZID=Asia/Tokyo:20260106T200000`),
      component(
        'VAVAILABILITY',
        'SUMMARY:x\nBEGIN:AVAILABLE\nDTSTART;TZID=US/Eastern:20260105T100000\nDTEND;TZID=US/Eastern:20260105T110000\nEND:AVAILABLE',
      ),
    );
    const changed = withZoneDefinitions(object, 'all');
    assert.deepEqual(names(changed), ['Europe/Berlin', 'Asia/Tokyo', 'US/Eastern', 'VEVENT', 'VAVAILABILITY']);
    assert.equal(withZoneDefinitions(changed, 'all'), changed);
  });

  test('the same object where it has them, or nobody knows them', () => {
    for (const object of [
      calendar(fixed('Europe/Berlin'), event(IN_BERLIN)),
      calendar(event('DTSTART;TZID=Mars/Olympus:20260105T100000')),
      calendar(event('DTSTART:20260105T100000Z')),
    ])
      assert.equal(withZoneDefinitions(object, 'all'), object);
  });

  test('those of other programs get the definition that their names mean', () => {
    const object = calendar(event('DTSTART;TZID=W. Europe Standard Time:20260105T100000'));
    assert.deepEqual(names(withZoneDefinitions(object, 'all')), ['W. Europe Standard Time', 'VEVENT']);
  });

  test('only those unknown to who has the zone database, by exactly their names', () => {
    const own = ['Example/East', 'europe/berlin', 'W. Europe Standard Time', 'CT'];
    const object = calendar(...['Europe/Berlin', 'US/Eastern', ...own].map(fixed), event(IN_BERLIN));
    assert.deepEqual(names(withZoneDefinitions(object, 'unknown')), [...own, 'VEVENT']);
    const plain = calendar(fixed('Example/East'), event(IN_BERLIN));
    assert.equal(withZoneDefinitions(plain, 'unknown'), plain);
  });

  test('RFC 7809 section 7.1: the header is T or F', () => {
    assert.equal(zoneDefinitionsIn('T'), 'all');
    assert.equal(zoneDefinitionsIn(' f '), 'unknown');
    for (const value of [undefined, '', 'true', 'T, F']) assert.equal(zoneDefinitionsIn(value), undefined);
  });
});

describe('RFC 7808 section 3.7: aliases', () => {
  test('lead to the zone, and have its data under their own name', () => {
    assert.equal(canonicalName('US/Eastern'), 'America/New_York');
    assert.equal(canonicalName('America/New_York'), 'America/New_York');
    assert.equal(canonicalName('Mars/Olympus'), undefined);
    assert.deepEqual(databaseZone('US/Eastern')?.components, databaseZone('America/New_York')?.components);
    assert.equal(propertyOf(databaseZone('US/Eastern')!, 'TZID')?.value, 'US/Eastern');
  });
});
