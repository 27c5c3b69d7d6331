/**
 * Synchronisation of collections. RFC 6578.
 */
import assert from 'node:assert/strict';
import type { Answer } from '../../support/answer.ts';
import { card, event } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { may, must } from '../../support/conformance.ts';
import { clark, XMLNS } from '../../support/names.ts';

/** The token in an answer. */
function tokenIn(answer: Answer): string {
  const { syncToken } = answer.multistatus();
  assert.ok(syncToken !== undefined && syncToken !== '', 'the answer ends with a token');
  return syncToken;
}

async function tokenOf(client: Client, path: string): Promise<string> {
  const answer = await client.propfind(path, '0', ['D:sync-token']).expect(207);
  return answer.multistatus().value(path, clark('D:sync-token'));
}

must('RFC 6578 section 3.4', 'an empty token lists all members and nothing that was removed', async ({ alice }) => {
  for (const name of ['a', 'b', 'c']) await alice.put(`${alice.calendar}${name}.ics`, event()).expect(201);
  await alice.delete(`${alice.calendar}b.ics`).expect(204);
  await alice.sync(alice.calendar, '').expectMembers([`${alice.calendar}a.ics`, `${alice.calendar}c.ics`]);
});

must(
  'RFC 6578 section 4',
  'the sync-token property is a URI and the token that a report would give',
  async ({ alice }) => {
    await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
    const token = await tokenOf(alice, alice.calendar);
    assert.ok(URL.canParse(token), token);
    assert.equal(tokenIn(await alice.sync(alice.calendar, '')), token);
    await alice.sync(alice.calendar, token).expectMembers([]);
  },
);

must(
  'RFC 6578 section 3.5.1',
  'what is created or changed is reported once, with its properties and no status',
  async ({ alice }) => {
    const changed = event();
    await alice.put(`${alice.calendar}a.ics`, changed).expect(201);
    await alice.put(`${alice.calendar}b.ics`, event()).expect(201);
    const token = await tokenOf(alice, alice.calendar);
    await alice.put(`${alice.calendar}a.ics`, changed.replace('Meeting', 'Party')).expect(204);
    await alice.put(`${alice.calendar}a.ics`, changed.replace('Meeting', 'Ball')).expect(204);
    const { etag } = await alice.put(`${alice.calendar}c.ics`, event()).expect(201);
    const answer = await alice
      .sync(alice.calendar, token)
      .expectMembers([`${alice.calendar}a.ics`, `${alice.calendar}c.ics`]);
    const { at } = answer.multistatus();
    assert.equal(at(`${alice.calendar}c.ics`).status, undefined);
    assert.equal(answer.multistatus().value(`${alice.calendar}c.ics`, clark('D:getetag')), etag);
  },
);

must('RFC 6578 section 3.5.2', 'what is removed is reported with status 404 and no propstat', async ({ alice }) => {
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  const token = await tokenOf(alice, alice.calendar);
  await alice.delete(`${alice.calendar}a.ics`).expect(204);
  const answer = await alice.sync(alice.calendar, token).expectMembers([`${alice.calendar}a.ics`]);
  const { status, properties } = answer.multistatus().at(`${alice.calendar}a.ics`);
  assert.equal(status, 404);
  assert.equal(properties.size, 0);
});

must('RFC 6578 section 3.5.2', 'what came and went since the token is reported as removed', async ({ alice }) => {
  const token = await tokenOf(alice, alice.calendar);
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  await alice.delete(`${alice.calendar}a.ics`).expect(204);
  const answer = await alice.sync(alice.calendar, token).expectMembers([`${alice.calendar}a.ics`]);
  assert.equal(answer.multistatus().at(`${alice.calendar}a.ics`).status, 404);
});

must(
  'RFC 6578 section 3.5.1',
  'what was removed and made again under its name is reported as changed',
  async ({ alice }) => {
    await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
    const token = await tokenOf(alice, alice.calendar);
    await alice.delete(`${alice.calendar}a.ics`).expect(204);
    await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
    const answer = await alice.sync(alice.calendar, token).expectMembers([`${alice.calendar}a.ics`]);
    assert.equal(answer.multistatus().at(`${alice.calendar}a.ics`).status, undefined);
  },
);

must(
  'RFC 6578 section 3.2',
  'a token that is none of this collection is refused with valid-sync-token',
  async ({ alice, bob }) => {
    const refused = [
      'data:,bogus',
      'http://example.com/ns/sync/1',
      await tokenOf(alice, alice.addressbook),
      await tokenOf(bob, bob.calendar),
      (await tokenOf(alice, alice.calendar)).replace(/\d+$/, '999999'),
    ];
    for (const token of refused) await alice.sync(alice.calendar, token).expectPrecondition('D:valid-sync-token', 403);
  },
);

must(
  'RFC 6578 section 3.6',
  'a truncated answer says 507 for the collection, and its token leads on without loss',
  async ({ alice }) => {
    const names = ['a', 'b', 'c', 'd', 'e'].map((name) => `${alice.calendar}${name}.ics`);
    for (const path of names) await alice.put(path, event()).expect(201);
    const seen: string[] = [];
    let token = '';
    for (let round = 0; round < 3; round++) {
      const answer = await alice.sync(alice.calendar, token, { limit: 2 }).expect(207);
      const { responses } = answer.multistatus();
      const truncated = responses.get(alice.calendar);
      seen.push(...[...responses.keys()].filter((path) => path !== alice.calendar));
      if (round < 2) {
        assert.equal(truncated?.status, 507);
        assert.deepEqual(truncated?.conditions, [clark('D:number-of-matches-within-limits')]);
      } else assert.equal(truncated, undefined);
      token = tokenIn(answer);
    }
    assert.deepEqual(seen.sort(), names);
    await alice.sync(alice.calendar, token).expectMembers([]);
  },
);

must('RFC 6578 section 3.7', 'a limit that holds everything truncates nothing', async ({ alice }) => {
  const names = ['a', 'b'].map((name) => `${alice.calendar}${name}.ics`);
  for (const path of names) await alice.put(path, event()).expect(201);
  await alice.sync(alice.calendar, '', { limit: 2 }).expectMembers(names);
});

must('RFC 6578 section 3.2', 'properties that a member does not have come with status 404', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  await alice
    .sync(alice.calendar, '', { properties: ['D:getetag', 'X:nothing-of-the-kind'] })
    .expectProperties(path, { 'D:getetag': /^".+"$/, 'X:nothing-of-the-kind': undefined });
});

must('RFC 6578 section 3.2', 'address books synchronise in the same way', async ({ alice }) => {
  const path = `${alice.addressbook}a.vcf`;
  const token = await tokenOf(alice, alice.addressbook);
  await alice.put(path, card()).expect(201);
  const next = tokenIn(await alice.sync(alice.addressbook, token).expectMembers([path]));
  await alice.delete(path).expect(204);
  const answer = await alice.sync(alice.addressbook, next).expectMembers([path]);
  assert.equal(answer.multistatus().at(path).status, 404);
});

may('RFC 6578 section 3.2', 'a home synchronises: collections that come, change inside, or go', async ({ alice }) => {
  const token = await tokenOf(alice, alice.calendars);
  const calendar = await alice.newCalendar('work');
  const second = tokenIn(await alice.sync(alice.calendars, token).expectMembers([calendar]));
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  const third = tokenIn(await alice.sync(alice.calendars, second).expectMembers([alice.calendar]));
  await alice.delete(calendar).expect(204);
  const answer = await alice.sync(alice.calendars, third).expectMembers([calendar]);
  assert.equal(answer.multistatus().at(calendar).status, 404);
});

must('RFC 6578 section 3.2', 'a sync-level that is neither 1 nor infinite is refused with 400', async ({ alice }) => {
  const body = `<D:sync-collection ${XMLNS}><D:sync-token/><D:sync-level>2</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`;
  await alice.report(alice.calendar, body, '0').expect(400);
});

must(
  'apple/caldav-ctag section 4.1',
  'getctag changes when the sync-token changes, and only then',
  async ({ alice }) => {
    const both = async (): Promise<readonly string[]> => {
      const answer = await alice
        .propfind(alice.calendar, '0', ['CS:getctag', 'D:sync-token', 'S:sync-token'])
        .expect(207);
      const { value } = answer.multistatus();
      return ['CS:getctag', 'D:sync-token', 'S:sync-token'].map((name) => value(alice.calendar, clark(name)));
    };
    const before = await both();
    assert.deepEqual(await both(), before);
    await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
    const after = await both();
    for (const [i, token] of after.entries()) assert.notEqual(token, before[i]);
    assert.match(after[2]!, /^\d+$/);
  },
);

must(
  'RFC 6578 section 3.2',
  'a Depth of 1, which some clients send, means nothing; infinity is refused with 400',
  async ({ alice }) => {
    await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
    for (const depth of ['0', '1', undefined]) {
      await alice.sync(alice.calendar, '', { headers: { Depth: depth } }).expectMembers([`${alice.calendar}a.ics`]);
    }
    for (const depth of ['infinity', '2']) {
      await alice.sync(alice.calendar, '', { headers: { Depth: depth } }).expect(400);
    }
  },
);

must('RFC 6578 section 3.2', 'the report is listed on every collection that can be synchronised', async ({ alice }) => {
  for (const path of [alice.calendars, alice.calendar, alice.addressbooks, alice.addressbook, alice.files]) {
    const answer = await alice.propfind(path, '0', ['D:supported-report-set']).expect(207);
    assert.ok(answer.text.includes('sync-collection'), path);
  }
});

must('RFC 6578 section 4', 'allprop does not hold the sync-token', async ({ alice }) => {
  const answer = await alice.propfind(alice.calendar, '0').expect(207);
  assert.ok(!answer.multistatus().at(alice.calendar).properties.has(clark('D:sync-token')));
});

must('RFC 6578 section 3.2', 'files and folders in a folder synchronise together', async ({ alice }) => {
  const token = tokenIn(await alice.sync(alice.files, '').expectMembers([]));
  await alice.put(`${alice.files}a.txt`, 'a').expect(201);
  await alice.mkcol(`${alice.files}b/`).expect(201);
  const second = tokenIn(
    await alice.sync(alice.files, token).expectMembers([`${alice.files}a.txt`, `${alice.files}b/`]),
  );
  await alice.delete(`${alice.files}a.txt`).expect(204);
  await alice.delete(`${alice.files}b/`).expect(204);
  const answer = await alice.sync(alice.files, second).expectMembers([`${alice.files}a.txt`, `${alice.files}b/`]);
  for (const { status } of answer.multistatus().responses.values()) assert.equal(status, 404);
  await alice.mkcol(`${alice.files}a.txt/`).expect(201);
  const replaced = (await alice.sync(alice.files, second).expect(207)).multistatus();
  assert.equal(replaced.at(`${alice.files}a.txt/`).status, undefined);
  // Who takes both for the same would remove what is there.
  assert.deepEqual([...replaced.responses.keys()].sort(), [`${alice.files}a.txt/`, `${alice.files}b/`]);
  await alice.delete(`${alice.files}a.txt/`).expect(204);
  await alice.put(`${alice.files}b`, 'b').expect(201);
  const back = (await alice.sync(alice.files, second).expect(207)).multistatus();
  for (const gone of ['a.txt', 'a.txt/']) assert.equal(back.at(alice.files + gone).status, 404);
  assert.equal(back.at(`${alice.files}b`).status, undefined);
  assert.equal(back.responses.has(`${alice.files}b/`), false);
});

must('RFC 6578 section 5', 'a sync-token is a state token of its collection', async ({ alice }) => {
  const token = await tokenOf(alice, alice.calendar);
  const onlyIf = { If: `<${alice.calendar}> (<${token}>)` };
  await alice.put(`${alice.calendar}a.ics`, event(), onlyIf).expect(201);
  await alice.put(`${alice.calendar}b.ics`, event(), onlyIf).expect(412);
});
