/**
 * Managed ATTACH properties, and overrides that are made for them. RFC 8607 section 4.3, RFC 5545 section 3.8.4.4.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Component, propertyOf } from '../../../src/formats/icalendar/component.ts';
import { instancesOf } from '../../../src/formats/icalendar/instances.ts';
import {
  attachProperty,
  managedIdsIn,
  unmanaged,
  withManaged,
} from '../../../src/formats/icalendar/managed-attachments.ts';
import { newOverride } from '../../../src/formats/icalendar/new-override.ts';
import { readCalendar } from '../../../src/formats/icalendar/read.ts';
import { utcZone, zoneResolver } from '../../../src/formats/icalendar/timezones.ts';
import { writeComponent } from '../../../src/formats/icalendar/write.ts';

function calendar(...events: readonly (readonly string[])[]): Component {
  const lines = events.flatMap((event) => ['BEGIN:VEVENT', 'UID:1', ...event, 'END:VEVENT']);
  return readCalendar(['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n'));
}

describe('managed attachments', () => {
  const object = calendar(
    ['ATTACH;MANAGED-ID=1;X-A=b:https://example.com/1', 'ATTACH:https://example.com/2', 'X-B;MANAGED-ID=9:x'],
    [
      'ATTACH;managed-id=3:https://example.com/3',
      'BEGIN:VALARM',
      'ATTACH;MANAGED-ID=4:https://example.com/4',
      'END:VALARM',
    ],
  );

  test('RFC 8607 section 4.3: an ATTACH with MANAGED-ID is one, in whatever component', () => {
    assert.deepEqual([...managedIdsIn(object)], ['1', '3', '4']);
  });

  test('they are changed one by one; without a change the object is the same', () => {
    assert.equal(
      withManaged(object, (property) => property),
      object,
    );
    const changed = withManaged(object, (property, id) =>
      id === '4' ? undefined : id === '1' ? unmanaged(property) : property,
    );
    assert.deepEqual([...managedIdsIn(changed)], ['3']);
    assert.match(writeComponent(changed), /\r\nATTACH;X-A=b:https:\/\/example.com\/1\r\n/);
    assert.equal(changed.components[0]?.properties.length, object.components[0]?.properties.length);
  });

  test('RFC 8607 section 4.1: what is said of one can be read again', () => {
    const name = 'a;b:c,"d".txt';
    const property = attachProperty({
      id: 'x-1',
      url: 'https://example.com/x',
      mediaType: 'text/plain',
      size: 5e9,
      name,
    });
    const [event] = readCalendar(
      writeComponent({ ...object, components: [{ ...object.components[0]!, properties: [property] }] }),
    ).components;
    assert.deepEqual(event?.properties, [{ ...property, line: event?.properties[0]?.line }]);
    assert.deepEqual(
      property.parameters.map((one) => one.values[0]),
      ['x-1', 'text/plain', '5000000000', name],
    );
    const nameless = attachProperty({ id: 'x', url: 'u', mediaType: 'text/plain', size: 0, name: '' });
    assert.equal(nameless.parameters.length, 3);
  });
});

describe('a new override', () => {
  /** Instances as `start/end`, in UTC. */
  const instances = (object: Component): readonly string[] => {
    const range = { start: 0, end: Number.POSITIVE_INFINITY };
    const all = instancesOf(object, { zones: zoneResolver(object), floating: utcZone, range, limit: 30 });
    return [...all].map(({ startsAt, endsAt }) => `${startsAt}/${endsAt}`);
  };
  const overridden = (object: Component, rid: string): Component | undefined => {
    const override = newOverride(object, object.components[0]!, rid);
    return override && { ...object, components: [...object.components, override] };
  };
  const series: readonly (readonly [name: string, rid: string, ...lines: readonly string[]])[] = [
    ['in UTC', '20260105T100000Z', 'DTSTART:20260101T100000Z', 'DTEND:20260101T113000Z', 'RRULE:FREQ=DAILY;COUNT=9'],
    ['with a duration', '20260103T100000', 'DTSTART:20260101T100000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=9'],
    ['of days', '20260108', 'DTSTART;VALUE=DATE:20260101', 'DTEND;VALUE=DATE:20260103', 'RRULE:FREQ=WEEKLY;COUNT=4'],
    [
      'across a change of offset',
      '20260329T120000',
      'DTSTART;TZID=Europe/Berlin:20260328T120000',
      'DTEND;TZID=Europe/Berlin:20260328T130000',
      'RRULE:FREQ=DAILY;COUNT=3',
    ],
    [
      'ending in another zone',
      '20260329T120000',
      'DTSTART;TZID=Europe/Berlin:20260328T120000',
      'DTEND;TZID=America/New_York:20260328T130000',
      'RRULE:FREQ=DAILY;COUNT=3',
    ],
    ['by RDATE', '20260301T100000Z', 'DTSTART:20260101T100000Z', 'DTEND:20260101T110000Z', 'RDATE:20260301T100000Z'],
    ['that are points in time', '20260102T100000Z', 'DTSTART:20260101T100000Z', 'RRULE:FREQ=DAILY;COUNT=3'],
    [
      'longer than they are apart',
      '20260102T100000Z',
      'DTSTART:20260101T100000Z',
      'DTEND:20260111T100000Z',
      'RRULE:FREQ=DAILY;COUNT=9',
    ],
  ];
  for (const [name, rid, ...lines] of series) {
    test(`RFC 5545 section 3.8.4.4: takes the place of its instance, and moves none: ${name}`, () => {
      const object = calendar([...lines, 'SUMMARY:Title']);
      const made = overridden(object, rid);
      assert.ok(made !== undefined);
      assert.deepEqual(instances(made), instances(object));
      const override = made.components[1]!;
      assert.equal(propertyOf(override, 'RECURRENCE-ID')?.value, rid);
      assert.deepEqual(
        propertyOf(override, 'RECURRENCE-ID')?.parameters,
        propertyOf(object.components[0]!, 'DTSTART')?.parameters,
      );
      assert.equal(propertyOf(override, 'RRULE') ?? propertyOf(override, 'RDATE'), undefined);
      assert.equal(propertyOf(override, 'SUMMARY')?.value, 'Title');
      assert.equal(overridden(made, rid), undefined);
    });
  }

  test('RFC 5545 section 3.2.13: says what a change of this and all that follow says', () => {
    const object = calendar(
      ['DTSTART:20260101T100000Z', 'DTEND:20260101T110000Z', 'RRULE:FREQ=DAILY;COUNT=9', 'SUMMARY:Old'],
      [
        'RECURRENCE-ID;RANGE=THISANDFUTURE:20260103T100000Z',
        'DTSTART:20260104T120000Z',
        'DTEND:20260104T140000Z',
        'SUMMARY:New',
      ],
    );
    const made = overridden(object, '20260105T100000Z');
    assert.ok(made !== undefined);
    assert.deepEqual(instances(made), instances(object));
    assert.equal(propertyOf(made.components[2]!, 'SUMMARY')?.value, 'New');
    assert.deepEqual(propertyOf(made.components[2]!, 'RECURRENCE-ID')?.parameters, []);
  });

  test('there is none for what is no instance', () => {
    const object = calendar([
      'DTSTART:20260101T100000Z',
      'DTEND:20260101T110000Z',
      'RRULE:FREQ=DAILY',
      'EXDATE:20260103T100000Z',
    ]);
    for (const rid of [
      '',
      'x',
      '20260103T100000Z',
      '20260104T100001Z',
      '20260104T100000',
      '20260104',
      '20251231T100000Z',
      '20260104T100000Z,20260105T100000Z',
    ]) {
      assert.equal(overridden(object, rid), undefined, rid);
    }
    assert.ok(overridden(object, '20990104T100000Z') !== undefined);
    assert.equal(overridden(calendar(['DTSTART:20260101T100000Z']), '20260101T100000Z'), undefined);
    assert.equal(overridden(calendar(['SUMMARY:Never']), '20260101T100000Z'), undefined);
  });
});
