/**
 * Two devices with the tsdav library against Davit as `npm start` runs it, over TLS: finding the collections, saving, changing, deleting,
 * syncing both ways, conflicts; and the same again after a restart and after a kill.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createDAVClient, type DAVAddressBook, type DAVCalendar, type DAVObject } from 'tsdav';
import { card, event, todo } from '../support/builders.ts';
import { type Household, household, type RunningDavit, startDavit } from '../support/program.ts';

const ADDRESS = 'alice@example.com';

type Client = Awaited<ReturnType<typeof createDAVClient>>;

/** One device: what it had of the default calendar and address book after its last sync. */
interface Device {
  readonly caldav: Client;
  readonly carddav: Client;
  calendar: DAVCalendar;
  addressBook: DAVAddressBook;
}

describe('two devices with tsdav', () => {
  const believed = getCACertificates('default');
  let home: Household;
  let service: RunningDavit;
  let phone: Device;
  let desktop: Device;

  before(async () => {
    home = await household('tsdav', ADDRESS);
    service = await startDavit({ data: home.data });
    setDefaultCACertificates([...believed, readFileSync(service.certificate, 'utf8')]);
    phone = await newDevice();
    desktop = await newDevice();
  });
  after(async () => {
    setDefaultCACertificates(believed);
    await service?.stop();
    home?.remove();
  });

  function connected(defaultAccountType: 'caldav' | 'carddav', serverUrl = service.origin): Promise<Client> {
    const credentials = { username: ADDRESS, password: home.password };
    return createDAVClient({ serverUrl, credentials, authMethod: 'Basic', defaultAccountType });
  }

  async function newDevice(): Promise<Device> {
    const caldav = await connected('caldav');
    const carddav = await connected('carddav');
    const calendar = (await caldav.fetchCalendars()).find(({ url }) => url.endsWith('/default/'));
    const addressBook = (await carddav.fetchAddressBooks()).find(({ url }) => url.endsWith('/default/'));
    assert.ok(calendar !== undefined && addressBook !== undefined);
    return {
      caldav,
      carddav,
      calendar: { ...calendar, objects: await caldav.fetchCalendarObjects({ calendar }) },
      addressBook: { ...addressBook, objects: await carddav.fetchVCards({ addressBook }) },
    };
  }

  async function sync(device: Device): Promise<void> {
    const { caldav, carddav, calendar, addressBook } = device;
    const method = 'webdav';
    device.calendar = await caldav.smartCollectionSync({
      collection: { ...calendar, objectMultiGet: caldav.calendarMultiGet },
      method,
    });
    device.addressBook = await carddav.smartCollectionSync({
      collection: { ...addressBook, objectMultiGet: carddav.addressBookMultiGet },
      method,
    });
  }

  /** What a device has under that name. */
  function has(collection: DAVCalendar | DAVAddressBook, name: string): DAVObject | undefined {
    return collection.objects?.find(({ url }) => url.endsWith(`/${name}`));
  }

  function known(collection: DAVCalendar | DAVAddressBook, name: string): DAVObject {
    const object = has(collection, name);
    assert.ok(object !== undefined, `the device has ${name}`);
    return object;
  }

  test('the collections are found from the address of the service alone', async () => {
    for (const start of [service.origin, `${service.origin}/`, `${service.origin}/calendars/${ADDRESS}/`]) {
      const calendars = await (await connected('caldav', start)).fetchCalendars();
      assert.deepEqual(
        calendars.map(({ url, components }) => [new URL(url).pathname, components]),
        [
          [`/calendars/${ADDRESS}/default/`, ['VEVENT']],
          [`/calendars/${ADDRESS}/tasks/`, ['VTODO']],
        ],
        `from ${start}`,
      );
    }
    const books = await (await connected('carddav')).fetchAddressBooks();
    assert.deepEqual(
      books.map(({ url, displayName }) => [new URL(url).pathname, displayName]),
      [[`/addressbooks/${ADDRESS}/default/`, 'Contacts']],
    );
  });

  test('a calendar that one device makes is there for the other, and takes to-dos', async () => {
    const url = `${service.origin}/calendars/${ADDRESS}/garden/`;
    const [made] = await phone.caldav.makeCalendar({ url, props: { 'd:displayname': 'Garden' } });
    assert.equal(made?.status, 201);
    const garden = (await desktop.caldav.fetchCalendars()).find(({ displayName }) => displayName === 'Garden');
    assert.equal(garden?.url, url);
    const iCalString = todo({ SUMMARY: 'Water the tomatoes' });
    const { status } = await desktop.caldav.createCalendarObject({ calendar: garden, iCalString, filename: 't.ics' });
    assert.equal(status, 201);
  });

  /** Saving, changing and deleting, in both directions, and a conflict. */
  async function backAndForth(round: string): Promise<void> {
    const [meeting, person] = [`meeting-${round}.ics`, `person-${round}.vcf`];
    const uid = `meeting-${round}@example.com`;
    const at = (SUMMARY: string): string => event({ UID: uid, SUMMARY });
    const named = (FN: string): string => card({ UID: `person-${round}`, FN });

    // The phone saves, the desktop gets the same.
    const { calendar, addressBook } = phone;
    const iCalString = at('Lunch');
    const saved = [
      await phone.caldav.createCalendarObject({ calendar, iCalString, filename: meeting }),
      await phone.carddav.createVCard({ addressBook, vCardString: named('Ada'), filename: person }),
    ];
    assert.deepEqual(
      saved.map(({ status }) => status),
      [201, 201],
    );
    await sync(desktop);
    assert.equal(known(desktop.calendar, meeting).data, iCalString.trim(), 'the library trims what it reads');
    assert.equal(known(desktop.calendar, meeting).etag, saved[0]?.headers.get('etag'));
    assert.match(String(known(desktop.addressBook, person).data), /^FN:Ada\r$/m);

    // The desktop changes, the phone gets it.
    await sync(phone);
    const calendarObject = { ...known(desktop.calendar, meeting), data: at('A long lunch') };
    const vCard = { ...known(desktop.addressBook, person), data: named('Ada Lovelace') };
    assert.equal((await desktop.caldav.updateCalendarObject({ calendarObject })).status, 204);
    assert.equal((await desktop.carddav.updateVCard({ vCard })).status, 204);
    // The phone has not heard of that: its own change is refused, and nothing is lost.
    const late = { ...known(phone.calendar, meeting), data: at('No lunch') };
    assert.equal((await phone.caldav.updateCalendarObject({ calendarObject: late })).status, 412);
    assert.equal((await phone.caldav.deleteCalendarObject({ calendarObject: late })).status, 412);
    await sync(phone);
    assert.match(String(known(phone.calendar, meeting).data), /^SUMMARY:A long lunch\r$/m);
    assert.match(String(known(phone.addressBook, person).data), /^FN:Ada Lovelace\r$/m);
    // With what it has now it may.
    const { etag } = known(phone.calendar, meeting);
    assert.ok(etag !== undefined && etag !== late.etag);
    const settled = await phone.caldav.updateCalendarObject({ calendarObject: { ...late, etag } });
    assert.equal(settled.status, 204);

    // The phone deletes, it goes from the desktop.
    await sync(phone);
    const gone = [
      await phone.caldav.deleteCalendarObject({ calendarObject: known(phone.calendar, meeting) }),
      await phone.carddav.deleteVCard({ vCard: known(phone.addressBook, person) }),
    ];
    assert.deepEqual(
      gone.map(({ status }) => status),
      [204, 204],
    );
    await sync(desktop);
    assert.equal(has(desktop.calendar, meeting), undefined);
    assert.equal(has(desktop.addressBook, person), undefined);

    // Nothing new is nothing to fetch: the token does not move, the ctag neither.
    await sync(phone);
    const before = phone.calendar.syncToken;
    await sync(phone);
    assert.equal(phone.calendar.syncToken, before);
    assert.equal(phone.calendar.syncToken, desktop.calendar.syncToken);
    // What stays shows in the rounds after.
    await desktop.caldav.createCalendarObject({
      calendar: desktop.calendar,
      iCalString: event({ SUMMARY: `Kept from ${round}` }),
      filename: `kept-${round}.ics`,
    });
  }

  test('saving, changing, deleting, both ways, and a conflict', () => backAndForth('first'));

  test('the same after a restart, with the tokens and tags from before', async () => {
    assert.equal(await service.stop(), 0);
    service = await startDavit({ data: home.data, port: service.port });
    await backAndForth('restarted');
  });

  test('the same after a kill', async () => {
    await service.kill();
    service = await startDavit({ data: home.data, port: service.port });
    await backAndForth('killed');
    await sync(phone);
    const kept = phone.calendar.objects?.map(({ url }) => url.split('/').at(-1)).sort();
    assert.deepEqual(kept, ['kept-first.ics', 'kept-killed.ics', 'kept-restarted.ics']);
  });

  test('RFC 6578 section 3: a device that was away asks with its old token and gets the whole difference', async () => {
    await sync(desktop);
    const fresh = await newDevice();
    const names = (device: Device) => device.calendar.objects?.map(({ url, etag }) => `${url} ${etag}`).sort();
    assert.deepEqual(names(desktop), names(fresh));
  });
});
