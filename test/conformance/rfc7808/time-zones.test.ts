/**
 * The time zone data distribution service. RFC 7808 section 4, RFC 7808 section 5.
 */
import assert from 'node:assert/strict';
import { readCalendar } from '../../../src/formats/icalendar/read.ts';
import { zoneResolver } from '../../../src/formats/icalendar/timezones.ts';
import type { Client, Headers } from '../../support/client.ts';
import { declined, may, must, should } from '../../support/conformance.ts';
import { componentsIn, linesOf } from '../rfc4791/queries.ts';

const ROOT = '/timezone';
const BERLIN = `${ROOT}/zones/Europe%2FBerlin`;

interface Zone {
  readonly tzid: string;
  readonly etag: string;
  readonly 'last-modified': string;
  readonly publisher: string;
  readonly version: string;
  readonly aliases?: readonly string[];
}

interface Zones {
  readonly synctoken: string;
  readonly timezones: readonly Zone[];
}

/** What a GET without credentials answers. */
async function asked<T>(client: Client, path: string, headers: Headers = {}): Promise<T> {
  const { text } = await client
    .get(path, headers)
    .expect(200)
    .expectHeader('Content-Type', /^application\/json/);
  return JSON.parse(text);
}

async function found(client: Client, pattern: string): Promise<readonly string[]> {
  const { timezones } = await asked<Zones>(client, `${ROOT}/zones?pattern=${encodeURIComponent(pattern)}`);
  return timezones.map(({ tzid }) => tzid);
}

async function refuses(
  client: Client,
  path: string,
  status: number,
  code: string,
  headers: Headers = {},
): Promise<void> {
  const { text } = await client
    .get(path, headers)
    .expect(status)
    .expectHeader('Content-Type', /^application\/problem\+json/);
  const problem = JSON.parse(text);
  assert.equal(problem.type, `urn:ietf:params:tzdist:error:${code}`, path);
  assert.equal(problem.status, status);
  assert.equal(typeof problem.title, 'string');
}

must('RFC 7808 section 4.2.1.3', 'the well-known path redirects to the service', async ({ anonymous, service }) => {
  const answer = await anonymous
    .get('/.well-known/timezone')
    .expect(301)
    .expectHeader('Location', `${service.origin}${ROOT}`)
    .expectHeader('Cache-Control', /max-age=\d+/);
  const { pathname } = new URL(answer.headers.location ?? '');
  await anonymous.get(`${pathname}/capabilities`).expect(200);
});

must(
  'RFC 7808 section 5.1',
  'capabilities name every action with its template and parameters',
  async ({ anonymous }) => {
    const { version, info, actions } = await asked<{
      version: number;
      info: Record<string, unknown>;
      actions: readonly {
        name: string;
        'uri-template': string;
        parameters: readonly { name: string; required: boolean }[];
      }[];
    }>(anonymous, `${ROOT}/capabilities`);
    assert.equal(version, 1);
    assert.equal(typeof info['primary-source'], 'string');
    assert.ok(Array.isArray(info.formats) && info.formats.includes('text/calendar'));
    assert.deepEqual(actions.map(({ name }) => name).toSorted(), [
      'capabilities',
      'expand',
      'find',
      'get',
      'leapseconds',
      'list',
    ]);
    for (const one of actions) {
      const path = one['uri-template']
        .replace('{/tzid}', '/Europe%2FBerlin')
        .replace(/\{\?.*\}/, one.name === 'list' ? '' : one.name === 'find' ? '?pattern=x' : '')
        .concat(one.name === 'expand' ? '?start=2026-01-01T00:00:00Z&end=2027-01-01T00:00:00Z' : '');
      await anonymous.get(path).expect(200);
    }
  },
);

must(
  'RFC 7808 section 5.2',
  'list names every zone, with its aliases and the tag of its data',
  async ({ anonymous }) => {
    const { synctoken, timezones } = await asked<Zones>(anonymous, `${ROOT}/zones`);
    assert.ok(synctoken.length > 0);
    const byName = new Map(timezones.map((zone) => [zone.tzid, zone]));
    assert.ok(byName.size === timezones.length && byName.size > 300);
    assert.ok(byName.get('America/New_York')?.aliases?.includes('US/Eastern'));
    assert.ok(!byName.has('US/Eastern'));
    for (const zone of timezones) {
      assert.match(zone['last-modified'], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.ok(zone.publisher.length > 0 && zone.version.length > 0);
    }
    const { etag } = byName.get('Europe/Berlin')!;
    await anonymous.get(BERLIN).expect(200).expectHeader('ETag', `"${etag}"`);
  },
);

must('RFC 7808 section 5.2', 'changedsince gives what has changed: nothing, or everything', async ({ anonymous }) => {
  const all = await asked<Zones>(anonymous, `${ROOT}/zones`);
  const since = (token: string) => asked<Zones>(anonymous, `${ROOT}/zones?changedsince=${encodeURIComponent(token)}`);
  assert.deepEqual(await since(all.synctoken), { synctoken: all.synctoken, timezones: [] });
  for (const other of ['', '2009-10-11T09:32:11Z']) assert.deepEqual(await since(other), all);
  await refuses(anonymous, `${ROOT}/zones?changedsince=a&changedsince=b`, 400, 'invalid-changedsince');
});

must('RFC 7808 section 5.3', 'get gives the zone as iCalendar under a strong tag', async ({ anonymous }) => {
  const { text } = await anonymous
    .get(BERLIN)
    .expect(200)
    .expectHeader('Content-Type', /^text\/calendar/)
    .expectHeader('ETag', /^"[^"]+"$/);
  const [lines = [], ...others] = componentsIn(text, 'VTIMEZONE');
  assert.equal(others.length, 0);
  assert.ok(lines.includes('TZID:Europe/Berlin'));
  const zone = zoneResolver(readCalendar(text))('Europe/Berlin');
  assert.equal(zone?.offsetAt(Date.UTC(2026, 6, 1) / 1000), 7200);
  assert.equal(zone?.offsetAt(Date.UTC(2026, 0, 1) / 1000), 3600);
});

must(
  'RFC 7808 section 5.3',
  'an alias gives the same zone under the name that was asked for',
  async ({ anonymous }) => {
    const { text } = await anonymous.get(`${ROOT}/zones/US%2FEastern`).expect(200);
    assert.deepEqual(linesOf(text, 'VTIMEZONE', 'TZID'), ['TZID:US/Eastern']);
    assert.deepEqual(linesOf(text, 'VTIMEZONE', 'TZID-ALIAS-OF'), ['TZID-ALIAS-OF:America/New_York']);
  },
);

must('RFC 7808 section 5.3', 'every zone and alias of the list can be had', async ({ anonymous }) => {
  const { timezones } = await asked<Zones>(anonymous, `${ROOT}/zones`);
  const names = timezones.flatMap(({ tzid, aliases = [] }) => [tzid, ...aliases]);
  assert.ok(names.length > 500);
  for (const name of names) {
    const { text } = await anonymous.get(`${ROOT}/zones/${encodeURIComponent(name)}`).expect(200);
    assert.deepEqual(linesOf(text, 'VTIMEZONE', 'TZID'), [`TZID:${name}`]);
  }
});

must('RFC 7808 section 4.1.4', 'whoever has it already gets 304', async ({ anonymous }) => {
  for (const path of [BERLIN, `${ROOT}/zones`, `${ROOT}/capabilities`]) {
    const { headers } = await anonymous
      .get(path)
      .expect(200)
      .expectHeader('Cache-Control', /public, max-age=\d+/);
    const { text } = await anonymous.get(path, { 'If-None-Match': headers.etag }).expect(304);
    assert.equal(text, '');
    await anonymous.get(path, { 'If-None-Match': '"other"' }).expect(200);
  }
});

should('RFC 7808 section 4.1.7', 'what goes wrong is told as problem details', async ({ anonymous }) => {
  await refuses(anonymous, `${ROOT}/zones/America%2FPittsburgh`, 404, 'tzid-not-found');
  await refuses(anonymous, `${ROOT}/zones/america%2Fnew_york`, 404, 'tzid-not-found');
  await refuses(anonymous, `${ROOT}/zones/W.%20Europe%20Standard%20Time`, 404, 'tzid-not-found');
  await refuses(anonymous, `${ROOT}/zones/Mars/observances?start=2026-01-01T00:00:00Z`, 404, 'tzid-not-found');
  await refuses(anonymous, ROOT, 404, 'invalid-action');
  await refuses(anonymous, `${ROOT}/nonsense`, 404, 'invalid-action');
  await refuses(anonymous, `${ROOT}/zones/%ff`, 400, 'invalid-action');
  await refuses(anonymous, BERLIN, 406, 'invalid-format', { Accept: 'text/html' });
  const { text } = await anonymous.request('POST', `${ROOT}/zones`).expect(405).expectHeader('Allow', 'GET, HEAD');
  assert.equal(JSON.parse(text).type, 'urn:ietf:params:tzdist:error:invalid-action');
});

must('RFC 7808 section 4.1.2', 'the media type is what Accept asks for, or text/calendar', async ({ anonymous }) => {
  for (const Accept of [undefined, '*/*', 'text/*', 'text/calendar;q=0.5, application/calendar+json;q=0.4'])
    await anonymous
      .get(BERLIN, { Accept })
      .expect(200)
      .expectHeader('Content-Type', /^text\/calendar/);
  const stored = await anonymous.get(BERLIN).expect(200);
  const { text, headers } = await anonymous
    .get(BERLIN, { Accept: 'application/calendar+json' })
    .expect(200)
    .expectHeader('Content-Type', /^application\/calendar\+json/)
    .expectHeader('Vary', /Accept/);
  assert.notEqual(headers.etag, stored.headers.etag);
  assert.equal(JSON.parse(text)[0], 'vcalendar');
  await anonymous
    .get(BERLIN, { Accept: 'application/calendar+xml' })
    .expect(200)
    .expectHeader('Content-Type', 'application/calendar+xml')
    .expectText('<tzid><text>Europe/Berlin</text></tzid>');
});

declined(
  'RFC 7808 section 3.9',
  'zones truncated to a range',
  'they are some hundred octets as they are; capabilities say that there are none',
);

must('RFC 7808 section 5.3', 'a truncation that is not advertised is refused', async ({ anonymous }) => {
  await refuses(anonymous, `${BERLIN}?start=2010-01-01T00:00:00Z`, 400, 'invalid-start');
  await refuses(anonymous, `${BERLIN}?end=2010-01-01T00:00:00Z`, 400, 'invalid-end');
});

must(
  'RFC 7808 section 5.4',
  'expand gives the observances of a range, the one at its start first',
  async ({ anonymous }) => {
    const path = `${ROOT}/zones/America%2FNew_York/observances`;
    const answer = await anonymous.get(`${path}?start=2008-01-01T00:00:00Z&end=2009-01-01T00:00:00Z`).expect(200);
    assert.deepEqual(JSON.parse(answer.text), {
      tzid: 'America/New_York',
      observances: [
        { name: 'EST', onset: '2008-01-01T00:00:00Z', 'utc-offset-from': -18000, 'utc-offset-to': -18000 },
        { name: 'EDT', onset: '2008-03-09T07:00:00Z', 'utc-offset-from': -18000, 'utc-offset-to': -14400 },
        { name: 'EST', onset: '2008-11-02T06:00:00Z', 'utc-offset-from': -14400, 'utc-offset-to': -18000 },
      ],
    });
    const zone = await anonymous.get(`${ROOT}/zones/America%2FNew_York`).expect(200);
    assert.equal(answer.headers.etag, zone.headers.etag);
    const atChange = await asked<{ observances: readonly unknown[] }>(
      anonymous,
      `${path}?start=2008-03-09T07:00:00Z&end=2008-03-10T00:00:00Z`,
    );
    assert.deepEqual(atChange.observances, [
      { name: 'EDT', onset: '2008-03-09T07:00:00Z', 'utc-offset-from': -18000, 'utc-offset-to': -14400 },
    ]);
  },
);

must('RFC 7808 section 5.4', 'a range that is too long is answered in part, and says so', async ({ anonymous }) => {
  const path = `${ROOT}/zones/America%2FNew_York/observances`;
  const { end, observances } = await asked<{ end?: string; observances: readonly unknown[] }>(
    anonymous,
    `${path}?start=1950-01-01T00:00:00Z&end=9999-01-01T00:00:00Z`,
  );
  assert.equal(end, '2050-01-01T00:00:00Z');
  assert.ok(observances.length > 150 && observances.length < 250);
});

must('RFC 7808 section 5.4', 'without a start and a later end it is refused', async ({ anonymous }) => {
  const path = `${ROOT}/zones/Europe%2FBerlin/observances`;
  const [start, end] = ['start=2026-01-01T00:00:00Z', 'end=2027-01-01T00:00:00Z'];
  for (const query of [end, `start=2026&${end}`, `start=2026-01-01&${end}`, `${start}&${start}&${end}`])
    await refuses(anonymous, `${path}?${query}`, 400, 'invalid-start');
  for (const query of [start, `${start}&end=*`, `${start}&${end}&${end}`, `${start}&end=2026-01-01T00:00:00Z`])
    await refuses(anonymous, `${path}?${query}`, 400, 'invalid-end');
});

must(
  'RFC 7808 section 5.5',
  'find knows exact names, beginnings, ends and parts, and aliases',
  async ({ anonymous }) => {
    assert.deepEqual(await found(anonymous, 'Europe/Berlin'), ['Europe/Berlin']);
    assert.deepEqual(await found(anonymous, 'us/eastern'), ['America/New_York']);
    assert.deepEqual(await found(anonymous, '*New York*'), ['America/New_York']);
    assert.deepEqual(await found(anonymous, '*/new_york'), ['America/New_York']);
    assert.ok((await found(anonymous, 'Australia/*')).includes('Australia/Sydney'));
    assert.deepEqual(await found(anonymous, 'Berlin'), []);
    assert.deepEqual(await found(anonymous, '*\\*Test\\\\*'), []);
    assert.ok((await found(anonymous, '*')).length > 300);
  },
);

must(
  'RFC 7808 section 5.5',
  'a pattern with an asterisk within, or a bare backslash, is refused',
  async ({ anonymous }) => {
    for (const pattern of ['', 'Europe/*lin', '*a*b*', '***', 'a\\b', 'a\\'])
      await refuses(anonymous, `${ROOT}/zones?pattern=${encodeURIComponent(pattern)}`, 400, 'invalid-pattern');
    await refuses(anonymous, `${ROOT}/zones?pattern=a&pattern=b`, 400, 'invalid-pattern');
  },
);

must('RFC 7808 section 5.6', 'leapseconds lists every leap second there was', async ({ anonymous }) => {
  const { expires, leapseconds } = await asked<{
    expires: string;
    leapseconds: readonly { 'utc-offset': number; onset: string }[];
  }>(anonymous, `${ROOT}/leapseconds`);
  assert.match(expires, /^\d{4}-\d\d-\d\d$/);
  assert.deepEqual(leapseconds[0], { 'utc-offset': 10, onset: '1972-01-01' });
  assert.deepEqual(leapseconds.at(-1), { 'utc-offset': 37, onset: '2017-01-01' });
  assert.ok(leapseconds.every(({ onset }, index) => index === 0 || onset > leapseconds[index - 1]!.onset));
});

may('RFC 7808 section 8', 'nobody is asked to log in, and wrong credentials do not matter', async ({ anonymous }) => {
  await anonymous.get(`${ROOT}/zones`).expect(200);
  await anonymous.as({ user: 'nobody@example.com', password: 'wrong' }).get(BERLIN).expect(200);
});
