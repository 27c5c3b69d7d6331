/**
 * Adding, updating and removing managed attachments. RFC 8607 section 3.
 */
import assert from 'node:assert/strict';
import { calendarOf, component, newUid, todo } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { lockToken } from '../../support/client.ts';
import { hostile, may, must, should } from '../../support/conformance.ts';
import { TEST_LIMITS } from '../../support/service.ts';
import { add, attaches, attachesIn, attachOf, newEvent, post } from './attaching.ts';

const SERIES = { RRULE: 'FREQ=DAILY;COUNT=10' };

must('RFC 8607 section 3.2', 'the DAV header of a home names calendar-managed-attachments', async ({ alice }) => {
  for (const path of [alice.calendars, alice.calendar]) {
    await alice.options(path).expectHeader('DAV', /(^|, )calendar-managed-attachments(,|$)/);
  }
  const path = await newEvent(alice);
  await alice.options(path).expectHeader('Allow', /\bPOST\b/);
});

must(
  'RFC 8607 section 3.4',
  'an attachment is added: stored, named in the object, and told by Cal-Managed-ID',
  async ({ alice, service }) => {
    const path = await newEvent(alice);
    const before = await alice.get(path).expect(200);
    const headers = {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Disposition': 'attachment;filename=agenda.html',
    };
    const answer = await post(alice, path, 'add', '<h1>Agenda</h1>', headers).expect(201).expectText(/^$/);
    const attach = await attachOf(alice, path);
    assert.equal(attach.id, answer.headers['cal-managed-id']);
    assert.deepEqual([attach.type, attach.size, attach.name], ['text/html', '15', 'agenda.html']);
    assert.equal(new URL(attach.url).origin, service.origin);
    assert.equal(answer.headers.location, attach.url);
    const after = await alice.get(path).expect(200);
    assert.notEqual(after.etag, before.etag);
    assert.equal(after.etag, answer.etag);
    const got = await alice.get(attach.path).expect(200).expectText('<h1>Agenda</h1>');
    assert.equal(got.headers['content-type'], 'text/html; charset=utf-8');
  },
);

should(
  'RFC 8607 section 3.1',
  'who prefers the representation gets the object with its new entity tag',
  async ({ alice }) => {
    const path = await newEvent(alice);
    const prefer = { Prefer: 'return=representation' };
    const added = await post(alice, path, 'add', 'one', prefer)
      .expect(201)
      .expectHeader('Preference-Applied', 'return=representation');
    const [attach] = attachesIn(added.text);
    assert.equal(attach?.id, added.headers['cal-managed-id']);
    assert.equal(added.headers['content-location'], path);
    assert.equal((await alice.get(path).expect(200).expectText(added.text)).etag, added.etag);
    const updated = await post(alice, path, `update&managed-id=${attach?.id}`, 'two', prefer).expect(200);
    const [now] = attachesIn(updated.text);
    assert.equal(now?.id, updated.headers['cal-managed-id']);
    const removed = await post(alice, path, `remove&managed-id=${now?.id}`, undefined, prefer).expect(200);
    assert.deepEqual(attachesIn(removed.text), []);
    assert.equal(removed.headers['cal-managed-id'], undefined);
    await alice.get(path).expectHeader('ETag', removed.etag);
  },
);

must(
  'RFC 8607 section 3.4',
  'without rid all instances get it; with rid only those, and one without a component gets one',
  async ({ alice }) => {
    const path = await newEvent(alice, SERIES);
    const shared = await add(alice, path);
    const answer = await post(alice, path, 'add&rid=20260704T100000Z', 'for that day').expect(201);
    const own = answer.headers['cal-managed-id'];
    const all = await attaches(alice, path);
    assert.deepEqual(
      all.map(({ rid, id }) => [rid, id]),
      [
        ['M', shared],
        ['20260704T100000Z', shared],
        ['20260704T100000Z', own],
      ],
    );
    const { text } = await alice.get(path);
    assert.match(text, /BEGIN:VEVENT\r\n(?:(?!END)[^\r]*\r\n)*DTSTART:20260704T100000Z\r\n/);
    assert.match(text, /DTEND:20260704T110000Z/);
    assert.equal(text.split('RRULE').length, 2);
    const both = (await post(alice, path, 'add&rid=m,20260704T100000Z', 'for two').expect(201)).headers[
      'cal-managed-id'
    ];
    const rids = (await attaches(alice, path)).filter(({ id }) => id === both).map(({ rid }) => rid);
    assert.deepEqual(rids, ['M', '20260704T100000Z']);
    const every = await add(alice, path, 'for all');
    assert.equal((await attaches(alice, path)).filter(({ id }) => id === every).length, 2);
  },
);

must(
  'RFC 8607 section 3.3.2',
  'a rid is what RECURRENCE-ID says or would say: in a time zone, as a date, of a to-do',
  async ({ alice }) => {
    const zoned = await newEvent(alice, {
      ...{ ...SERIES, DTSTART: undefined, DTEND: undefined },
      'DTSTART;TZID=America/Montreal': '20261020T160000',
      'DTEND;TZID=America/Montreal': '20261020T173000',
    });
    await post(alice, zoned, 'add&rid=20261022T160000', 'x').expect(201);
    const zonedText = (await alice.get(zoned)).text;
    assert.match(zonedText, /\r\nRECURRENCE-ID;TZID=America\/Montreal:20261022T160000\r\n/);
    assert.match(zonedText, /\r\nDTEND;TZID=America\/Montreal:20261022T173000\r\n/);
    await post(alice, zoned, 'add&rid=20261022T200000Z', 'x').expectPrecondition('C:valid-rid', 403);
    const days = await newEvent(alice, { ...SERIES, 'DTSTART;VALUE=DATE': '20260702', DTSTART: undefined });
    await post(alice, days, 'add&rid=20260703', 'x').expect(201);
    assert.match((await alice.get(days)).text, /\r\nRECURRENCE-ID;VALUE=DATE:20260703\r\n/);
    const due = `${await alice.newCalendar('work')}due.ics`;
    await alice
      .put(due, todo({ DTSTART: '20260702T100000Z', DUE: '20260702T120000Z', RRULE: 'FREQ=WEEKLY' }))
      .expect(201);
    await post(alice, due, 'add&rid=20260709T100000Z', 'x').expect(201);
    assert.match((await alice.get(due)).text, /\r\nDUE:20260709T120000Z\r\n/);
  },
);

must(
  'RFC 8607 section 3.11',
  'valid-rid: no instance, one twice, a master that is not there, an update',
  async ({ alice }) => {
    const path = await newEvent(alice, SERIES);
    const id = await add(alice, path);
    for (const rid of [
      '',
      '20260702T103000Z',
      '20260720T100000Z',
      '20260704T100000',
      '20260704',
      'M,m',
      'M,',
      'x',
      '20260704T100000Z,20260704T100000Z',
    ]) {
      await post(alice, path, `add&rid=${encodeURIComponent(rid)}`, 'x').expectPrecondition('C:valid-rid', 403);
    }
    await post(alice, path, 'add&rid=M&rid=M', 'x').expectPrecondition('C:valid-rid', 403);
    await post(alice, path, `update&managed-id=${id}&rid=M`, 'x').expectPrecondition('C:valid-rid', 403);
    await post(alice, path, `remove&managed-id=${id}&rid=20260720T100000Z`).expectPrecondition('C:valid-rid', 403);
    const single = `${alice.calendar}single.ics`;
    const lines = {
      UID: newUid(),
      DTSTAMP: '20260701T080000Z',
      DTSTART: '20260702T100000Z',
      'RECURRENCE-ID': '20260702T100000Z',
    };
    await alice.put(single, calendarOf(component('VEVENT', lines))).expect(201);
    await post(alice, single, 'add&rid=M', 'x').expectPrecondition('C:valid-rid', 403);
    await post(alice, single, 'add&rid=20260702T100000Z', 'x').expect(201);
    assert.equal((await attaches(alice, path)).length, 1);
  },
);

must(
  'RFC 8607 section 3.5',
  'an update changes the MANAGED-ID, the bytes and what is said of them, wherever the object has it',
  async ({ alice }) => {
    const path = await newEvent(alice, SERIES);
    const named = { 'Content-Disposition': 'attachment; filename="a.txt"' };
    const before = await add(alice, path, 'first', named);
    await post(alice, path, `add&rid=20260704T100000Z`, 'another').expect(201);
    const old = (await attaches(alice, path)).find(({ id }) => id === before)!;
    const answer = await post(alice, path, `update&managed-id=${before}`, 'second!', {
      'Content-Type': 'image/png',
    }).expect(204);
    const id = answer.headers['cal-managed-id'];
    assert.notEqual(id, before);
    const all = await attaches(alice, path);
    const updated = all.filter((one) => one.id === id);
    assert.deepEqual(
      updated.map(({ rid, type, size, name }) => [rid, type, size, name]),
      [
        ['M', 'image/png', '7', 'a.txt'],
        ['20260704T100000Z', 'image/png', '7', 'a.txt'],
      ],
    );
    assert.equal(all.length, 3);
    await alice.get(updated[0]!.path).expect(200).expectText('second!');
    await alice.get(old.path).expect(404);
    const renamed = { 'Content-Disposition': 'attachment; filename=b.txt' };
    await post(alice, path, `update&managed-id=${id}`, 'third', renamed).expect(204);
    assert.equal((await attaches(alice, path))[0]?.name, 'b.txt');
  },
);

must(
  'RFC 8607 section 3.6',
  'a removal takes it from all instances, or from those that are named',
  async ({ alice }) => {
    const path = await newEvent(alice, SERIES);
    const one = await add(alice, path, 'one');
    const two = await add(alice, path, 'two');
    const where = async () =>
      (await attaches(alice, path)).map(({ rid, id }) => `${rid} ${id === one ? 'one' : 'two'}`);
    await post(alice, path, `remove&managed-id=${one}&rid=20260705T100000Z`).expect(204);
    assert.deepEqual(await where(), ['M one', 'M two', '20260705T100000Z two']);
    await post(alice, path, `remove&managed-id=${one}&rid=20260705T100000Z`).expectPrecondition(
      'C:valid-managed-id',
      403,
    );
    await post(alice, path, `remove&managed-id=${two}`).expect(204);
    assert.deepEqual(await where(), ['M one']);
    const { path: url } = (await attaches(alice, path))[0]!;
    await post(alice, path, `remove&managed-id=${one}&rid=M`).expect(204);
    assert.deepEqual(await where(), []);
    await alice.get(url).expect(404);
  },
);

must(
  'RFC 8607 section 3.11',
  'valid-managed-id: none, one too many, and one that the object does not have',
  async ({ alice }) => {
    const [path, other] = [await newEvent(alice), await newEvent(alice)];
    const id = await add(alice, path);
    await post(alice, path, `add&managed-id=${id}`, 'x').expectPrecondition('C:valid-managed-id', 403);
    for (const action of ['update', 'remove']) {
      for (const query of ['', '&managed-id=', '&managed-id=unknown', `&managed-id=${id}&managed-id=${id}`]) {
        await post(alice, path, action + query, 'x').expectPrecondition('C:valid-managed-id', 403);
      }
      await post(alice, other, `${action}&managed-id=${id}`, 'x').expectPrecondition('C:valid-managed-id', 403);
    }
    await alice.get((await attachOf(alice, path)).path).expect(200);
  },
);

must('RFC 8607 section 3.11', 'valid-action: one of three words, once', async ({ alice }) => {
  const path = await newEvent(alice);
  for (const query of [
    '',
    '?',
    '?action=',
    '?action=attachment-move',
    '?action=attachment-add&action=attachment-add',
    '?Action=attachment-add',
  ]) {
    await alice.request('POST', path + query, { body: 'x' }).expectPrecondition('C:valid-action', 403);
  }
});

must('RFC 8607 section 3.11', 'max-attachment-size, and what is exactly as large is taken', async ({ alice }) => {
  const path = await newEvent(alice);
  const most = 'x'.repeat(TEST_LIMITS.attachment);
  await post(alice, path, 'add', `${most}x`).expectPrecondition('C:max-attachment-size', 403);
  assert.deepEqual(await attaches(alice, path), []);
  const id = await add(alice, path, most);
  await post(alice, path, `update&managed-id=${id}`, `${most}x`).expectPrecondition('C:max-attachment-size', 403);
  const { path: url, size } = await attachOf(alice, path);
  assert.equal(size, String(most.length));
  await alice.get(url).expect(200).expectText(most);
});

must('RFC 8607 section 3.11', 'max-attachments-per-resource counts across all instances', async ({ alice }) => {
  const path = await newEvent(alice, SERIES);
  for (let at = 0; at < TEST_LIMITS.attachments; at += 1) {
    await post(alice, path, at % 2 === 0 ? 'add' : `add&rid=2026070${at + 3}T100000Z`, `number ${at}`).expect(201);
  }
  await post(alice, path, 'add', 'one more').expectPrecondition('C:max-attachments-per-resource', 403);
  const [first] = await attaches(alice, path);
  await post(alice, path, `update&managed-id=${first?.id}`, 'as many').expect(204);
});

must(
  'RFC 8607 section 3.11',
  'what a PUT of the object would violate the POST violates',
  async ({ alice, service }) => {
    const path = await newEvent(alice, { DESCRIPTION: 'x'.repeat(TEST_LIMITS.calendarObject - 600) });
    const name = { 'Content-Disposition': `attachment; filename=${'n'.repeat(180)}.txt` };
    let answer = await post(alice, path, 'add', 'x', name);
    for (let at = 0; answer.status === 201 && at < 3; at += 1) answer = await post(alice, path, 'add', 'x', name);
    assert.match(answer.text, /max-resource-size/);
    if (service.quota === undefined) return;
    const other = await newEvent(alice);
    await service.quota(alice.address, 250_000);
    await post(alice, other, 'add', 'x'.repeat(100_000)).expectPrecondition('D:quota-not-exceeded', 507);
    assert.deepEqual(await attaches(alice, other), []);
  },
);

may(
  'RFC 8607 section 3.12.1',
  'attachments count for the quota, once for all objects that use them, and not when none does',
  async ({ alice }) => {
    const used = async () => {
      const answer = await alice.propfind(alice.calendars, '0', ['D:quota-used-bytes']).expect(207);
      return Number(answer.multistatus().value(alice.calendars, '{DAV:}quota-used-bytes'));
    };
    const path = await newEvent(alice);
    const before = await used();
    const id = await add(alice, path, 'x'.repeat(50_000));
    const grown = (await used()) - before;
    assert.ok(grown > 50_000 && grown < 51_000, `${grown}`);
    await alice.copy(path, `${await alice.newCalendar('other')}copy.ics`).expect(201);
    assert.ok((await used()) - before < 52_000);
    await post(alice, path, `remove&managed-id=${id}`).expect(204);
    assert.ok((await used()) - before > 50_000);
    await alice.delete(`${alice.calendars}other/`).expect(204);
    assert.ok((await used()) - before < 1_000);
  },
);

must('RFC 8607 section 3.11', 'conditions and locks are about the object', async ({ alice }) => {
  const path = await newEvent(alice);
  const { etag } = await alice.get(path);
  await post(alice, path, 'add', 'x', { 'If-Match': '"other"' }).expect(412);
  await post(alice, path, 'add', 'x', { 'If-None-Match': '*' }).expect(412);
  const id = (await post(alice, path, 'add', 'x', { 'If-Match': etag }).expect(201)).headers['cal-managed-id'];
  await post(alice, path, `remove&managed-id=${id}`, undefined, { 'If-Match': etag }).expect(412);
  const token = lockToken(await alice.lock(path).expect(200));
  await post(alice, path, 'add', 'x').expectPrecondition('D:lock-token-submitted', 423);
  await post(alice, path, `update&managed-id=${id}`, 'x').expectPrecondition('D:lock-token-submitted', 423);
  await post(alice, path, `remove&managed-id=${id}`).expectPrecondition('D:lock-token-submitted', 423);
  await post(alice, path, `remove&managed-id=${id}`, undefined, { If: `(<${token}>)` }).expect(204);
});

must(
  'RFC 8607 section 3.12.2',
  'who may not write the object adds, updates and removes nothing',
  async ({ alice, bob, carol, anonymous }) => {
    const path = await newEvent(alice);
    const id = await add(alice, path);
    const queries = ['add', `update&managed-id=${id}`, `remove&managed-id=${id}`];
    for (const query of queries) {
      await post(anonymous, path, query, 'x').expect(401);
      await post(bob, path, query, 'x').expect(404);
      await post(carol, path, query, 'x').expect(404);
    }
    await alice.acl(alice.calendar, [[bob.principal, 'D:read']]).expect(200);
    for (const query of queries) await post(bob, path, query, 'x').expectPrecondition('D:need-privileges', 403);
    await alice.acl(alice.calendar, [[bob.principal, 'D:read', 'D:write-content']]).expect(200);
    await post(bob, path, 'add', 'from bob').expect(201);
    assert.equal((await attaches(alice, path)).length, 2);
  },
);

must(
  'RFC 8607 section 3.12.2',
  'an attendee changes no attachments of what another organizes',
  async ({ alice, bob }) => {
    const people = (organizer: Client) => ({
      ORGANIZER: `mailto:${organizer.address}`,
      ATTENDEE: [`mailto:${alice.address}`, `mailto:${bob.address}`],
    });
    const invitation = await newEvent(alice, people(bob));
    await post(alice, invitation, 'add', 'x').expect(403);
    await post(alice, await newEvent(alice, people(alice)), 'add', 'x').expect(201);
  },
);

hostile('S22 of attachments added at once exactly as many stay as there may be', async ({ alice }) => {
  const path = await newEvent(alice);
  const tries = Array.from({ length: 10 }, (_, at) => post(alice, path, 'add', `number ${at}`));
  const answers = await Promise.all(tries);
  assert.equal(answers.filter(({ status }) => status === 201).length, TEST_LIMITS.attachments);
  const added = answers.flatMap(({ headers }) => headers['cal-managed-id'] ?? []);
  const all = await attaches(alice, path);
  assert.deepEqual(all.map(({ id }) => id).toSorted(), added.toSorted());
  for (const { path: url } of all) await alice.get(url).expect(200);
});
