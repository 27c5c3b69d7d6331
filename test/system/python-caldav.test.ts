/**
 * The caldav library of Python on a calendar of hard recurrences: discovery, queries with and without expansion by the service, to-dos,
 * saving and deleting with entity tags, free-busy, and syncing by tokens.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { event } from '../support/builders.ts';
import { skipWithout } from '../support/debian.ts';
import { ADDRESS, type HardAccount, hardAccount } from '../support/hard-account.ts';
import { HARD_OBJECTS, type HardObject, happening, WINDOWS, type WindowName } from '../support/hard-calendar.ts';
import { runProgram } from '../support/program.ts';

const LIBRARY = '/usr/lib/python3/dist-packages/caldav/__init__.py';
const PROGRAM = join(import.meta.dirname, 'python-caldav.py');
const EVERYTHING = ['VEVENT', 'VTODO', 'VJOURNAL'] as const;

/** Those of a kind that happen in a window. */
function within(kind: HardObject['kind'], window: WindowName): readonly HardObject[] {
  return HARD_OBJECTS.filter((object) => object.kind === kind && object.starts[window] !== undefined);
}

function names(objects: readonly HardObject[]): readonly string[] {
  return objects.map(({ name }) => name).sort();
}

function ofKind(kind: HardObject['kind']): readonly HardObject[] {
  return HARD_OBJECTS.filter((object) => object.kind === kind);
}

describe('hard recurrences with python-caldav', { skip: skipWithout('python3', LIBRARY) }, () => {
  let account: HardAccount;

  before(async () => {
    account = await hardAccount('python');
  });
  after(() => account?.close());

  /** What came of it, as JSON gives it. @throws AssertionError with all that was said when it fails */
  async function python(
    what: string,
    given: Readonly<Record<string, string>> = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    const { service, password } = account;
    const { origin, certificate } = service;
    const input = JSON.stringify({ do: what, given, origin, certificate, password, address: ADDRESS });
    // The one that Debian's packages are for.
    const { code, out, said } = await runProgram('/usr/bin/python3', [PROGRAM], { input, env: { LC_ALL: 'C.UTF-8' } });
    assert.equal(code, 0, said);
    return JSON.parse(out);
  }

  test('the principal and the calendars are found from the address of the service alone', async () => {
    const { principal, addresses, calendars } = await python('discover');
    assert.equal(principal, `/principals/${ADDRESS}/`);
    assert.ok(Array.isArray(addresses) && addresses.includes(`mailto:${ADDRESS}`), String(addresses));
    assert.deepEqual(calendars, [
      [`/calendars/${ADDRESS}/default/`, 'Calendar', ['VEVENT']],
      [`/calendars/${ADDRESS}/hard/`, null, ['VAVAILABILITY', 'VEVENT', 'VFREEBUSY', 'VJOURNAL', 'VTODO']],
      [`/calendars/${ADDRESS}/tasks/`, 'Tasks', ['VTODO']],
    ]);
  });

  for (const window of ['spring', 'leap', 'far'] as const) {
    for (const kind of EVERYTHING) {
      test(`a search finds the objects, and the instances that were reckoned by hand: ${kind}, ${window}`, async () => {
        const [start, end] = WINDOWS[window];
        const { objects, instances } = await python('search', { calendar: 'hard', kind, start, end });
        // To-dos without dates are always on, and come as they are: RFC 4791 section 9.9.
        const dateless = kind === 'VTODO' ? ['someday.ics'] : [];
        const expected = HARD_OBJECTS.filter(
          ({ name }) => dateless.includes(name) || names(within(kind, window)).includes(name),
        );
        // The library makes line ends of its own.
        const texts = expected.map(({ name, text }) => [name, text.replaceAll('\r\n', '\n')] as const);
        assert.deepEqual(objects, Object.fromEntries(texts));
        assert.deepEqual(instances, happening(kind, window));
      });
    }
  }

  test('a search by dates alone, in the older way and with an open end', async () => {
    const [start, end] = WINDOWS.leap;
    const { objects, expanded, open } = await python('dateSearch', { calendar: 'hard', start, end });
    assert.deepEqual(objects, names(within('VEVENT', 'leap')));
    assert.deepEqual(expanded, objects);
    assert.deepEqual(open, [...new Set([...names(within('VEVENT', 'leap')), 'far-future.ics'])].sort());
  });

  test('lists by kind, by UID and by text', async () => {
    assert.deepEqual(await python('listing', { calendar: 'hard' }), {
      events: names(ofKind('VEVENT')),
      todos: ['Water the plants', 'Send the tax return', 'Learn the cello', 'Stretch'],
      allTodos: names(ofKind('VTODO')),
      journals: names(ofKind('VJOURNAL')),
      byUid: 'moved.ics',
      // Octet by octet, as it asks.
      bySummary: [['rich.ics'], []],
    });
  });

  test('an event is made, changed, and deleted; a stale entity tag changes nothing', async () => {
    const text = event({ UID: 'python@example.com', SUMMARY: 'Früher' });
    const before = await account.held(account.calendar);
    assert.deepEqual(await python('edit', { calendar: 'hard', text }), {
      made: 'python%40example.com.ics',
      etagChanged: true,
      summary: 'Später 🕰',
      stale: 412,
      fresh: 204,
      overwrite: 'refused',
      deleted: 'not found',
    });
    assert.deepEqual(await account.held(account.calendar), before);
  });

  test('RFC 4791 section 7.10: the busy time of a day', async () => {
    const busy = async (day: string, next: string): Promise<readonly string[]> => {
      const given = { calendar: 'hard', start: `${day}T000000Z`, end: `${next}T000000Z` };
      const { lines } = await python('freeBusy', given);
      assert.ok(Array.isArray(lines));
      assert.ok(lines.includes('BEGIN:VFREEBUSY'), lines.join('\n'));
      const unfolded = lines.join('\n').replace(/\n[ \t]/g, '');
      return [...unfolded.matchAll(/^FREEBUSY[^:]*:(.*)$/gm)].flatMap(([, periods = '']) => periods.split(',')).sort();
    };
    // What is moved to another day leaves its own free; what is transparent never was busy.
    assert.deepEqual(await busy('20260324', '20260325'), [
      '20260324T060000Z/20260324T060500Z',
      '20260324T070000Z/20260324T074500Z',
      '20260324T102300Z/20260324T104300Z',
      '20260324T170000Z/20260324T180000Z',
    ]);
    // What overlaps is one period.
    assert.deepEqual(await busy('20260326', '20260327'), [
      '20260326T060000Z/20260326T060500Z',
      '20260326T095300Z/20260326T110000Z',
      '20260326T130000Z/20260326T140000Z',
      '20260326T170000Z/20260326T180000Z',
    ]);
    // A period has the length that RDATE gives it.
    assert.deepEqual(await busy('20260402', '20260403'), [
      '20260402T000000Z/20260402T003000Z',
      '20260402T080000Z/20260402T083000Z',
    ]);
    assert.deepEqual(await busy('21500103', '21500104'), []);
  });

  test('RFC 6578 section 3: syncing by tokens gives every change once', async () => {
    const calendar = 'synced';
    const path = await account.newCalendar(calendar, HARD_OBJECTS);
    const all = names(HARD_OBJECTS);
    const text = event({ UID: 'new@example.com' });
    assert.deepEqual(await python('sync', { calendar, text }), {
      first: all,
      idle: [[], []],
      updated: ['new%40example.com.ics', 'rdate.ics'],
      deleted: ['someday.ics'],
      now: [...all.filter((name) => name !== 'someday.ics'), 'new%40example.com.ics'].sort(),
      summary: ['Changed'],
      later: [[], ['new%40example.com.ics']],
    });
    const stored = await account.held(path);
    for (const { name, text: former } of HARD_OBJECTS) {
      if (name !== 'someday.ics' && name !== 'rdate.ics') assert.equal(stored.get(name), former);
    }
  });

  test('a to-do is done, and no other is touched', async () => {
    const path = await account.newCalendar('chores', ofKind('VTODO'));
    const { todos } = await python('complete', { calendar: 'chores', uid: 'tax@example.com' });
    assert.deepEqual(todos, ['Water the plants', 'Learn the cello', 'Stretch']);
    const stored = await account.held(path);
    for (const { name, text } of ofKind('VTODO')) {
      if (name === 'tax.ics') assert.match(stored.get(name) ?? '', /^STATUS:COMPLETED\r?$/m);
      else assert.equal(stored.get(name), text);
    }
  });
});
