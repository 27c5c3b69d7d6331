/**
 * What the index answers of a filter: enough to spare work, never less than the filter finds.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseFilter } from '../../../src/features/caldav/filter.ts';
import { matches } from '../../../src/features/caldav/filter-match.ts';
import { calendarTexts, decidedByIndex, INDEXED_TEXTS, prefilterOf } from '../../../src/features/caldav/prefilter.ts';
import type { Component } from '../../../src/formats/icalendar/component.ts';
import { extentOf, piecesOf } from '../../../src/formats/icalendar/extent.ts';
import { calendarSubject } from '../../../src/formats/icalendar/rules.ts';
import { zoneResolver } from '../../../src/formats/icalendar/timezones.ts';
import { escapeText, formatMoment } from '../../../src/formats/icalendar/values.ts';
import { escapeText as escapeXml } from '../../../src/formats/xml/write.ts';
import { type Prefilter, type TimeTraits, UNBOUNDED } from '../../../src/store/records.ts';
import { component, event, filterXml, read, view, zone } from './objects.ts';

function prefilter(inside: string): Prefilter {
  return prefilterOf(parseFilter(filterXml(inside)), zone('Europe/Berlin'));
}

function decided(inside: string): boolean {
  return decidedByIndex(parseFilter(filterXml(inside)));
}

describe('the prefilter', () => {
  test('takes the component, its range and its texts', () => {
    const found = prefilter(`
      <comp-filter name="VEVENT">
        <time-range start="20260105T000000Z" end="20260106T000000Z"/>
        <prop-filter name="SUMMARY"><text-match>Teä</text-match></prop-filter>
        <prop-filter name="UID"><text-match collation="i;octet" match-type="equals">one</text-match></prop-filter>
      </comp-filter>`);
    const range = { start: Date.UTC(2026, 0, 5) / 1000, end: Date.UTC(2026, 0, 6) / 1000 };
    assert.deepEqual(found, {
      components: ['VEVENT'],
      range: { ...range, pieces: piecesOf(range, zone('Europe/Berlin')) },
      texts: {
        test: 'allof',
        conditions: [
          { property: 'SUMMARY', contains: 'TEA' },
          { property: 'UID', contains: 'ONE' },
        ],
      },
    });
  });

  test('bounds that are open are those of the index', () => {
    const { range } = prefilter('<comp-filter name="VTODO"><time-range start="20260105T000000Z"/></comp-filter>');
    const nothing = { years: 0, days: 0, hours: 0 };
    const pieces = { utc: [nothing], reader: [nothing] };
    assert.deepEqual(range, { start: Date.UTC(2026, 0, 5) / 1000, end: UNBOUNDED.last, pieces });
  });

  test('leaves out what the index cannot say', () => {
    assert.deepEqual(prefilter(''), {});
    assert.deepEqual(prefilter('<comp-filter name="VEVENT"><is-not-defined/></comp-filter>'), {});
    assert.deepEqual(prefilter('<comp-filter name="VTIMEZONE"><prop-filter name="TZID"/></comp-filter>'), {});
    assert.deepEqual(prefilter('<comp-filter name="X-OWN"/>'), {});
    assert.deepEqual(
      prefilter(`
        <comp-filter name="VEVENT">
          <prop-filter name="SUMMARY"><text-match negate-condition="yes">tea</text-match></prop-filter>
          <prop-filter name="LOCATION"><is-not-defined/></prop-filter>
          <prop-filter name="CATEGORIES"><text-match></text-match></prop-filter>
          <prop-filter name="DESCRIPTION"><text-match>tea</text-match></prop-filter>
          <comp-filter name="VALARM">
            <time-range start="20260105T000000Z" end="20260106T000000Z"/>
            <prop-filter name="SUMMARY"><text-match>tea</text-match></prop-filter>
          </comp-filter>
        </comp-filter>`),
      { components: ['VEVENT'] },
    );
  });

  test('two kinds of components are in no object', () => {
    assert.deepEqual(prefilter('<comp-filter name="VEVENT"/><comp-filter name="VTODO"/>'), { components: [] });
  });

  test('decides alone where only the component is asked for', () => {
    assert.equal(decided(''), true);
    assert.equal(decided('<comp-filter name="VEVENT"/>'), true);
    assert.equal(decided('<comp-filter name="VEVENT"><is-not-defined/></comp-filter>'), false);
    assert.equal(decided('<comp-filter name="VEVENT"><time-range start="20260105T000000Z"/></comp-filter>'), false);
    assert.equal(decided('<comp-filter name="VEVENT"><prop-filter name="UID"/></comp-filter>'), false);
    assert.equal(decided('<comp-filter name="VEVENT"><comp-filter name="VALARM"/></comp-filter>'), false);
    assert.equal(decided('<comp-filter name="VTIMEZONE"/>'), false);
    assert.equal(decided('<prop-filter name="PRODID"/>'), false);
  });
});

test('texts of an object are those of its main components, each once', () => {
  const calendar = read(
    component('VTIMEZONE', 'TZID:Own', 'LOCATION:Nowhere'),
    event(
      'SUMMARY:Tea\\, black',
      'CATEGORIES:Work',
      'CATEGORIES:Drink',
      'DESCRIPTION:x',
      component('VALARM', 'SUMMARY:Ring'),
    ),
    event('RECURRENCE-ID:20260112T100000Z', 'SUMMARY:Café'),
  );
  assert.deepEqual(calendarTexts(calendar), {
    UID: 'ONE@EXAMPLE.COM',
    SUMMARY: 'TEA, BLACK\nCAFE\u0301',
    CATEGORIES: 'WORK\nDRINK',
  });
});

/** As the store asks the index. */
function answers({ components, range, texts }: Prefilter, calendar: Component): boolean {
  const { component: name } = calendarSubject(calendar);
  if (components !== undefined && !components.includes(name)) return false;
  const { first, last, clock, traits } = extentOf(calendar, zoneResolver(calendar));
  if (range !== undefined) {
    if (first > range.end || last < range.start) return false;
    const isIn = (piece: number, all: number) => (BigInt(piece) & ~BigInt(all)) === 0n;
    const hasAll = ({ years, days, hours }: TimeTraits) =>
      isIn(years, traits.years) && isIn(days, traits.days) && isIn(hours, traits.hours);
    if (!range.pieces[clock].some(hasAll)) return false;
  }
  const kept = calendarTexts(calendar);
  return (texts?.conditions ?? []).every(({ property, contains }) => kept[property]?.includes(contains) === true);
}

const WORDS = ['tea', 'Tea, black', 'crème', 'creme\u0301\u0323', 'e\u0301', '\u0323', 'straße', 'ﬁ', 'f', 'ǆ', ''];
const START = Date.UTC(2026, 0, 1) / 1000;
const word = fc.constantFrom(...WORDS);
const instant = fc.integer({ min: -60, max: 60 }).map((hours) => START + hours * 6 * 3600);

const moment = fc.record({ local: instant, form: fc.constantFrom('', ';VALUE=DATE', ';TZID=America/New_York', 'Z') });
type Moment = { readonly local: number; readonly form: string };

function line(name: string, { local, form }: Moment): string {
  const kind = form === ';VALUE=DATE' ? 'date' : form === 'Z' ? 'utc' : 'floating';
  return `${name}${form === 'Z' ? '' : form}:${formatMoment({ kind, local })}`;
}

const alarm = fc
  .tuple(fc.constantFrom('-PT15M', 'PT0S', '-P3D', 'P40D'), word)
  .map(([trigger, summary]) => component('VALARM', `TRIGGER:${trigger}`, `SUMMARY:${escapeText(summary)}`));

const texts = fc
  .record({ SUMMARY: word, LOCATION: word, CATEGORIES: word }, { requiredKeys: [] })
  .map((values) => Object.entries(values).map(([name, value]) => `${name}:${escapeText(value ?? '')}`));

const rule = fc.constantFrom(
  '',
  'RRULE:FREQ=WEEKLY;COUNT=3',
  'RRULE:FREQ=MONTHLY;UNTIL=20260601T000000Z',
  'RRULE:FREQ=YEARLY',
);
const length = fc.constantFrom('', 'DURATION:PT1H', 'DURATION:P2D');

const main = fc
  .record({
    name: fc.constantFrom('VEVENT', 'VTODO', 'VJOURNAL'),
    start: moment,
    length,
    rule,
    own: texts,
    alarms: fc.array(alarm, { maxLength: 2 }),
    override: fc.option(
      fc.record({ planned: instant, start: instant, own: texts, alarms: fc.array(alarm, { maxLength: 1 }) }),
    ),
  })
  .map(({ name, start, length: lasts, rule: recurs, own, alarms, override }) => {
    const lines = ['UID:one@example.com', line('DTSTART', start), lasts, recurs, ...own, ...alarms].filter(
      (one) => one !== '',
    );
    const master = component(name, ...lines);
    if (override === null) return read(master);
    const { form } = start;
    const moved = [
      'UID:one@example.com',
      line('RECURRENCE-ID', { local: override.planned, form }),
      line('DTSTART', { local: override.start, form }),
      ...override.own,
      ...override.alarms,
    ];
    return read(master, component(name, ...moved));
  });

const timeRange = fc
  .tuple(fc.option(instant), fc.option(instant))
  .filter(([start, end]) => (start ?? end) !== null && (start === null || end === null || start < end))
  .map(([start, end]) => {
    const bound = (name: string, at: number | null) =>
      at === null ? '' : ` ${name}="${formatMoment({ kind: 'utc', local: at })}"`;
    return `<time-range${bound('start', start)}${bound('end', end)}/>`;
  });

const propFilter = fc
  .record({
    name: fc.constantFrom(...INDEXED_TEXTS, 'X-OTHER'),
    pattern: fc.tuple(word, fc.nat(12), fc.nat(12)).map(([text, from, to]) => text.slice(from, from + to)),
    collation: fc.constantFrom('i;ascii-casemap', 'i;unicode-casemap', 'i;octet'),
    negated: fc.constantFrom('yes', 'no', 'no', 'no'),
    type: fc.constantFrom('contains', 'equals', 'starts-with', 'ends-with'),
    isDefined: fc.boolean(),
  })
  .map(({ name, pattern, collation, negated, type, isDefined }) => {
    const attributes = `collation="${collation}" negate-condition="${negated}" match-type="${type}"`;
    const inside = isDefined ? `<text-match ${attributes}>${escapeXml(pattern)}</text-match>` : '<is-not-defined/>';
    return `<prop-filter name="${name}">${inside}</prop-filter>`;
  });

const alarmFilter = fc
  .tuple(fc.option(timeRange), fc.array(propFilter, { maxLength: 1 }))
  .map(([range, props]) => `<comp-filter name="VALARM">${range ?? ''}${props.join('')}</comp-filter>`);

const filter = fc
  .record({
    name: fc.constantFrom('VEVENT', 'VEVENT', 'VTODO', 'VJOURNAL'),
    range: fc.option(timeRange),
    props: fc.array(propFilter, { maxLength: 2 }),
    alarm: fc.option(alarmFilter, { freq: 1 }),
    notDefined: fc.constantFrom(true, false, false, false, false),
  })
  .map(({ name, range, props, alarm: inner, notDefined }) => {
    const alarms = name === 'VJOURNAL' ? '' : (inner ?? '');
    const inside = notDefined ? '<is-not-defined/>' : `${range ?? ''}${props.join('')}${alarms}`;
    return `<comp-filter name="${name}">${inside}</comp-filter>`;
  });

test('no object that matches a filter fails its prefilter', () => {
  const floating = zone('Pacific/Kiritimati');
  let found = 0;
  fc.assert(
    fc.property(
      fc.array(main, { minLength: 8, maxLength: 8 }),
      fc.array(filter, { minLength: 8, maxLength: 8 }),
      (calendars, filters) => {
        for (const inside of filters) {
          const parsed = parseFilter(filterXml(inside));
          const question = prefilterOf(parsed, floating);
          const isDecided = decidedByIndex(parsed);
          for (const calendar of calendars) {
            const isMatch = matches(parsed, calendar, view(calendar, floating));
            if (isMatch) found++;
            if (isMatch || isDecided) assert.equal(answers(question, calendar), isMatch, inside);
          }
        }
      },
    ),
    { numRuns: 60 },
  );
  assert.ok(found > 100, 'some objects match');
});
