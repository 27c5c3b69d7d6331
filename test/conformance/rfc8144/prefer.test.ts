/**
 * Shorter answers, for clients that prefer them. RFC 8144, RFC 7240.
 */
import assert from 'node:assert/strict';
import type { Exchange } from '../../support/answer.ts';
import { event } from '../../support/builders.ts';
import { type Client, propfindBody } from '../../support/client.ts';
import { may, must, should } from '../../support/conformance.ts';
import { clark, XMLNS } from '../../support/names.ts';

const MINIMAL = { Prefer: 'return=minimal' };
const PROP = '<D:prop><D:getetag/><X:nothing/></D:prop>';

type Ask = (client: Client, headers: Readonly<Record<string, string>>) => Exchange;

const FILTER = '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter>';

/** Requests about `a.ics` in the calendar, or the calendar itself: each asks for a property that is nowhere. */
const ASKING: Readonly<Record<string, Ask>> = {
  PROPFIND: (client, headers) => client.propfind(client.calendar, '1', ['D:getetag', 'X:nothing'], headers),
  'sync-collection': (client, headers) =>
    client.sync(client.calendar, '', { properties: ['D:getetag', 'X:nothing'], headers }),
  'calendar-query': (client, headers) =>
    client.report(client.calendar, `<C:calendar-query ${XMLNS}>${PROP}${FILTER}</C:calendar-query>`, '1', headers),
  'calendar-multiget': (client, headers) =>
    client.report(
      client.calendar,
      `<C:calendar-multiget ${XMLNS}>${PROP}<D:href>${client.calendar}a.ics</D:href></C:calendar-multiget>`,
      '1',
      headers,
    ),
  'expand-property': (client, headers) =>
    client.report(
      client.calendar,
      `<D:expand-property ${XMLNS}><D:property name="getlastmodified"/><D:property name="nothing"/></D:expand-property>`,
      '0',
      headers,
    ),
};

for (const [name, ask] of Object.entries(ASKING)) {
  should(
    'RFC 8144 section 2.1',
    `a minimal answer to ${name} leaves out what is not there, and says that it does`,
    async ({ alice }) => {
      await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
      const whole = await ask(alice, {}).expect(207).expectHeader('Preference-Applied', undefined);
      assert.match(whole.text, /404 Not Found/);
      assert.match(whole.headers.vary ?? '', /Brief,\s*Prefer/);
      for (const headers of [MINIMAL, { Brief: 't' }]) {
        const minimal = await ask(alice, headers).expect(207).expectHeader('Preference-Applied', 'return=minimal');
        assert.doesNotMatch(minimal.text, /404 Not Found/);
        assert.deepEqual([...minimal.multistatus().responses.keys()], [...whole.multistatus().responses.keys()]);
      }
    },
  );

  must(
    'RFC 8144 section 2.1',
    `where ${name} would leave nothing of a response, an empty propstat stays`,
    async ({ alice }) => {
      await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
      // Each response has a propstat or a status: reading the answer checks that.
      const answer = (await ask(alice, MINIMAL).expect(207)).multistatus();
      assert.ok(answer.responses.size > 0);
    },
  );
}

must(
  'RFC 8144 section 2.1',
  'of a resource that has nothing of what is asked for a propstat 200 with nothing in it stays',
  async ({ alice }) => {
    const answer = await alice.propfind(alice.calendar, '0', ['X:nothing'], MINIMAL).expect(207);
    assert.match(
      answer.text,
      /<d:propstat><d:prop\/?>(<\/d:prop>)?<d:status>HTTP\/1\.1 200 OK<\/d:status><\/d:propstat>/,
    );
  },
);

should(
  'RFC 8144 section 2.2',
  'a PROPPATCH that did all it was asked for says no more than that',
  async ({ alice }) => {
    const set = { 'D:displayname': 'Work', 'X:note': 'mine' };
    for (const headers of [MINIMAL, { Brief: 't' }]) {
      const answer = await alice
        .proppatch(alice.calendar, { set }, headers)
        .expect(200, 204)
        .expectHeader('Preference-Applied', 'return=minimal');
      assert.equal(answer.text, '');
    }
    const failed = await alice.proppatch(alice.calendar, { set: { ...set, 'D:getetag': '"x"' } }, MINIMAL).expect(207);
    assert.equal(failed.multistatus().at(alice.calendar).properties.get(clark('D:displayname'))?.status, 424);
  },
);

should(
  'RFC 8144 section 2.3',
  'a minimal answer to MKCALENDAR and MKCOL is 201 with nothing in it',
  async ({ alice }) => {
    const set = { 'D:displayname': 'Work' };
    const made = [
      alice.mkcalendar(`${alice.calendars}a/`, set, MINIMAL),
      alice.mkcol(`${alice.calendars}b/`, ['C:calendar'], set, MINIMAL),
      alice.mkcol(`${alice.addressbooks}c/`, ['CR:addressbook'], set, { Brief: 't' }),
    ];
    for (const one of made) {
      const answer = await one
        .expect(201)
        .expectHeader('Preference-Applied', 'return=minimal')
        .expectHeader('Vary', /Brief,\s*Prefer/);
      assert.equal(answer.text, '');
    }
  },
);

should(
  'RFC 8144 section 4',
  'depth-noroot leaves the resource of the request out, at every depth but 0',
  async ({ alice }) => {
    await alice.mkcol(`${alice.files}a/`).expect(201);
    await alice.put(`${alice.files}a/b.txt`, 'b').expect(201);
    const noRoot = { Prefer: 'depth-noroot' };
    const asked = (depth: string | undefined) => alice.propfind(alice.files, depth, ['D:resourcetype'], noRoot);
    await asked('1')
      .expectHeader('Preference-Applied', 'depth-noroot')
      .expectMembers([`${alice.files}a/`]);
    await asked(undefined).expectMembers([`${alice.files}a/`]);
    await asked('infinity').expectMembers([`${alice.files}a/`, `${alice.files}a/b.txt`]);
    await asked('0').expectHeader('Preference-Applied', undefined).expectMembers([alice.files]);
  },
);

may('RFC 8144 section 4', 'depth-noroot and return=minimal go together', async ({ alice }) => {
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  const answer = await alice
    .propfind(alice.calendar, '1', ['D:getetag', 'X:nothing'], { Prefer: 'return=minimal, depth-noroot' })
    .expectHeader('Preference-Applied', 'return=minimal, depth-noroot')
    .expectMembers([`${alice.calendar}a.ics`]);
  assert.doesNotMatch(answer.text, /HTTP\/1\.1 404/);
});

must('RFC 7240 section 2', 'preferences that nobody knows, and wait, change nothing', async ({ alice }) => {
  const body = propfindBody(['D:resourcetype']);
  const plain = await alice.propfind(alice.calendar, '0', body).expect(207);
  for (const Prefer of [
    'wait=10',
    'handling=lenient',
    'respond-async, wait=100',
    'fast; really="yes, really"',
    ',,=;',
    'return=nonsense',
  ]) {
    const answer = await alice
      .propfind(alice.calendar, '0', body, { Prefer })
      .expect(207)
      .expectHeader('Preference-Applied', undefined);
    assert.equal(answer.text, plain.text);
  }
});

must('RFC 7240 section 2', 'where Prefer says something of its own, Brief is not asked', async ({ alice }) => {
  const headers = { Prefer: 'return=representation', Brief: 't' };
  const answer = await alice.propfind(alice.calendar, '0', ['X:nothing'], headers).expect(207);
  assert.match(answer.text, /404/);
});
