/**
 * Reading CALDAV:filter: what is understood, and what is refused with which precondition.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PreconditionViolated } from '../../../src/dav/errors.ts';
import { parseFilter, parseTimeRange } from '../../../src/features/caldav/filter.ts';
import { preconditions } from '../../../src/features/caldav/preconditions.ts';
import { attributeOf } from '../../../src/formats/xml/element.ts';
import { CALDAV, localOf } from '../../../src/formats/xml/name.ts';
import { filterXml, xml } from './objects.ts';

function refusal(run: () => unknown): PreconditionViolated {
  try {
    run();
  } catch (error) {
    if (error instanceof PreconditionViolated) return error;
    throw error;
  }
  throw new assert.AssertionError({ message: 'it was not refused' });
}

function refused(inside: string): string {
  const { condition, status, message } = refusal(() => parseFilter(filterXml(inside)));
  assert.equal(status, 403);
  assert.match(message, / /);
  return localOf(condition.name);
}

describe('CALDAV:filter', () => {
  test('RFC 4791 section 9.7: conditions become values, names in upper case, texts folded', () => {
    const filter = parseFilter(
      filterXml(`
        <comp-filter name="vevent">
          <time-range start="20260101T000000Z"/>
          <prop-filter name="attendee">
            <text-match collation="i;unicode-casemap" negate-condition="yes" match-type="ends-with">Zoë</text-match>
            <param-filter name="partstat"><text-match>accepted</text-match></param-filter>
            <param-filter name="CN"><is-not-defined/></param-filter>
          </prop-filter>
          <comp-filter name="VALARM"><is-not-defined/></comp-filter>
        </comp-filter>`),
    );
    const [event] = filter.comps;
    assert.equal(event?.name, 'VEVENT');
    assert.deepEqual(event?.range, { start: Date.UTC(2026, 0) / 1000, end: Number.POSITIVE_INFINITY });
    const [attendee] = event?.props ?? [];
    assert.equal(attendee?.name, 'ATTENDEE');
    assert.equal(attendee?.text?.pattern, 'ZOE\u0308');
    assert.equal(attendee?.text?.text, 'Zoë');
    assert.equal(attendee?.text?.type, 'ends-with');
    assert.equal(attendee?.text?.negated, true);
    const [status, name] = attendee?.params ?? [];
    assert.equal(status?.text?.pattern, 'ACCEPTED');
    assert.equal(status?.text?.collation.name, 'i;ascii-casemap');
    assert.deepEqual(name, { name: 'CN', notDefined: true, text: undefined });
    assert.equal(event?.comps[0]?.notDefined, true);
  });

  test('RFC 4791 section 7.5: the default collation is i;ascii-casemap, by name too', () => {
    for (const attribute of ['', ' collation="default"', ' collation="i;ascii-casemap"']) {
      const filter = parseFilter(
        filterXml(`<prop-filter name="X"><text-match${attribute}>a</text-match></prop-filter>`),
      );
      assert.equal(filter.props[0]?.text?.collation.name, 'i;ascii-casemap');
    }
  });

  test('RFC 4791 section 7.5: other collations and wildcards are refused', () => {
    for (const name of ['i;basic', 'i;*', '*', '', 'I;OCTET']) {
      assert.equal(
        refused(`<prop-filter name="X"><text-match collation="${name}">a</text-match></prop-filter>`),
        'supported-collation',
      );
    }
  });

  test('RFC 4791 section 9.7: there is one comp-filter, that of VCALENDAR', () => {
    for (const text of [
      '<filter/>',
      '<filter><comp-filter name="VEVENT"/></filter>',
      '<filter><comp-filter/></filter>',
      '<filter><comp-filter name="VCALENDAR"/><comp-filter name="VCALENDAR"/></filter>',
      '<filter><prop-filter name="VCALENDAR"/></filter>',
    ]) {
      assert.equal(localOf(refusal(() => parseFilter(xml(text))).condition.name), 'valid-filter', text);
    }
  });

  test('RFC 4791 section 7.8: what cannot be is refused as valid-filter', () => {
    for (const inside of [
      '<comp-filter name="VTODO"><comp-filter name="VEVENT"/></comp-filter>',
      '<comp-filter name="VALARM"/>',
      '<comp-filter name="VCALENDAR"/>',
      '<comp-filter name="VTIMEZONE"><time-range start="20260101T000000Z"/></comp-filter>',
      '<time-range start="20260101T000000Z"/>',
      '<prop-filter name="SUMMARY"><time-range start="20260101T000000Z"/></prop-filter>',
      '<prop-filter name="DTSTART"><time-range start="20260101T000000Z"/><text-match>1</text-match></prop-filter>',
      '<prop-filter name="X"><text-match>1</text-match><text-match>2</text-match></prop-filter>',
      '<prop-filter name="X"><is-not-defined/><text-match>1</text-match></prop-filter>',
      '<prop-filter/>',
      '<prop-filter name=" "/>',
      '<param-filter name="X"/>',
      '<prop-filter name="X"><text-match negate-condition="maybe">1</text-match></prop-filter>',
      '<prop-filter name="X"><text-match match-type="sounds-like">1</text-match></prop-filter>',
      `<prop-filter name="X"><text-match>${'a'.repeat(1025)}</text-match></prop-filter>`,
    ]) {
      assert.equal(refused(inside), 'valid-filter', inside);
    }
  });

  test('S10 deep and long filters are refused', () => {
    const deep = '<comp-filter name="X-A">'.repeat(40) + '</comp-filter>'.repeat(40);
    assert.equal(refused(deep), 'valid-filter');
    assert.equal(refused('<prop-filter name="X"/>'.repeat(10_000)), 'valid-filter');
    assert.equal(parseFilter(filterXml('<prop-filter name="X"/>'.repeat(99))).props.length, 99);
  });

  test('RFC 4791 section 7.8: a condition that nobody here knows is named in supported-filter', () => {
    const { condition } = refusal(() =>
      parseFilter(filterXml('<prop-filter name="X-A"><o:near xmlns:o="https://example.com/"/></prop-filter>')),
    );
    assert.equal(localOf(condition.name), 'supported-filter');
    const [offending] = condition.children;
    assert.ok(offending !== undefined && typeof offending !== 'string');
    assert.equal(offending.name, `{${CALDAV}}prop-filter`);
    assert.equal(attributeOf(offending, 'name'), 'X-A');
    assert.deepEqual(offending.children, []);
    assert.equal(refused('<comp-filter name="VEVENT" test="anyof"/>'), 'supported-filter');
  });
});

describe('CALDAV:time-range', () => {
  test('RFC 4791 section 9.9: one side may be open', () => {
    assert.deepEqual(parseTimeRange(xml('<time-range end="19700101T000100Z"/>')), {
      start: Number.NEGATIVE_INFINITY,
      end: 60,
    });
    assert.deepEqual(parseTimeRange(xml('<time-range start="19700101T000100Z" end="19700101T000200Z"/>')), {
      start: 60,
      end: 120,
    });
  });

  test('RFC 4791 section 9.9: both sides open, an end that is not after the start, and what is not UTC are refused', () => {
    for (const attributes of [
      '',
      'start="20260101T000000Z" end="20260101T000000Z"',
      'start="20260102T000000Z" end="20260101T000000Z"',
      'start="20260101T000000"',
      'start="20260101"',
      'start="20260230T000000Z"',
      'start="now"',
      'start="" end="20260101T000000Z"',
    ]) {
      const { condition } = refusal(() => parseTimeRange(xml(`<time-range ${attributes}/>`)));
      assert.equal(localOf(condition.name), 'valid-filter', attributes);
    }
  });
});

test('preconditions are listed once each', () => {
  const names = preconditions.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  assert.ok(names.includes(`{${CALDAV}}no-uid-conflict`));
});
