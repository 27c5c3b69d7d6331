/**
 * Hostile case S10: what a filter with many conditions costs on an object with many or long values, counted in steps.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { parseFilter } from '../../src/features/caldav/filter.ts';
import { matches } from '../../src/features/caldav/filter-match.ts';
import { instanceBudget } from '../../src/features/caldav/instance-budget.ts';
import { readFilter } from '../../src/features/carddav/filter.ts';
import { matchesFilter } from '../../src/features/carddav/filter-match.ts';
import { type Collation, collation, foldOnce } from '../../src/formats/collation.ts';
import { readCalendar } from '../../src/formats/icalendar/read.ts';
import { ianaZone, zoneResolver } from '../../src/formats/icalendar/timezones.ts';
import { readCard } from '../../src/formats/vcard/read.ts';
import { readXml } from '../../src/formats/xml/read.ts';
import { card, event } from '../support/builders.ts';
import { XMLNS } from '../support/names.ts';

test('a long text is folded once for all conditions, by each collation anew', () => {
  const folded: string[] = [];
  const counting = (name: string): Collation => ({
    ...collation('i;unicode-casemap')!,
    fold(text) {
      folded.push(name);
      return text.toUpperCase();
    },
  });
  const [one, other] = [counting('one'), counting('other')];
  const fold = foldOnce();
  const text = 'é'.repeat(1000);
  for (let i = 0; i < 90; i++) for (const by of [one, other]) assert.equal(fold(by, text), 'É'.repeat(1000));
  assert.deepEqual(folded, ['one', 'other']);
});

const SEVERAL = 200_000;

test('an object of more values than a filter looks at is found, not searched to its end', () => {
  const object = readCalendar(Buffer.from(event({ 'X-A': `${'a,'.repeat(SEVERAL)}b`, 'X-B': 'b' })));
  const holds = (name: string, negate: string): boolean => {
    const condition = `<C:prop-filter name="${name}"><C:text-match match-type="equals" negate-condition="${negate}">c</C:text-match></C:prop-filter>`;
    const filter = `<C:filter ${XMLNS}><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">${condition}</C:comp-filter></C:comp-filter></C:filter>`;
    const view = { zones: zoneResolver(object), floating: ianaZone('UTC')!, budget: instanceBudget(1) };
    return matches(parseFilter(readXml(filter)), object, view);
  };
  assert.equal(holds('X-A', 'no'), true);
  assert.equal(holds('X-A', 'yes'), true);
  assert.equal(holds('X-B', 'no'), false);
});

test('so is such a card', () => {
  const object = readCard(Buffer.from(card({ 'X-A': Array.from({ length: SEVERAL / 4 }, () => 'a'), 'X-B': 'b' })));
  const holds = (name: string): boolean => {
    const condition = '<CR:text-match>c</CR:text-match>'.repeat(10);
    const filter = `<CR:filter ${XMLNS}><CR:prop-filter name="${name}">${condition}</CR:prop-filter></CR:filter>`;
    return matchesFilter(object, readFilter(readXml(filter)));
  };
  assert.equal(holds('X-A'), true);
  assert.equal(holds('X-B'), false);
});
