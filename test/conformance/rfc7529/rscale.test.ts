/** Rules in other calendars. RFC 7529 section 4, RFC 7529 section 10. */
import assert from 'node:assert/strict';
import { supportedScales } from '../../../src/formats/icalendar/calendar-scale.ts';
import { elementsOf, textOf } from '../../../src/formats/xml/element.ts';
import { event } from '../../support/builders.ts';
import { must, should } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';
import { calendarWith, comp, finds, range } from '../rfc4791/queries.ts';
import { expands } from '../rfc5545/expanded.ts';

function days(start: string, rule: string): string {
  return event({ 'DTSTART;VALUE=DATE': start, DTEND: undefined, RRULE: rule });
}

/** The examples of RFC 7529 section 4.3. */
const EXAMPLES: readonly (readonly [string, string, string])[] = [
  ['20130210', 'RSCALE=CHINESE;FREQ=YEARLY', '20130210 20140131 20150219 20160208 20170128'],
  ['20130906', 'RSCALE=ETHIOPIC;FREQ=MONTHLY;BYMONTH=13', '20130906 20140906 20150906 20160906 20170906'],
  ['20140208', 'RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=8;SKIP=FORWARD', '20140208 20150227 20160217 20170306'],
  ['20120229', 'RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD', '20120229 20130301 20140301 20150301 20160229 20170301'],
];

must('RFC 7529 section 4', 'a rule counts years and months in the calendar that it names', async ({ alice }) => {
  for (const [start, rule, expected] of EXAMPLES) {
    await expands(alice, days(start, rule), '20120101T000000Z/20171001T000000Z', expected);
  }
});

must(
  'RFC 7529 section 4.1',
  'SKIP says where a missing day or month goes, and OMIT is the default',
  async ({ alice }) => {
    const rule = 'RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=8';
    const within = '20140101T000000Z/20170101T000000Z';
    await expands(alice, days('20140208', rule), within, '20140208 20160217');
    await expands(alice, days('20140208', `${rule};SKIP=OMIT`), within, '20140208 20160217');
    await expands(alice, days('20140208', `${rule};SKIP=BACKWARD`), within, '20140208 20150128 20160217');
  },
);

must('RFC 7529 section 10', 'a series in another calendar is found by time, decades later too', async ({ alice }) => {
  const path = await calendarWith(alice, { newyear: days('20130210', 'rscale=Chinese;FREQ=YEARLY') });
  await finds(alice, path, comp('VEVENT', range('20330131T060000Z', '20330131T070000Z')), ['newyear']);
  await finds(alice, path, comp('VEVENT', range('20330210T060000Z', '20330210T070000Z')), []);
});

must('RFC 7529 section 10.1', 'calendars and their home say which calendars rules may name', async ({ alice }) => {
  for (const path of [alice.calendar, alice.calendars]) {
    const answer = await alice.propfind(path, '0', ['C:supported-rscale-set']).expect(207);
    const set = answer.multistatus().at(path).properties.get(clark('C:supported-rscale-set'));
    const names = set === undefined ? [] : elementsOf(set.element).map(textOf);
    assert.deepEqual(names, supportedScales());
    assert.ok(names.includes('CHINESE'));
    const all = await alice.propfind(path, '0', undefined).expect(207);
    assert.ok(!all.text.includes('supported-rscale'), all.text);
  }
});

should('RFC 7529 section 10', 'a rule in a calendar that is not known here is refused', async ({ alice }) => {
  const body = days('20260101', 'RSCALE=X-SHIRE;FREQ=YEARLY');
  await alice.put(`${alice.calendar}shire.ics`, body).expectPrecondition('C:supported-rscale', 403);
  await alice.get(`${alice.calendar}shire.ics`).expect(404);
});
