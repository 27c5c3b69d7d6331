/**
 * The queries of the tsdav library over TLS against Davit as `npm start` runs it: time ranges and expansion on a calendar of hard recurrences,
 * and queries, multiget and syncing of an address book with cards as other programs write them.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createDAVClient, type DAVAddressBook, type DAVCalendar, type DAVObject } from 'tsdav';
import { corpus } from '../formats/vcard/cards.ts';
import { card } from '../support/builders.ts';
import { ADDRESS, type HardAccount, hardAccount, type Named } from '../support/hard-account.ts';
import { HARD_OBJECTS, type HardObject, happening, WINDOWS, type WindowName } from '../support/hard-calendar.ts';

const EVERYTHING = ['VEVENT', 'VTODO', 'VJOURNAL'] as const;
/** Those of the versions that are stored as they come. */
const CARDS: readonly Named[] = corpus().filter(({ text }) => /^VERSION:[34]\.0\r$/m.test(text) && /^UID:/m.test(text));

/** Of a query, as the library takes it. */
type Filter = Readonly<Record<string, unknown>>;
type Client = Awaited<ReturnType<typeof createDAVClient>>;

let account: HardAccount;

before(async () => {
  account = await hardAccount('tsdav-queries');
  await account.store(account.addressBook, CARDS);
});
after(() => account?.close());

function connected(defaultAccountType: 'caldav' | 'carddav'): Promise<Client> {
  const credentials = { username: ADDRESS, password: account.password };
  return createDAVClient({ serverUrl: account.service.origin, credentials, authMethod: 'Basic', defaultAccountType });
}

/** What the library has got, by last segment of the path. It trims what it reads. */
function byName(objects: readonly DAVObject[]): Readonly<Record<string, string>> {
  return Object.fromEntries(objects.map(({ url, data }) => [url.split('/').at(-1), String(data)] as const));
}

function stored(objects: readonly Named[]): Readonly<Record<string, string>> {
  return Object.fromEntries(objects.map(({ name, text }) => [name, text.trim()] as const));
}

describe('hard recurrences with tsdav', () => {
  let client: Client;
  let calendar: DAVCalendar;

  before(async () => {
    client = await connected('caldav');
    const found = (await client.fetchCalendars()).find(({ url }) => url.endsWith('/hard/'));
    assert.ok(found !== undefined);
    calendar = found;
  });

  function fetched(kind: HardObject['kind'], window: WindowName, expand: boolean): Promise<readonly DAVObject[]> {
    const [start, end] = WINDOWS[window];
    const timeRange = { start: dashed(start), end: dashed(end) };
    if (kind === 'VEVENT') return client.fetchCalendarObjects({ calendar, timeRange, expand });
    // For other kinds it wants the filter from whoever calls.
    const range = { 'time-range': { _attributes: { start, end } } };
    const filters = [
      {
        'comp-filter': { _attributes: { name: 'VCALENDAR' }, 'comp-filter': { _attributes: { name: kind }, ...range } },
      },
    ];
    return client.fetchCalendarObjects({ calendar, timeRange, filters, expand });
  }

  for (const window of ['spring', 'leap', 'far'] as const) {
    for (const kind of EVERYTHING) {
      test(`RFC 4791 section 9.9: a time range finds the objects that are in it: ${kind}, ${window}`, async () => {
        // A to-do without dates is always on.
        const expected = HARD_OBJECTS.filter(
          (object) => object.kind === kind && (object.starts[window] !== undefined || object.name === 'someday.ics'),
        );
        assert.deepEqual(byName(await fetched(kind, window, false)), stored(expected));
      });

      test(`RFC 4791 section 9.6.5: expanded, it is what was reckoned by hand: ${kind}, ${window}`, async () => {
        const instances = (await fetched(kind, window, true)).flatMap(({ data }) => instancesIn(String(data), kind));
        assert.deepEqual(instances.sort(), happening(kind, window));
      });
    }
  }

  test('everything of a calendar, and what is named of it', async () => {
    const filters = [{ 'comp-filter': { _attributes: { name: 'VCALENDAR' } } }];
    assert.deepEqual(byName(await client.fetchCalendarObjects({ calendar, filters })), stored(HARD_OBJECTS));
    const some = HARD_OBJECTS.filter(({ name }) => ['rich.ics', 'someday.ics'].includes(name));
    const objectUrls = some.map(({ name }) => calendar.url + name);
    assert.deepEqual(byName(await client.fetchCalendarObjects({ calendar, objectUrls })), stored(some));
  });
});

describe('cards with tsdav', () => {
  let client: Client;
  let addressBook: DAVAddressBook;

  before(async () => {
    client = await connected('carddav');
    const found = (await client.fetchAddressBooks()).find(({ url }) => url.endsWith('/default/'));
    assert.ok(found !== undefined);
    addressBook = found;
  });

  /** The names of the cards that a query finds. */
  async function found(filter: Filter): Promise<readonly string[]> {
    const props = { 'd:getetag': {} };
    const answers = await client.addressBookQuery({ url: addressBook.url, props, filters: filter, depth: '1' });
    return answers.map(({ href }) => String(href).split('/').at(-1) ?? '').sort();
  }

  function matching(name: string, text: string, how: string): Filter {
    const match = { _attributes: { collation: 'i;unicode-casemap', 'match-type': how }, _text: text };
    return { 'prop-filter': { _attributes: { name }, 'text-match': match } };
  }

  function without(name: string): Filter {
    return { 'prop-filter': { _attributes: { name }, 'is-not-defined': {} } };
  }

  test('every card, by multiget and by query, as it was written', async () => {
    assert.deepEqual(byName(await client.fetchVCards({ addressBook })), stored(CARDS));
    assert.deepEqual(byName(await client.fetchVCards({ addressBook, useMultiGet: false })), stored(CARDS));
  });

  test('RFC 6352 section 8.7: the cards that are named', async () => {
    const some = CARDS.slice(0, 2);
    const objectUrls = some.map(({ name }) => addressBook.url + name);
    const props = { 'd:getetag': {}, 'card:address-data': {} };
    assert.deepEqual(byName(await client.fetchVCards({ addressBook, objectUrls })), stored(some));
    const paths = [...objectUrls, `${addressBook.url}none.vcf`].map((url) => new URL(url).pathname);
    // One that is not there is told apart from those that are.
    const missing = client.addressBookMultiGet({ url: addressBook.url, props, objectUrls: paths, depth: '1' });
    await assert.rejects(missing, /404 Not Found/);
  });

  test('RFC 6352 section 8.6: the cards that match', async () => {
    const queries: readonly (readonly [filter: Filter, one: string, matches: (text: string) => boolean])[] = [
      [matching('EMAIL', 'GRACE@', 'starts-with'), 'davx5.vcf', (text) => /^(\w+\.)?EMAIL[^:]*:grace@/im.test(text)],
      [matching('FN', 'johnson', 'ends-with'), 'thunderbird.vcf', (text) => /^FN[^:]*:.*johnson\r$/im.test(text)],
      [matching('FN', 'ÉMILIE', 'starts-with'), 'extensions.vcf', (text) => /^FN[^:]*:émilie/im.test(text)],
      // Those in a group too.
      [matching('X-ABLABEL', 'boat 🛥', 'equals'), 'ios.vcf', (text) => /^\w+\.X-ABLABEL:boat 🛥\r$/im.test(text)],
      [without('PHOTO'), 'evolution.vcf', (text) => !/^PHOTO[;:]/im.test(text)],
    ];
    for (const [filter, one, matches] of queries) {
      const expected = CARDS.filter(({ text }) => matches(text)).map(({ name }) => name);
      assert.ok(expected.includes(one) && expected.length < CARDS.length, one);
      assert.deepEqual(await found(filter), expected.sort());
    }
    assert.deepEqual(await found(matching('FN', 'nobody', 'contains')), []);
  });

  for (const method of ['webdav', 'basic'] as const) {
    test(`what another adds, changes and deletes comes with a sync: ${method}`, async () => {
      const fetchObjects = (): Promise<DAVObject[]> => client.fetchVCards({ addressBook });
      const synced = (book: DAVAddressBook): Promise<DAVAddressBook> => {
        const collection = { ...book, objectMultiGet: client.addressBookMultiGet, fetchObjects };
        return client.smartCollectionSync({ collection, method });
      };
      const held = (book: DAVAddressBook): Readonly<Record<string, string>> => byName(book.objects ?? []);
      // An address book that the device does not know yet.
      let device = await synced({ url: addressBook.url, objects: [] });
      assert.deepEqual(held(device), stored(CARDS));

      const name = `new-${method}.vcf`;
      const [added, changed] = [card({ UID: name, FN: 'Hedy Lamarr' }), card({ UID: name, FN: 'Hedwig Kiesler' })];
      await account.store(account.addressBook, [{ name, text: added }]);
      device = await synced(device);
      assert.deepEqual(held(device), { ...stored(CARDS), [name]: added.trim() });

      const vCard = { ...known(device, name), data: changed };
      assert.equal((await client.updateVCard({ vCard })).status, 204);
      device = await synced(device);
      assert.deepEqual(held(device), { ...stored(CARDS), [name]: changed.trim() });
      // With what it had before, nothing can be overwritten.
      assert.equal((await client.updateVCard({ vCard })).status, 412);

      assert.equal((await client.deleteVCard({ vCard: known(device, name) })).status, 204);
      device = await synced(device);
      assert.deepEqual(held(device), stored(CARDS));
      assert.deepEqual(
        Object.fromEntries([...(await account.held(account.addressBook))].map(([one, text]) => [one, text.trim()])),
        stored(CARDS),
      );
    });
  }
});

function known({ objects = [] }: DAVAddressBook, name: string): DAVObject {
  const object = objects.find(({ url }) => url.endsWith(`/${name}`));
  assert.ok(object !== undefined, `the device has ${name}`);
  return object;
}

/** The instances in what the service expanded: a start each, or when it is due, and a summary. Those without dates are left out. */
function instancesIn(data: string, kind: HardObject['kind']): readonly string[] {
  const parts = data.split(new RegExp(`^BEGIN:${kind}\r?$`, 'm')).slice(1);
  return parts.flatMap((part) => {
    assert.doesNotMatch(part, /^(RRULE|RDATE|EXDATE)[;:]/m);
    const lines = part.replace(/\r?\n[ \t]/g, '');
    const value = (name: string) => new RegExp(`^${name}(?:;[^:]*)?:(.*?)\r?$`, 'm').exec(lines)?.[1];
    const at = value('DTSTART') ?? value('DUE');
    return at === undefined ? [] : [`${at} ${value('SUMMARY')}`];
  });
}

/** `20260323T000000Z` as `2026-03-23T00:00:00Z`. */
function dashed(instant: string): string {
  return instant.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
}
