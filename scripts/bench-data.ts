/**
 * What `npm run bench` works on: one user of a service in process, the requests of clients, and events. A fifth of these recur, most of them
 * without an end, and began years before what is asked for.
 */
import { DEFAULT_LIMITS } from '../src/dav/limits.ts';
import type { DavResponse } from '../src/dav/method.ts';
import { wholeRequest } from '../src/dav/whole-request.ts';
import { addUser } from '../src/operations/accounts.ts';
import { administration } from '../src/operations/administration.ts';
import { addDomain } from '../src/operations/domains.ts';
import { standardFeatures } from '../src/server/features.ts';
import { SILENT } from '../src/server/log.ts';
import { createService, type Service } from '../src/server/service.ts';
import type { Store } from '../src/store/store.ts';

const PASSWORD = 'a long enough password';
const authorization = `Basic ${Buffer.from(`ada@example.com:${PASSWORD}`).toString('base64')}`;
/** The month of a calendar of 100,000 events has more instances than a request considers by default. */
const limits = { ...DEFAULT_LIMITS, instances: 1_000_000 };

/** A service over the store. */
export function benchService(store: Store): Service {
  return createService({ store, features: standardFeatures(), limits, realm: 'Davit', log: SILENT });
}

/** The only user, with a password. */
export async function addAda({ store, catalogue }: Service): Promise<void> {
  const admin = administration(store, catalogue, 'bench');
  await addDomain(admin, 'example.com');
  await addUser(admin, { address: 'ada@example.com', credential: { password: PASSWORD } });
}

/** The path of a calendar of the user. */
export function calendarPath(name: string | number): string {
  return `/calendars/ada@example.com/${name}/`;
}

/** The path of an address book of the user. */
export function addressbookPath(name: string | number): string {
  return `/addressbooks/ada@example.com/${name}/`;
}

/** A request, and its answer when its head is there. @throws Error for a status from 300 */
export async function send(
  service: Service,
  method: string,
  target: string,
  body: string,
  depth = '0',
): Promise<DavResponse> {
  const answer = await service.handle(
    wholeRequest({ method, target, headers: { authorization, depth }, origin: 'https://dav.example.com' }, body),
  );
  if (answer.status >= 300) throw new Error(`${method} ${target}: ${answer.status}`);
  return answer;
}

/** The text of an answer, piece by piece. */
export async function* pieces({ body }: DavResponse): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const text = (piece: string | Uint8Array) => (typeof piece === 'string' ? piece : decoder.decode(piece));
  if (typeof body === 'object' && Symbol.asyncIterator in body) {
    for await (const piece of body) yield text(piece);
  } else if (body !== undefined) yield text(body);
}

const RULES = ['YEARLY', 'WEEKLY', 'YEARLY', 'MONTHLY', 'DAILY;COUNT=10'];

/** One event; events of other numbers lie on other days of three years, every 50th is about the budget. */
export function event(at: number, rule = at % 5 === 0 ? RULES[(at / 5) % RULES.length] : undefined): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const spread = Math.floor(at / 5);
  const year = rule === undefined ? 2025 + (spread % 3) : 2015 + (spread % 10);
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Example//Bench//EN',
    'BEGIN:VEVENT',
    `UID:event-${at}`,
    'DTSTAMP:20260101T000000Z',
    `DTSTART:${year}${two(1 + (at % 12))}${two(1 + (spread % 28))}T${two(8 + (at % 10))}0000Z`,
    'DURATION:PT1H',
    ...(rule === undefined ? [] : [`RRULE:FREQ=${rule}`]),
    `SUMMARY:Meeting number ${at} about the ${at % 50 === 7 ? 'budget' : 'plan'}`,
    `LOCATION:Room ${at % 17}`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ];
  return lines.join('\r\n');
}

/** Puts that many objects, some at a time, as they share a flush to the disk. */
export async function fill(
  service: Service,
  size: number,
  object: (at: number) => readonly [path: string, data: string],
): Promise<void> {
  for (let at = 0; at < size; at += 50) {
    const some = Array.from({ length: Math.min(50, size - at) }, (_, more) => object(at + more));
    await Promise.all(some.map(([path, data]) => send(service, 'PUT', path, data)));
  }
}

/** Bodies of requests. */
export const propfind = (properties: string) =>
  `<d:propfind xmlns:d="DAV:" xmlns:s="http://calendarserver.org/ns/"><d:prop>${properties}</d:prop></d:propfind>`;

export const sync = (token = '') =>
  `<d:sync-collection xmlns:d="DAV:"><d:sync-token>${token}</d:sync-token><d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>`;

export const query = (inside: string, data = '<c:calendar-data/>') =>
  `<c:calendar-query xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:d="DAV:"><d:prop><d:getetag/>${data}</d:prop><c:filter>` +
  `<c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">${inside}</c:comp-filter></c:comp-filter></c:filter></c:calendar-query>`;

export const summary = (text: string) =>
  query(`<c:prop-filter name="SUMMARY"><c:text-match>${text}</c:text-match></c:prop-filter>`);

export const MONTH = 'start="20260501T000000Z" end="20260601T000000Z"';

export const month = (data?: string) => query(`<c:time-range ${MONTH}/>`, data);

export const expand = (range: string) => `<c:calendar-data><c:expand ${range}/></c:calendar-data>`;

export const freeBusy = `<c:free-busy-query xmlns:c="urn:ietf:params:xml:ns:caldav"><c:time-range ${MONTH}/></c:free-busy-query>`;

export const allCards =
  '<c:addressbook-query xmlns:c="urn:ietf:params:xml:ns:carddav" xmlns:d="DAV:"><d:prop><d:getetag/><c:address-data/></d:prop>' +
  '<c:filter/></c:addressbook-query>';
