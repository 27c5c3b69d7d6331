/**
 * `npm run bench`: processor time of the common requests, in process, without network: what Davit itself costs. One user, a calendar of as
 * many events as the first argument says (1,000), a fifth of them recurring, on SQLite in a temporary folder.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_LIMITS } from '../src/dav/limits.ts';
import type { DavResponse } from '../src/dav/method.ts';
import { wholeRequest } from '../src/dav/whole-request.ts';
import { addUser } from '../src/operations/accounts.ts';
import { administration } from '../src/operations/administration.ts';
import { addDomain } from '../src/operations/domains.ts';
import { standardFeatures } from '../src/server/features.ts';
import { SILENT } from '../src/server/log.ts';
import { createService } from '../src/server/service.ts';
import { openSqliteStore } from '../src/store/sqlite/database.ts';

const size = Number(process.argv[2] ?? 1000);
const folder = await mkdtemp(join(tmpdir(), 'davit-bench-'));
const store = await openSqliteStore({ file: join(folder, 'davit.sqlite') });
const service = createService({
  store,
  features: standardFeatures(),
  limits: DEFAULT_LIMITS,
  realm: 'Davit',
  log: SILENT,
});
const admin = administration(store, service.catalogue, 'bench');
await addDomain(admin, 'example.com');
await addUser(admin, { address: 'ada@example.com', credential: { password: 'a long enough password' } });

const authorization = `Basic ${Buffer.from('ada@example.com:a long enough password').toString('base64')}`;
const home = '/calendars/ada@example.com/default/';

async function request(method: string, target: string, depth: string, body: string): Promise<DavResponse> {
  const headers = { authorization, depth };
  const answer = await service.handle(
    wholeRequest({ method, target, headers, origin: 'https://dav.example.com' }, body),
  );
  if (answer.status >= 300) throw new Error(`${method} ${target}: ${answer.status}`);
  if (typeof answer.body === 'object' && Symbol.asyncIterator in answer.body) for await (const _ of answer.body);
  return answer;
}

const RULES = ['YEARLY', 'WEEKLY', 'MONTHLY', 'DAILY;COUNT=10'];

function event(at: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const rule = at % 5 === 0 ? [`RRULE:FREQ=${RULES[(at / 5) % RULES.length]}`] : [];
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Davit//Bench//EN', 'BEGIN:VEVENT', `UID:event-${at}`];
  lines.push(
    'DTSTAMP:20260101T000000Z',
    `DTSTART:2026${two(1 + (at % 12))}${two(1 + (at % 28))}T100000Z`,
    'DURATION:PT1H',
  );
  lines.push(
    ...rule,
    `SUMMARY:Meeting number ${at} about the plan`,
    `LOCATION:Room ${at % 17}`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  );
  return lines.join('\r\n');
}

async function measure(what: string, times: number, act: (at: number) => Promise<unknown>): Promise<void> {
  const before = process.cpuUsage();
  for (let at = 0; at < times; at++) await act(at);
  const { user, system } = process.cpuUsage(before);
  console.log(`${what.padEnd(28)}${((user + system) / times).toFixed(0).padStart(7)} us`);
}

const propfind = (properties: string) => `<d:propfind xmlns:d="DAV:"><d:prop>${properties}</d:prop></d:propfind>`;
const query = (inside: string, data = '<c:calendar-data/>') =>
  `<c:calendar-query xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:d="DAV:"><d:prop><d:getetag/>${data}</d:prop><c:filter>` +
  `<c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">${inside}</c:comp-filter></c:comp-filter></c:filter></c:calendar-query>`;
const MONTH = 'start="20260501T000000Z" end="20260601T000000Z"';
const SYNC =
  '<d:sync-collection xmlns:d="DAV:"><d:sync-token/><d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>';
const BUSY = `<c:free-busy-query xmlns:c="urn:ietf:params:xml:ns:caldav"><c:time-range ${MONTH}/></c:free-busy-query>`;
const expand = `<c:calendar-data><c:expand ${MONTH}/></c:calendar-data>`;
const text = '<c:prop-filter name="SUMMARY"><c:text-match>number 77 </c:text-match></c:prop-filter>';

console.log(`${size} events on ${store.engine}, Node.js ${process.version}`);
await measure('PUT, new', size, (at) => request('PUT', `${home}${at}.ics`, '0', event(at)));
await measure('GET', 2000, (at) => request('GET', `${home}${at % size}.ics`, '0', ''));
await measure('poll (sync-token, Depth 0)', 2000, () => request('PROPFIND', home, '0', propfind('<d:sync-token/>')));
await measure('list (getetag, Depth 1)', 50, () => request('PROPFIND', home, '1', propfind('<d:getetag/>')));
await measure('first sync', 50, () => request('REPORT', home, '0', SYNC));
await measure('month', 50, () => request('REPORT', home, '1', query(`<c:time-range ${MONTH}/>`)));
await measure('month, expanded', 50, () => request('REPORT', home, '1', query(`<c:time-range ${MONTH}/>`, expand)));
await measure('free-busy of the month', 50, () => request('REPORT', home, '1', BUSY));
await measure('text in SUMMARY', 200, () => request('REPORT', home, '1', query(text)));

await service.close();
await rm(folder, { recursive: true });
