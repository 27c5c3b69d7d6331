/**
 * COPY and MOVE of objects and of calendars. RFC 4918 section 9.8, RFC 4918 section 9.9, RFC 4791 section 5.3.2.1.
 */
import assert from 'node:assert/strict';
import { childrenOf, elementsOf, textOf } from '../../../src/formats/xml/element.ts';
import type { Exchange } from '../../support/answer.ts';
import { card, event, todo } from '../../support/builders.ts';
import type { Client, Headers } from '../../support/client.ts';
import { must, quirk, should } from '../../support/conformance.ts';
import { TEST_LIMITS } from '../../support/service.ts';
import { comp, finds } from '../rfc4791/queries.ts';

const MANNERS = ['COPY', 'MOVE'] as const;

function transfer(client: Client, manner: string, from: string, to: string, headers: Headers = {}): Exchange {
  return client.request(manner, from, { headers: { Destination: to, ...headers } });
}

/** Verifies that the collection holds exactly these objects. */
async function holds(client: Client, collection: string, names: readonly string[]): Promise<void> {
  await client
    .propfind(collection, '1', ['D:getetag'])
    .expectMembers([collection, ...names.map((name) => collection + name)]);
}

async function tokenOf(client: Client, collection: string): Promise<string> {
  const answer = await client.sync(collection, '').expect(207);
  return answer.multistatus().syncToken ?? '';
}

must(
  'RFC 4918 section 9.8',
  'COPY of an object to another calendar leaves both, byte by byte the same',
  async ({ alice }) => {
    const other = await alice.newCalendar('other');
    const body = event({ SUMMARY: 'Füße \u{1f463}', 'X-A;X-B=c': 'd' });
    const { etag } = await alice.put(`${alice.calendar}a.ics`, body).expect(201);
    await transfer(alice, 'COPY', `${alice.calendar}a.ics`, `${other}b.ics`).expect(201);
    await holds(alice, alice.calendar, ['a.ics']);
    await holds(alice, other, ['b.ics']);
    const copied = await alice.get(`${other}b.ics`).expect(200).expectHeader('ETag', etag);
    assert.equal(copied.text, body);
    await finds(alice, other, comp('VEVENT'), ['b']);
  },
);

must('RFC 4918 section 9.9', 'MOVE of an object to another calendar takes it from the first', async ({ alice }) => {
  const other = await alice.newCalendar('other');
  const body = event();
  const { etag } = await alice.put(`${alice.calendar}a.ics`, body).expect(201);
  await transfer(alice, 'MOVE', `${alice.calendar}a.ics`, `${other}a.ics`).expect(201);
  await holds(alice, alice.calendar, []);
  await holds(alice, other, ['a.ics']);
  await alice.get(`${other}a.ics`).expectHeader('ETag', etag).expectText(body);
  await alice.put(`${alice.calendar}again.ics`, body).expect(201);
});

must('RFC 4918 section 9.9', 'MOVE within a calendar renames', async ({ alice }) => {
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  await transfer(alice, 'MOVE', `${alice.calendar}a.ics`, `${alice.calendar}ein%20Tag.ics`).expect(201);
  await holds(alice, alice.calendar, ['ein Tag.ics']);
});

must('RFC 4791 section 5.3.2.1', 'COPY within a calendar would double the UID: no-uid-conflict', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  const answer = await transfer(alice, 'COPY', path, `${alice.calendar}b.ics`).expectPrecondition(
    'C:no-uid-conflict',
    409,
  );
  const hrefs = elementsOf(answer.xml()).flatMap((condition) => childrenOf(condition, '{DAV:}href').map(textOf));
  assert.deepEqual(hrefs, [path]);
  await holds(alice, alice.calendar, ['a.ics']);
});

must(
  'RFC 4791 section 5.3.2.1',
  'a UID that the destination has already is refused, with its href',
  async ({ alice }) => {
    const other = await alice.newCalendar('other');
    await alice.put(`${alice.calendar}a.ics`, event({ UID: 'same' })).expect(201);
    await alice.put(`${other}b.ics`, event({ UID: 'same', SUMMARY: 'There first' })).expect(201);
    for (const manner of MANNERS) {
      const answer = await transfer(alice, manner, `${alice.calendar}a.ics`, `${other}a.ics`).expectPrecondition(
        'C:no-uid-conflict',
        409,
      );
      const hrefs = elementsOf(answer.xml()).flatMap((condition) => childrenOf(condition, '{DAV:}href').map(textOf));
      assert.deepEqual(hrefs, [`${other}b.ics`]);
    }
    await holds(alice, alice.calendar, ['a.ics']);
    await holds(alice, other, ['b.ics']);
    // Onto that very object it is a replacement: RFC 4918 section 9.8.4.
    await transfer(alice, 'MOVE', `${alice.calendar}a.ics`, `${other}b.ics`).expect(204);
    await alice.get(`${other}b.ics`).expectText('Meeting');
  },
);

must('RFC 4918 section 10.6', 'Overwrite: F keeps what is there, T and nothing replace it', async ({ alice }) => {
  const other = await alice.newCalendar('other');
  const [from, to] = [`${alice.calendar}a.ics`, `${other}b.ics`];
  await alice.put(from, event({ SUMMARY: 'New' })).expect(201);
  for (const manner of MANNERS) {
    await alice.put(to, event({ SUMMARY: 'Old' })).expect(201);
    await transfer(alice, manner, from, to, { Overwrite: 'F' }).expect(412);
    await alice.get(to).expectText('SUMMARY:Old');
    await alice.get(from).expect(200);
    await transfer(alice, manner, from, to, manner === 'COPY' ? { Overwrite: 'T' } : {}).expect(204);
    await alice.get(to).expectText('SUMMARY:New');
    await alice.get(from).expect(manner === 'COPY' ? 200 : 404);
    await alice.delete(to).expect(204);
  }
});

must(
  'RFC 4918 section 10.6',
  'Overwrite: F to a free name goes through; another value is refused',
  async ({ alice }) => {
    const other = await alice.newCalendar('other');
    await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
    await transfer(alice, 'COPY', `${alice.calendar}a.ics`, `${other}a.ics`, { Overwrite: 'maybe' }).expect(400);
    await transfer(alice, 'COPY', `${alice.calendar}a.ics`, `${other}a.ics`, { Overwrite: 'F' }).expect(201);
  },
);

must(
  'RFC 4791 section 5.3.2.1',
  'what the destination does not hold is refused, and nothing moves',
  async ({ alice }) => {
    const tasks = `${alice.calendars}tasks/`;
    await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
    await alice.put(`${tasks}t.ics`, todo()).expect(201);
    await alice.put(`${alice.addressbook}c.vcf`, card()).expect(201);
    for (const manner of MANNERS) {
      const condition = 'C:supported-calendar-component';
      await transfer(alice, manner, `${alice.calendar}a.ics`, `${tasks}a.ics`).expectPrecondition(condition, 403);
      await transfer(alice, manner, `${tasks}t.ics`, `${alice.calendar}t.ics`).expectPrecondition(condition, 403);
      await transfer(alice, manner, `${alice.addressbook}c.vcf`, `${alice.calendar}c.ics`).expect(403);
      await transfer(alice, manner, `${alice.calendar}a.ics`, `${alice.addressbook}a.vcf`).expect(403);
      await transfer(alice, manner, `${alice.calendar}a.ics`, `${alice.calendars}inbox/a.ics`).expect(403);
      await transfer(alice, manner, `${alice.calendar}a.ics`, `${alice.calendars}a.ics`).expect(403);
    }
    await holds(alice, alice.calendar, ['a.ics']);
    await holds(alice, tasks, ['t.ics']);
    await holds(alice, alice.addressbook, ['c.vcf']);
  },
);

must(
  'RFC 4918 section 9.8.5',
  'to itself 403, to another host 502, without a collection around it 409',
  async ({ alice, service }) => {
    const path = `${alice.calendar}a.ics`;
    await alice.put(path, event()).expect(201);
    for (const manner of MANNERS) {
      await transfer(alice, manner, path, path).expect(403);
      await transfer(alice, manner, path, `${service.origin}${path}`).expect(403);
      await transfer(alice, manner, path, path.replace('@', '%40')).expect(403);
      await transfer(alice, manner, path, `https://elsewhere.example.org${path}b`).expect(502);
      await transfer(alice, manner, path, `${alice.calendars}missing/a.ics`).expect(409);
      await transfer(alice, manner, path, '/nowhere/a.ics').expect(409);
    }
    await holds(alice, alice.calendar, ['a.ics']);
  },
);

must('RFC 4918 section 10.3', 'a Destination is there, and can be read', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  for (const to of [undefined, '', 'a.ics', 'https://', '/calendars/%zz/', 'https://[::1/a']) {
    await alice.request('COPY', path, { headers: { Destination: to } }).expect(400);
  }
});

should('RFC 4918 section 10.3', 'a Destination may be a whole URL of this service', async ({ alice, service }) => {
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  await transfer(alice, 'MOVE', `${alice.calendar}a.ics`, `${service.origin}${alice.calendar}b.ics`).expect(201);
  await holds(alice, alice.calendar, ['b.ics']);
});

must(
  'RFC 4918 section 9.8',
  'what is not there is 404; what is not one’s own is not there',
  async ({ alice, bob, carol }) => {
    await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
    await bob.put(`${bob.calendar}b.ics`, event()).expect(201);
    await carol.put(`${carol.calendar}c.ics`, event()).expect(201);
    for (const manner of MANNERS) {
      await transfer(alice, manner, `${alice.calendar}none.ics`, `${alice.calendar}b.ics`).expect(404);
      await transfer(alice, manner, `${bob.calendar}b.ics`, `${alice.calendar}b.ics`).expect(404);
      await transfer(alice, manner, bob.calendar, `${alice.calendars}bob/`).expect(404);
      for (const other of [bob, carol]) {
        await transfer(alice, manner, `${alice.calendar}a.ics`, `${other.calendar}a.ics`).expect(409);
        await transfer(alice, manner, `${alice.calendar}a.ics`, `${other.calendar}b.ics`).expect(409);
        await transfer(alice, manner, `${alice.calendars}tasks/`, `${other.calendars}mine/`).expect(409);
      }
    }
    await holds(alice, alice.calendar, ['a.ics']);
    await holds(bob, bob.calendar, ['b.ics']);
    await holds(carol, carol.calendar, ['c.ics']);
  },
);

must('RFC 6578 section 3.5', 'both collections tell of a move, and of a copy its destination', async ({ alice }) => {
  const other = await alice.newCalendar('other');
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  let [here, there] = [await tokenOf(alice, alice.calendar), await tokenOf(alice, other)];
  await transfer(alice, 'COPY', path, `${other}a.ics`).expect(201);
  await alice.sync(alice.calendar, here).expectMembers([]);
  await alice.sync(other, there).expectProperties(`${other}a.ics`, { 'D:getetag': true });
  await alice.delete(`${other}a.ics`).expect(204);
  [here, there] = [await tokenOf(alice, alice.calendar), await tokenOf(alice, other)];
  await transfer(alice, 'MOVE', path, `${other}b.ics`).expect(201);
  const left = await alice.sync(alice.calendar, here).expectMembers([path]);
  assert.equal(left.multistatus().at(path).status, 404);
  await alice
    .sync(other, there)
    .expectMembers([`${other}b.ics`])
    .expectProperties(`${other}b.ics`, { 'D:getetag': true });
});

must('RFC 9110 section 13.1.1', 'If-Match is about the source', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  const { etag } = await alice.put(path, event()).expect(201);
  await transfer(alice, 'MOVE', path, `${alice.calendar}b.ics`, { 'If-Match': '"other"' }).expect(412);
  await transfer(alice, 'MOVE', path, `${alice.calendar}b.ics`, { 'If-Match': etag }).expect(201);
});

must('RFC 4918 section 9.8.2', 'dead properties go with the object', async ({ alice }) => {
  const other = await alice.newCalendar('other');
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  await alice.proppatch(`${alice.calendar}a.ics`, { set: { 'X:mood': 'good' } }).expect(207);
  await transfer(alice, 'COPY', `${alice.calendar}a.ics`, `${other}a.ics`).expect(201);
  await alice.propfind(`${other}a.ics`, '0', ['X:mood']).expectProperties(`${other}a.ics`, { 'X:mood': 'good' });
  await transfer(alice, 'MOVE', `${other}a.ics`, `${other}b.ics`).expect(201);
  await alice.propfind(`${other}b.ics`, '0', ['X:mood']).expectProperties(`${other}b.ics`, { 'X:mood': 'good' });
});

must('RFC 4918 section 9.9.2', 'MOVE of a calendar renames it, with everything in it', async ({ alice }) => {
  const set = { 'D:displayname': 'Work', 'C:calendar-description': 'Days' };
  const from = await alice.newCalendar('work', set);
  const to = `${alice.calendars}B%C3%BCro/`;
  const { etag } = await alice.put(`${from}a.ics`, event()).expect(201);
  const home = await tokenOf(alice, alice.calendars);
  await transfer(alice, 'MOVE', from, to).expect(201);
  await alice.propfind(from, '0').expect(404);
  await alice.get(`${from}a.ics`).expect(404);
  await alice.get(`${to}a.ics`).expectHeader('ETag', etag);
  await alice
    .propfind(to, '0', [...Object.keys(set), 'D:resourcetype'])
    .expectProperties(to, { ...set, 'D:resourcetype': ['D:collection', 'C:calendar'] });
  await finds(alice, to, comp('VEVENT'), ['a']);
  const changes = await alice.sync(alice.calendars, home, { properties: ['D:resourcetype'] }).expectMembers([from, to]);
  assert.equal(changes.multistatus().at(from).status, 404);
  await alice.mkcalendar(from).expect(201);
  await holds(alice, from, []);
});

must(
  'RFC 4918 section 9.8.3',
  'COPY of a calendar copies everything in it; Depth 0 only the calendar',
  async ({ alice }) => {
    const set = { 'D:displayname': 'Work' };
    const from = await alice.newCalendar('work', set);
    await alice.put(`${from}a.ics`, event()).expect(201);
    await alice.put(`${from}ein%20Tag.ics`, event()).expect(201);
    const [all, bare] = [`${alice.calendars}all/`, `${alice.calendars}bare/`];
    await transfer(alice, 'COPY', from, all).expect(201);
    await transfer(alice, 'COPY', from, bare, { Depth: '0' }).expect(201);
    await transfer(alice, 'COPY', from, `${alice.calendars}one/`, { Depth: '1' }).expect(400);
    await transfer(alice, 'MOVE', from, `${alice.calendars}one/`, { Depth: '0' }).expect(400);
    await holds(alice, from, ['a.ics', 'ein Tag.ics']);
    await holds(alice, all, ['a.ics', 'ein Tag.ics']);
    await holds(alice, bare, []);
    for (const path of [all, bare]) await alice.propfind(path, '0', Object.keys(set)).expectProperties(path, set);
    assert.equal((await alice.get(`${all}a.ics`)).etag, (await alice.get(`${from}a.ics`)).etag);
  },
);

must('RFC 4918 section 9.8.5', 'a home that is full takes no copy more: 507', async ({ alice }) => {
  let status = 0;
  for (let i = 0; status !== 507 && i <= TEST_LIMITS.collections; i++) {
    ({ status } = await transfer(alice, 'COPY', alice.calendar, `${alice.calendars}copy${i}/`).expect(201, 507));
  }
  assert.equal(status, 507);
  // Another name, or another in the place of one, makes no more of them.
  await transfer(alice, 'MOVE', `${alice.calendars}copy0/`, `${alice.calendars}moved/`).expect(201);
  await transfer(alice, 'COPY', alice.calendar, `${alice.calendars}moved/`).expect(204);
});

must('RFC 4918 section 9.9.3', 'a calendar is replaced only with Overwrite, and then as a whole', async ({ alice }) => {
  const [from, to] = [await alice.newCalendar('from'), await alice.newCalendar('to')];
  await alice.put(`${from}a.ics`, event()).expect(201);
  await alice.put(`${to}b.ics`, event()).expect(201);
  for (const manner of MANNERS) await transfer(alice, manner, from, to, { Overwrite: 'F' }).expect(412);
  await holds(alice, to, ['b.ics']);
  await transfer(alice, 'COPY', from, to, { Overwrite: 'T' }).expect(204);
  await holds(alice, to, ['a.ics']);
  await transfer(alice, 'MOVE', from, to).expect(204);
  await holds(alice, to, ['a.ics']);
  await alice.propfind(from, '0').expect(404);
});

must('RFC 4918 section 9.8.5', 'a calendar goes nowhere but into the home', async ({ alice }) => {
  const from = await alice.newCalendar('from');
  await alice.put(`${from}a.ics`, event()).expect(201);
  await alice.put(`${alice.calendar}b.ics`, event()).expect(201);
  for (const manner of MANNERS) {
    await transfer(alice, manner, from, `${alice.calendar}inner/`).expect(403);
    await transfer(alice, manner, from, `${from}inner/`).expect(403, 409);
    await transfer(alice, manner, from, `${alice.addressbooks}from/`).expect(403);
    await transfer(alice, manner, from, `${alice.calendar}b.ics`).expect(403);
    await transfer(alice, manner, from, alice.calendars).expect(403);
    await transfer(alice, manner, from, `${alice.calendars}inbox/`).expect(403);
    await transfer(alice, manner, `${from}a.ics`, alice.calendar).expect(403);
    await transfer(alice, manner, `${alice.calendars}inbox/`, `${alice.calendars}mail/`).expect(403);
    await transfer(alice, manner, alice.calendars, `${alice.calendars}self/`).expect(403);
  }
  await holds(alice, from, ['a.ics']);
  await holds(alice, alice.calendar, ['b.ics']);
});

quirk('Q-9-9', 'the default address book stays where it is, also when it is moved', async ({ alice }) => {
  await alice.put(`${alice.addressbook}a.vcf`, card()).expect(201);
  await transfer(alice, 'MOVE', alice.addressbook, `${alice.addressbooks}moved/`).expect(403);
  const other = await alice.newAddressbook('other');
  await transfer(alice, 'MOVE', other, alice.addressbook).expect(403);
  await holds(alice, alice.addressbook, ['a.vcf']);
  await transfer(alice, 'COPY', alice.addressbook, `${alice.addressbooks}copy/`).expect(201);
  await holds(alice, `${alice.addressbooks}copy/`, ['a.vcf']);
});
