import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Component, Property } from '../../src/formats/icalendar/component.ts';
import { readComponents } from '../../src/formats/icalendar/read.ts';
import { escapeText } from '../../src/formats/icalendar/values.ts';
import { writeComponent } from '../../src/formats/icalendar/write.ts';
import { addAccount } from '../../src/operations/accounts.ts';
import { exportable, exportCollection, fileNames } from '../../src/operations/export.ts';
import { UNBOUNDED } from '../../src/store/records.ts';
import { refusal, type TestAdministration } from './an-administration.ts';
import { calendar, card, collectionAt, event, imported, JANE, SAM, stored, todo, withUsers } from './some-files.ts';

/** What an export of a collection writes, and what it tells cannot be read. */
async function exported(
  admin: TestAdministration,
  sort: 'calendar' | 'addressbook',
  name: string,
): Promise<{ readonly text: string; readonly objects: number; readonly faults: readonly string[] }> {
  const [destination] = await exportable(admin, JANE, { sort, name });
  assert.ok(destination !== undefined);
  let [text, objects] = ['', 0];
  const faults: string[] = [];
  for await (const piece of exportCollection(admin, destination)) {
    if (piece.kind === 'fault') faults.push(`${piece.name}: ${piece.reason}`);
    else [text, objects] = [text + piece.text, objects + piece.objects];
  }
  return { text, objects, faults };
}

describe('exporting', () => {
  test('a calendar is one VCALENDAR with its name and all objects in order of name', () =>
    withUsers(async (admin) => {
      await imported(admin, [calendar(event('b'), event('a', 'SUMMARY:1'), todo('c'))]);
      const { text, objects } = await exported(admin, 'calendar', 'Calendar');
      assert.equal(objects, 2);
      const head =
        'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Davit//EN\r\nNAME:Calendar\r\nX-WR-CALNAME:Calendar\r\n';
      assert.equal(text, `${head}${event('a', 'SUMMARY:1')}\r\n${event('b')}\r\nEND:VCALENDAR\r\n`);
    }));

  test('an empty calendar is a calendar, an empty address book is empty', () =>
    withUsers(async (admin) => {
      assert.match((await exported(admin, 'calendar', 'tasks')).text, /^BEGIN:VCALENDAR\r\n[\s\S]*END:VCALENDAR\r\n$/);
      assert.equal((await exported(admin, 'addressbook', 'default')).text, '');
    }));

  test('cards are as they were stored, each on lines of its own', () =>
    withUsers(async (admin) => {
      const first = card('a', 'item1.X-Own;TYPE=home:1').trimEnd();
      await imported(admin, [first, card('b')]);
      assert.equal((await exported(admin, 'addressbook', 'default')).text, `${first}\r\n${card('b')}`);
    }));

  test('a stored object that cannot be read is told, and the others come', () =>
    withUsers(async (admin) => {
      await imported(admin, [calendar(event('a'), event('b'))]);
      const collection = await collectionAt(admin, 'calendars/default');
      await admin.store.write(admin.origin(), async (tx) => {
        const index = { component: 'VEVENT', ...UNBOUNDED, texts: {} };
        await tx.objects.put(collection, { name: 'a.ics', uid: 'a', etag: 'e', data: Buffer.from('nonsense'), index });
      });
      const { text, objects, faults } = await exported(admin, 'calendar', 'default');
      assert.deepEqual([objects, faults.length, text.includes('UID:b')], [1, 1, true]);
      assert.match(faults[0] ?? '', /^a\.ics: Line 1 /);
    }));

  test('is refused where there is nothing of that name', () =>
    withUsers(async (admin) => {
      await assert.rejects(
        exported(admin, 'addressbook', 'Contcats'),
        refusal(/did you mean Contacts\? There is default \(Contacts\)\./),
      );
      await addAccount(admin, 'group', { address: 'crew@example.com' });
      await assert.rejects(exportable(admin, 'crew@example.com', 'all'), refusal(/holds nothing/));
    }));

  test('files are called what people call collections, each differently', () =>
    withUsers(async (admin) => {
      for (const name of ['../Home: Ünï?', 'calendar', '...', '\u{1f4c5}']) {
        await imported(admin, [calendar(event('a'))], { into: { sort: 'calendar', name }, create: true });
      }
      const names = fileNames(await exportable(admin, JANE, 'all'));
      assert.deepEqual(names.slice(0, 2), ['Calendar.ics', 'Tasks.ics']);
      assert.ok(
        names.includes('calendar (2).ics') && names.includes('_Home_ Ünï_.ics') && names.includes('Contacts.vcf'),
      );
      assert.equal(new Set(names).size, names.length);
      assert.ok(names.every((name) => !/^\.|\//.test(name)));
    }));
});

// --- round trips -------------------------------------------------------------------------------------------------------------------------

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 100 }),
  fc.constantFrom('', 'a, b; c\\ \n d', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}'.repeat(20), 'x'.repeat(500), '^n^^"'),
);
/** What a line can hold. */
const value = text.map((some) =>
  escapeText(some.replace(/\p{Cc}/gu, (found) => (found === '\n' ? found : ''))).toWellFormed(),
);
const parameter = fc.record({
  name: fc.constantFrom('X-A', 'LANGUAGE', 'ALTREP'),
  values: fc.array(
    text.map((some) => some.replace(/[\p{Cc}]/gu, '').toWellFormed()),
    { minLength: 1, maxLength: 2 },
  ),
});
const property: fc.Arbitrary<Property> = fc.record({
  name: fc.constantFrom('SUMMARY', 'DESCRIPTION', 'X-DAVIT-TEST', 'COMMENT', 'NOTE', 'CATEGORIES'),
  parameters: fc.array(parameter, { maxLength: 2 }),
  value,
  line: fc.constant(0),
});

function made(name: string, text: string, ...parameters: readonly (readonly [string, string])[]): Property {
  return { name, parameters: parameters.map(([key, one]) => ({ name: key, values: [one] })), value: text, line: 0 };
}

function component(name: string, properties: readonly Property[], ...components: readonly Component[]): Component {
  return { name, properties, components, line: 0 };
}

const ZONES = ['+0100', '+0200', '+0330'].map((offset) =>
  component(
    'VTIMEZONE',
    [made('TZID', 'Here')],
    component('STANDARD', [
      made('DTSTART', '19700101T000000'),
      made('TZOFFSETFROM', offset),
      made('TZOFFSETTO', offset),
    ]),
  ),
);

/** An event or task, perhaps a series with an override, in a zone of its own. */
const calendarObject = fc
  .record({
    properties: fc.array(property, { maxLength: 4 }),
    alarm: fc.option(property),
    zone: fc.option(fc.constantFrom(...ZONES), { nil: undefined }),
    override: fc.boolean(),
    name: fc.constantFrom('VEVENT', 'VTODO'),
  })
  .map(({ properties, alarm, zone, override, name }) => (uid: string): Component => {
    const start = (of: string, day: string) =>
      zone === undefined ? made(of, `202601${day}T100000Z`) : made(of, `202601${day}T100000`, ['TZID', 'Here']);
    const inner = alarm === null ? [] : [component('VALARM', [alarm])];
    const rule = override ? [made('RRULE', 'FREQ=DAILY;COUNT=5')] : [];
    const master = component(name, [made('UID', uid), start('DTSTART', '01'), ...rule, ...properties], ...inner);
    const second = component(name, [made('UID', uid), start('RECURRENCE-ID', '02'), start('DTSTART', '03')]);
    const zones = zone === undefined ? [] : [zone];
    return component('VCALENDAR', [made('VERSION', '2.0')], ...zones, master, ...(override ? [second] : []));
  });

/** Everything but the calendar around it; zones of one name that contradict one another may have got new names. */
function essence(data: string): readonly string[] {
  const [whole] = readComponents(data);
  const parts = whole?.name === 'VCALENDAR' ? whole.components : whole === undefined ? [] : [whole];
  const offset = /TZOFFSETTO:(.*)\r/.exec(data)?.[1] ?? 'none';
  return parts
    .filter(({ name }) => name !== 'VTIMEZONE')
    .map((part) => writeComponent(part).replace(/;TZID="?Here(?: \(\d+\))?"?/g, `;TZID=${offset}`));
}

async function essences(admin: TestAdministration, path: string, address: string) {
  const objects = await stored(admin, path, address);
  return [...objects.values()].map(essence).toSorted();
}

describe('what is imported, exported, and imported elsewhere', () => {
  test('has the same events and tasks, at the same times', () =>
    fc.assert(
      fc.asyncProperty(fc.array(calendarObject, { maxLength: 8 }), (objects) =>
        withUsers(async (admin) => {
          const files = objects.map((of, at) => writeComponent(of(`uid-${at}`)));
          const into = { into: { sort: 'calendar', name: 'All' }, create: true } as const;
          const first = await imported(admin, files, into);
          assert.deepEqual(first.map(({ reason }) => reason).filter(Boolean), []);
          if (files.length === 0) return;
          const { text: whole } = await exported(admin, 'calendar', 'All');
          await imported(admin, [whole], { ...into, address: SAM });
          const [before, after] = await Promise.all([JANE, SAM].map((who) => essences(admin, 'calendars/all', who)));
          assert.deepEqual(after, before);
          assert.equal(before?.length, files.length);
        }),
      ),
      { numRuns: 25 },
    ));

  test('has the same cards, octet for octet', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.array(property, { maxLength: 4 }), { maxLength: 8 }), (cards) =>
        withUsers(async (admin) => {
          const head = [made('VERSION', '4.0'), made('FN', 'Ada')];
          const files = cards.map((lines, at) =>
            writeComponent(
              component('VCARD', [...head, ...lines, ...(at % 2 === 0 ? [made('UID', `uid-${at}`)] : [])]),
            ),
          );
          const first = await imported(admin, [files.join('')]);
          assert.deepEqual(first.map(({ reason }) => reason).filter(Boolean), []);
          const { text: whole } = await exported(admin, 'addressbook', 'default');
          await imported(admin, [whole], { address: SAM });
          const [before, after] = await Promise.all(
            [JANE, SAM].map((who) => stored(admin, 'addressbooks/default', who)),
          );
          assert.deepEqual(after, before);
        }),
      ),
      { numRuns: 25 },
    ));
});
